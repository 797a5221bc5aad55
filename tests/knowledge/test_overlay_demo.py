"""The fictional district of `lotse serve --demo` is complete and cannot be taken for a real one."""

import pytest

from knowledge.loader import ROOT, load, read_yaml
from knowledge.view import show
from knowledge.vocabulary import OFFICE_KINDS
from locales.registry import LANGUAGES

INVENTED = {
    "de": "(erfunden)", "de-simple": "(erfunden)", "en": "(invented)", "ar": "(غير حقيقي)", "fa": "(خیالی)", "prs": "(خیالی)",
    "ps": "(خیالي)", "ckb": "(خەیاڵی)", "kmr": "(xeyalî)", "tr": "(uydurma)", "uk": "(вигадан", "ru": "(вымышленный)",
    "fr": "(inventé)", "so": "(la allifay)", "ti": "(ፈጠራ)", "am": "(የፈጠራ)", "sq": "(i trilluar)", "sr": "(izmišljen)",
    "ro": "(inventat)", "bg": "(измислен)", "pl": "(zmyślony)", "es": "(inventado)", "ur": "(فرضی)", "vi": "(hư cấu)",
}  # fmt: skip


def test_offices_are_plainly_invented() -> None:
    offices = load().overlays["demo"].offices
    assert len(offices) >= 10
    assert offices.keys() <= OFFICE_KINDS
    for office in offices.values():
        assert "(Demo)" in office.name
        assert office.address is not None
        assert office.address.endswith(", 00000 Lotsenau")
        assert (office.phone, office.url) == (None, None)


def test_advisers_have_languages() -> None:
    raw = read_yaml(ROOT / "overlays" / "demo" / "overlay.yml")
    assert "(Demo)" in raw["municipality"]["name"]
    assert [("(Demo)" in adviser["name"], len(adviser["languages"]) > 1) for adviser in raw["advisers"]] == [(True, True)] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_additions_say_in_every_language_that_they_are_invented(language: str) -> None:
    additions = load().overlays["demo"].additions
    articles = {article for article, _ in additions}
    assert len(articles) == 6
    assert [article for article in articles if INVENTED[language] not in additions[article, language].partition(":")[0]] == []


def test_addition_is_shown_with_the_article() -> None:
    knowledge = load()
    article = knowledge.articles["education/kita"]
    shown = show(knowledge, article, language="tr", municipality="demo")
    assert shown.local.startswith("Örnek (uydurma)")
    assert show(knowledge, article, language="tr", municipality="landau").local == ""

"""The fictional district of `lotse serve --demo` is complete and cannot be taken for a real one."""

import re

from knowledge.loader import ROOT, load, read_yaml
from knowledge.view import show
from knowledge.vocabulary import OFFICE_KINDS

LANGUAGES = ("de", "de-simple", "en", "ar", "prs", "uk")


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


def test_additions_in_six_languages_say_that_they_are_invented() -> None:
    additions = load().overlays["demo"].additions
    articles = {article for article, _ in additions}
    assert additions.keys() == {(article, language) for article in articles for language in LANGUAGES}
    assert len(articles) == 6
    words = re.compile(r"erfunden|invented|غير حقيقي|خیالی|вигадан")
    assert [text for text in additions.values() if not words.search(text)] == []


def test_addition_is_shown_with_the_article() -> None:
    knowledge = load()
    article = knowledge.articles["education/kita"]
    shown = show(knowledge, article, language="tr", municipality="demo")
    assert shown.local.startswith("Example (invented)")
    assert show(knowledge, article, language="tr", municipality="landau").local == ""

"""Reply phrases at the desk: the list, changing and previewing in any language, what is refused, who may, nothing acts as markup."""

import re

from handoff import phrases
from handoff.phrases import BUILT_IN, Ready
from locales.registry import LANGUAGES
from tests.desk.settings.console import Console, Signed

HERE = "/desk/settings/phrases"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


async def own(console: Console, municipality: int | None = None) -> dict[str, Ready]:
    async with console.base.read() as session:
        found = await phrases.all_(session, municipality=municipality or console.here)
        return {phrase.key: phrase for phrase in found if phrase.own}


async def editor(console: Console) -> Signed:
    return await console.sign_in(await console.user("editor"))


def bubble(text: str) -> tuple[str, str, str]:
    """Language, direction and words of the preview."""
    found = re.search(r'<p class="bubble mine" lang="([\w-]+)" dir="(\w+)">(.*?)</p>', text, re.DOTALL)
    assert found
    return found[1], found[2], found[3]


async def test_everybody_reads_the_list_and_every_phrase_in_every_language(console: Console) -> None:
    desk = await console.sign_in(await console.user("adviser"))
    listed = (await desk.get(HERE)).text
    assert all(f'href="{HERE}/{key}"' in listed for key in BUILT_IN)
    assert "new-phrase" not in listed
    for code, language in LANGUAGES.items():
        tag, direction, _ = bubble((await desk.get(f"{HERE}/wish-well?language={code}")).text)
        assert (tag, direction) in {(language.tag, language.direction), ("en", "ltr")}
    assert bubble((await desk.get(f"{HERE}/wish-well?language=xx")).text)[0] in {"de", "en"}
    assert (await desk.get(f"{HERE}/nothing")).status_code == 404


async def test_a_phrase_is_written_changed_and_deleted(console: Console) -> None:
    desk = await editor(console)
    made = await desk.post(
        HERE, {"key": "bus", "text-de": "Bitte nehmen Sie den Bus: {what}", "text-ar": "الحافلة: {what}", "text-xx": "no"}
    )
    assert made.status_code == 200
    assert str(made.url).endswith(f"{HERE}/bus")
    assert (await own(console))["bus"].texts == {"de": "Bitte nehmen Sie den Bus: {what}", "ar": "الحافلة: {what}"}
    tag, direction, words = bubble((await desk.get(f"{HERE}/bus?language=ar")).text)
    assert (tag, direction, words) == ("ar", "rtl", "الحافلة: \u2068Brief\u2069")
    turkish = (await desk.get(f"{HERE}/bus?language=tr")).text
    assert bubble(turkish)[0] == "de"
    assert "no text in this language: shown in German" in turkish
    await desk.post(f"{HERE}/bus", {"text-de": "Neu: {what}", "text-ar": ""})
    assert (await own(console))["bus"].texts == {"de": "Neu: {what}"}
    assert (await desk.post(f"{HERE}/bus/remove")).status_code == 200
    assert await own(console) == {}
    assert (await desk.post(f"{HERE}/bus/remove")).status_code == 404
    assert [row.subject for row in await console.audited("phrase.changed")] == ["phrase:bus", "phrase:bus"]
    assert len(await console.audited("phrase.removed")) == 1


async def test_changing_a_built_in_phrase_loses_no_language(console: Console) -> None:
    desk = await editor(console)
    page = (await desk.get(f"{HERE}/bring")).text
    typed = dict(re.findall(r'<textarea id="(text-[\w-]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    assert set(typed) == {f"text-{code}" for code in LANGUAGES}
    await desk.post(f"{HERE}/bring", typed | {"text-de": "Mitbringen: {what}"})
    changed = (await own(console))["bring"]
    assert set(changed.texts) == set(LANGUAGES)
    assert phrases.template(changed, "de") == "Mitbringen: {what}"
    assert "changed" in (await desk.get(HERE)).text
    back = await desk.post(f"{HERE}/bring/remove")
    assert "again as it was built in" in back.text
    assert await own(console) == {}


async def test_a_preview_keeps_nothing(console: Console) -> None:
    desk = await editor(console)
    typed = {"key": "bus", "text-de": "Am {day} um {when} mit {name}", "language": "fa", "action": "preview"}
    page = await desk.post(HERE, typed)
    assert page.status_code == 200
    assert bubble(page.text)[:2] == ("de", "ltr")
    assert 'value="bus"' in page.text
    assert await own(console) == {}
    wrong = await desk.post(HERE, typed | {"text-de": "{nobody}"})
    assert wrong.status_code == 422
    assert "{nobody} cannot be filled in." in wrong.text


async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(console: Console) -> None:
    desk = await editor(console)
    cases = {
        "key": {"key": "Bus!", "text-de": "x"},
        "text-de": {"key": "bus", "text-de": "", "text-en": "kept words"},
        "text-en": {"key": "bus", "text-de": "Nimm {what}", "text-en": "kept words"},
        "text-ti": {"key": "bus", "text-de": "x", "text-ti": "y" * 1001},
    }
    for field, typed in cases.items():
        page = await desk.post(HERE, typed)
        assert page.status_code == 422
        assert re.findall(r'id="([\w-]+)-error"', page.text) == [field]
        assert ("kept words" in page.text) == ("text-en" in typed)
    await desk.post(HERE, {"key": "bus", "text-de": "erste"})
    again = await desk.post(HERE, {"key": "bus", "text-de": "zweite"})
    assert "There is a phrase with this short name already." in again.text
    assert (await own(console))["bus"].texts == {"de": "erste"}


async def test_texts_never_act_as_markup(console: Console) -> None:
    desk = await editor(console)
    for url, typed in ((HERE, {"key": "evil", "text-de": EVIL, "text-ar": EVIL}), (HERE, {"key": EVIL, "text-de": EVIL})):
        page = (await desk.post(url, typed)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    for url in (HERE, f"{HERE}/evil", f"{HERE}/evil?language=ar", f"{HERE}/evil?language={EVIL}"):
        page = (await desk.get(url)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;alert" in (await desk.get(HERE)).text


async def test_phrases_of_another_municipality_do_not_exist(console: Console) -> None:
    stranger = await console.user("editor", municipality=console.elsewhere)
    await (await console.sign_in(stranger)).post(HERE, {"key": "secret", "text-de": "Nur dort."})
    desk = await editor(console)
    assert "secret" not in (await desk.get(HERE)).text
    results = [
        await desk.get(f"{HERE}/secret"),
        await desk.post(f"{HERE}/secret", {"text-de": "x"}),
        await desk.post(f"{HERE}/secret/remove"),
    ]
    assert [answer.status_code for answer in results] == [404, 404, 404]
    assert (await own(console, console.elsewhere))["secret"].texts == {"de": "Nur dort."}


async def test_advisers_read_and_editors_and_leads_write(console: Console) -> None:
    for role, status in (("adviser", 403), ("editor", 200), ("lead", 200), ("admin", 200)):
        desk = await console.sign_in(await console.user(role))
        answers = [
            await desk.get("/desk/settings/new-phrase"),
            await desk.post(HERE, {"key": f"by-{role}", "text-de": "x"}),
            await desk.post(f"{HERE}/read", {"text-de": "y"}),
            await desk.post(f"{HERE}/read/remove"),
        ]
        assert [answer.status_code for answer in answers] == [status] * 4
    assert set(await own(console)) == {"by-editor", "by-lead", "by-admin"}

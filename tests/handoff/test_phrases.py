"""Reply phrases: in every language, with values that stay what was typed; a municipality's own, and what is refused there."""

import re
from datetime import UTC, date, datetime

import pytest

from handoff import phrases
from handoff.phrases import BUILT_IN, PhraseError, Ready
from locales.bidi import FSI, PDI
from locales.registry import LANGUAGES
from store.database import Database
from store.tables import Municipality

OPEN = re.compile(r"\{(\w+)\}")
FILLED = dict.fromkeys(phrases.VARIABLES, "Haus 7")


async def municipality(base: Database, slug: str = "ort") -> int:
    async with base.write() as session:
        row = Municipality(slug=slug, name=slug)
        session.add(row)
        await session.flush()
        return int(row.id or 0)


def built_in(key: str) -> Ready:
    return Ready(key=key, source=BUILT_IN[key])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_built_in_phrase_can_be_filled_in_every_language(language: str) -> None:
    for key in BUILT_IN:
        text = phrases.fill(built_in(key), language=language, values=FILLED)
        assert not OPEN.search(text)
        assert ("Haus 7" in text) == bool(phrases.variables(built_in(key)))


def test_built_in_phrases_use_known_variables_alone() -> None:
    assert {name for source in BUILT_IN.values() for name in OPEN.findall(source)} == set(phrases.VARIABLES)


def test_a_value_is_never_looked_at_for_variables() -> None:
    text = phrases.fill(built_in("bring"), language="en", values={"what": "{name} {what.__class__} %s"})
    assert text == "Please bring this with you: {name} {what.__class__} %s"


def test_values_are_isolated_in_right_to_left_text_and_where_they_run_that_way_themselves() -> None:
    own = Ready(key="x", texts={"de": "Ort: {place}", "ar": "المكان: {place}"})
    assert phrases.fill(own, language="ar", values={"place": "Haus 7"}) == f"المكان: {FSI}Haus 7{PDI}"
    assert phrases.fill(own, language="de", values={"place": "Haus 7"}) == "Ort: Haus 7"
    assert phrases.fill(own, language="de", values={"place": "بيت"}) == f"Ort: {FSI}بيت{PDI}"


def test_days_and_times_are_written_as_people_write_them() -> None:
    at = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
    own = Ready(key="x", texts={"de": "{when}", "en": "{when}", "fa": "{day}"})
    assert phrases.fill(own, language="de", values={"when": at}) == "Donnerstag, 26. November 2026, 14:30 Uhr"
    assert phrases.fill(own, language="fa", values={"day": date(2026, 11, 26)}).count(FSI) == 1


def test_hidden_controls_in_a_value_are_dropped() -> None:
    assert phrases.fill(built_in("bring"), language="en", values={"what": "a\u202eb\u200bc\x00"}).endswith(": abc")


@pytest.mark.parametrize("values", [{}, {"what": ""}, {"what": "\u200b"}, {"what": None}])
def test_a_phrase_with_a_gap_is_not_sent(values: dict[str, object]) -> None:
    with pytest.raises(PhraseError) as caught:
        phrases.fill(built_in("bring"), language="ti", values=values)
    assert (caught.value.code, caught.value.data["variable"]) == ("value", "what")


async def test_own_phrases_come_after_the_built_in_ones_or_take_their_place(base: Database) -> None:
    here, there = await municipality(base), await municipality(base, "anderswo")
    async with base.write() as session:
        await phrases.save(session, municipality=here, key="bus", texts={"de": "Nehmen Sie den Bus.", "tr": "Otobüse binin.", "fa": " "})
        await phrases.save(session, municipality=here, key="greeting", texts={"de": "Guten Tag!"})
        await phrases.save(session, municipality=there, key="secret", texts={"de": "Nur dort."})
    async with base.read() as session:
        found = {phrase.key: phrase for phrase in await phrases.all_(session, municipality=here)}
    assert list(found) == [*BUILT_IN, "bus"]
    assert found["greeting"].own
    assert not found["read"].own
    assert phrases.fill(found["greeting"], language="ti", values={}) == "Guten Tag!"
    assert [phrases.language_of(found["bus"], language) for language in ("tr", "fa", "de")] == ["tr", "de", "de"]
    async with base.write() as session:
        removed = await phrases.remove(session, municipality=here, key="greeting")
        assert await phrases.remove(session, municipality=here, key="secret") == {}
    assert removed == {"de": "Guten Tag!"}
    async with base.read() as session:
        again = {phrase.key: phrase for phrase in await phrases.all_(session, municipality=here)}
        assert [phrase.key for phrase in await phrases.all_(session, municipality=there)][-1] == "secret"
    assert not again["greeting"].own


REFUSED = [
    ("Bus!", {"de": "x"}, "key"),
    ("", {"de": "x"}, "key"),
    ("a" * 41, {"de": "x"}, "key"),
    ("bus", {"en": "x"}, "german"),
    ("bus", {"de": "\u200b"}, "german"),
    ("bus", {"de": "x" * 1001}, "long"),
    ("bus", {"de": "{what.__class__}"}, "variable"),
    ("bus", {"de": "{whom}"}, "variable"),
    ("bus", {"de": "open { only"}, "variable"),
    ("bus", {"de": "{what}", "en": "without"}, "different"),
    ("bus", {"de": "without", "en": "{what}"}, "different"),
]


@pytest.mark.parametrize(("key", "texts", "code"), REFUSED)
async def test_what_cannot_be_sent_is_not_kept(base: Database, key: str, texts: dict[str, str], code: str) -> None:
    here = await municipality(base)
    with pytest.raises(PhraseError) as caught:
        async with base.write() as session:
            await phrases.save(session, municipality=here, key=key, texts=texts)
    assert caught.value.code == code
    async with base.read() as session:
        assert len(await phrases.all_(session, municipality=here)) == len(BUILT_IN)


async def test_a_new_phrase_does_not_overwrite_another(base: Database) -> None:
    here = await municipality(base)
    async with base.write() as session:
        await phrases.save(session, municipality=here, key="bus", texts={"de": "eins"}, new=True)
    with pytest.raises(PhraseError) as caught:
        async with base.write() as session:
            await phrases.save(session, municipality=here, key="bus", texts={"de": "zwei"}, new=True)
    assert caught.value.code == "taken"
    async with base.write() as session:
        await phrases.save(session, municipality=here, key="bus", texts={"de": "drei"})
        assert (await phrases.all_(session, municipality=here))[-1].texts == {"de": "drei"}

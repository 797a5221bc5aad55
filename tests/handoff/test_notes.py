"""Notes for colleagues: who is named by an @, who has looked, who never sees them."""

import pytest

from handoff import notes
from handoff.errors import NotFoundError
from store.crypto import Keyring
from store.database import Database
from tests.cases import Known, person_with_case, place, staff

NAMES = ("Anna Adler", "Bela Bach", "Bela Berg", "Jean-Luc Ölçer", "Ann Arbor")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Anna, bitte anrufen", ["Anna Adler"]),
        ("bitte @anna adler und @Jean-Luc Ölçer!", ["Anna Adler", "Jean-Luc Ölçer"]),
        ("@Bela", []),
        ("@Bela Berg und @Bela Bach", ["Bela Bach", "Bela Berg"]),
        ("@Jean-Luc?", ["Jean-Luc Ölçer"]),
        ("@Annalena, anna@adler.de, Anna Adler", []),
        ("@Ann", ["Ann Arbor"]),
        ("@Weg und @Fremd", []),
        ("", []),
    ],
)
async def test_an_at_names_a_colleague_where_it_is_clear_which(base: Database, text: str, named: list[str]) -> None:
    async with base.write() as session:
        municipality = await place(session)
        users = {int(user.id or 0): user.name for user in await staff(session, municipality=municipality, names=NAMES)}
        await staff(session, municipality=municipality, names=["Weg"], active=False)
        await staff(session, municipality=await place(session, slug="anderswo"), names=["Fremd"])
        found = await notes.mentioned(session, municipality=municipality, text=text)
    assert sorted(users[user] for user in found) == named


async def test_a_note_reaches_those_it_names_once_and_is_sealed(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        municipality = await place(session)
        anna, bela, cem = [int(user.id or 0) for user in await staff(session, municipality=municipality)]
        one = await person_with_case(session, municipality=municipality, known=Known(state="closed"))
        text = "@Bela @Bela Bach @Anna: der Bescheid liegt bei \u202emir"
        line = await notes.add(session, keyring, municipality=municipality, case=one.case, user=anna, text=text)
        unseen = [await notes.unseen(session, municipality=municipality, user=user) for user in (anna, bela, cem)]
        assert unseen == [{}, {one.case: 1}, {}], "nobody is told what they wrote themselves"
        await notes.seen(session, case=one.case, user=bela)
        assert await notes.unseen(session, municipality=municipality, user=bela) == {}
    async with base.read() as session:
        (read,) = await notes.of_case(session, keyring, municipality=municipality, case=one.case)
        assert (read.id, read.name, read.note, read.detail) == (line, "Anna Adler", text, {})
        assert await notes.of_case(session, keyring, municipality=municipality + 1, case=one.case) == []


async def test_no_note_gets_into_a_case_of_elsewhere(base: Database, keyring: Keyring) -> None:
    async with base.write() as session:
        municipality, elsewhere = await place(session), await place(session, slug="anderswo")
        (foreign,) = await staff(session, municipality=elsewhere, names=["Fremd"])
        one = await person_with_case(session, municipality=municipality)
        with pytest.raises(NotFoundError):
            await notes.add(session, keyring, municipality=elsewhere, case=one.case, user=int(foreign.id or 0), text="x")
        assert await notes.of_case(session, keyring, municipality=municipality, case=one.case) == []

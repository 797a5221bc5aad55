"""What becomes of files: recognised by content, drawn anew without metadata, sealed, found by their municipality alone."""

import io
from datetime import timedelta

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it has no types
import pytest
from PIL import Image
from sqlalchemy import update
from sqlmodel import col

from handoff import cleaning, files, personal_data
from handoff.errors import NotFoundError
from handoff.files import File, OpenCase, RefusedFileError
from store.crypto import Keyring
from store.database import Database
from store.desk import Attachment
from store.tables import Case, Conversation
from store.types import utcnow
from tests import cases, pictures
from tests.cases import Known, Open

HALF = 128


async def cleaned(data: bytes, name: str = "Brief.jpg") -> File:
    return await files.check(data, name=name)


def picture(file: File) -> Image.Image:
    return Image.open(io.BytesIO(file.content))


def is_dark(drawn: Image.Image, x: float, y: float) -> bool:
    pixel = drawn.convert("L").getpixel((int(drawn.width * x), int(drawn.height * y)))
    assert isinstance(pixel, int)
    return pixel < HALF


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_keeps_what_is_seen_and_nothing_else(kind: str) -> None:
    data = pictures.photo(kind)
    assert pictures.SECRET in data
    file = await cleaned(data, "IMG_1.dat")
    assert (file.kind, file.media_type, file.name) == ("image", "image/jpeg", "IMG_1.jpg")
    assert pictures.SECRET not in file.content
    drawn = picture(file)
    assert dict(drawn.getexif()) == {}
    assert drawn.size == pictures.PAGE
    assert is_dark(drawn, 0.1, 0.1)
    assert not is_dark(drawn, 0.9, 0.9)


async def test_a_photo_of_an_iphone_is_read() -> None:
    file = await cleaned(pictures.HEIC)
    assert file.media_type == "image/jpeg"
    assert b"SECRETCAMERA" not in file.content
    assert picture(file).size == (64, 48)


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0.1, 0.1)), (3, (0.9, 0.9)), (6, (0.9, 0.1)), (8, (0.1, 0.9))])
async def test_a_turned_photo_stands_upright(orientation: int, corner: tuple[float, float]) -> None:
    drawn = picture(await cleaned(pictures.photo(orientation=orientation)))
    assert is_dark(drawn, *corner)
    assert sum(is_dark(drawn, x, y) for x in (0.1, 0.9) for y in (0.1, 0.9)) == 1


async def test_a_large_photo_becomes_smaller() -> None:
    drawn = picture(await cleaned(pictures.photo(size=(6000, 2000))))
    assert drawn.size == (3000, 1000)


async def test_transparency_becomes_paper() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    assert not is_dark(picture(await cleaned(out.getvalue())), 0.5, 0.5)


async def test_a_document_is_drawn_anew() -> None:
    file = await cleaned(pictures.scripted(), "C:\\Briefe\\Bescheid.pdf")
    assert (file.kind, file.media_type, file.name) == ("document", "application/pdf", "Bescheid.pdf")
    assert not [word for word in (pictures.SECRET, b"JavaScript", b"OpenAction", b"Author") if word in file.content]
    assert len(pdfium.PdfDocument(file.content)) == 1


async def test_what_was_filled_in_is_drawn() -> None:
    file = await cleaned(pictures.filled_in())
    drawn = pdfium.PdfDocument(file.content)[0].render().to_pil()
    assert is_dark(drawn, 0.25, 0.75)
    assert not is_dark(drawn, 0.75, 0.25)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"x" * 20_000_000, "large"),
        (b"MZ\x90\x00 no picture", "kind"),
        (b"<svg onload=alert(1)>", "kind"),
        (b"GIF89a" + bytes(100), "kind"),
        (b"\xff\xd8\xff\xe0" + b"rubbish" * 100, "broken"),
        (pictures.photo()[:2000], "broken"),
        (b"%PDF-1.7 nothing else", "broken"),
        (pictures.locked(), "locked"),
        (pictures.document(pages=cleaning.MOST_PAGES + 1), "pages"),
        (pictures.bomb(), "pixels"),
        (pictures.OGG + bytes(files.MOST_VOICE_BYTES), "long"),
        (pictures.voice_from_elsewhere() + b"hdlr" + bytes(8) + b"vide", "kind"),
        (pictures.WEBM + b"V_VP9", "kind"),
    ],
    ids=[
        "nothing",
        "20 MB",
        "program",
        "svg",
        "gif",
        "rubbish",
        "cut off",
        "no pdf",
        "locked",
        "21 pages",
        "bomb",
        "long voice",
        "film",
        "film of a browser",
    ],
)
async def test_what_cannot_be_kept_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFileError) as refused:
        await cleaned(data, "Brief.jpg")
    assert refused.value.reason == reason
    assert "{" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("a\u202egnp.exe", "agnp.jpg"),
        ("", "image.jpg"),
        ("...", "image.jpg"),
        ("Brief vom Amt.jpeg", "Brief vom Amt.jpg"),
        ("x\r\nSet-Cookie: a", "x Set-Cookie: a.jpg"),
        ("ñ" * 300 + ".png", "ñ" * 80 + ".jpg"),
        ("رسالة.jpg", "رسالة.jpg"),
    ],
)
async def test_names_are_harmless(given: str, name: str) -> None:
    file = await cleaned(pictures.photo(size=(8, 8)), given)
    assert file.name == name


@pytest.mark.parametrize(("data", "kind"), [(pictures.OGG, "audio/ogg"), (pictures.WEBM, "audio/webm")])
async def test_voice_notes_of_browsers_are_kept_as_they_are(data: bytes, kind: str) -> None:
    file = await cleaned(data, "voice")
    assert (file.kind, file.media_type, file.content) == ("voice", kind, data)


async def test_a_voice_note_forgets_where_it_was_recorded() -> None:
    data = pictures.voice_from_elsewhere()
    file = await cleaned(data, "Aufnahme.m4a")
    assert (file.media_type, len(file.content)) == ("audio/mp4", len(data))
    assert pictures.SECRET not in file.content
    assert file.content.endswith(b"sound" * 40)


NOTE = File(kind="voice", media_type="audio/ogg", name="voice.ogg", content=b"a private sound")


async def opened(base: Database, keyring: Keyring, *, state: str = "waiting", slug: str = "testort") -> Open:
    async with base.write() as session:
        town = await cases.place(session, slug=slug)
        return await cases.person_with_case(session, municipality=town, keyring=keyring, known=Known(state=state))


async def keep(base: Database, keyring: Keyring, who: Open) -> int:
    async with base.write() as session:
        case = await files.allow(session, person=who.person, now=utcnow())
        line = await cases.message(session, keyring, person=who.person, text="voice.ogg", case=case.id)
        return await files.keep(session, keyring, case=case, person=who.person, file=NOTE, message=line, now=utcnow())


async def test_only_its_own_municipality_gets_a_file(base: Database, keyring: Keyring) -> None:
    who, foreign = await opened(base, keyring), await opened(base, keyring, slug="anderswo")
    kept = await keep(base, keyring, who)
    async with base.read() as session:
        found = await files.content(session, keyring, municipality=who.municipality, attachment=kept)
        assert found == ("audio/ogg", "voice.ogg", NOTE.content)
        (listed,) = await files.of_case(session, case=who.case)
        assert (listed.id, listed.kind, listed.size) == (kept, "voice", len(NOTE.content))
        assert await files.of_case(session, case=foreign.case) == []
        for municipality, attachment in ((foreign.municipality, kept), (who.municipality, kept + 1)):
            with pytest.raises(NotFoundError):
                await files.content(session, keyring, municipality=municipality, attachment=attachment)


async def test_without_an_open_case_nothing_is_kept(base: Database, keyring: Keyring) -> None:
    who = await opened(base, keyring, state="closed")
    with pytest.raises(RefusedFileError) as refused:
        await keep(base, keyring, who)
    assert refused.value.reason == "case"


async def test_five_files_in_an_hour(base: Database, keyring: Keyring) -> None:
    who = await opened(base, keyring)
    for _ in range(5):
        await keep(base, keyring, who)
    with pytest.raises(RefusedFileError) as refused:
        await keep(base, keyring, who)
    assert refused.value.reason == "often"
    async with base.write() as session:
        await session.execute(update(Attachment).values(created_at=utcnow() - timedelta(minutes=61)))
    await keep(base, keyring, who)


async def test_the_case_that_a_human_answers_gets_the_file(base: Database, keyring: Keyring) -> None:
    who = await opened(base, keyring)
    async with base.write() as session:
        elsewhere = await cases.place(session, slug="anderswo")
        session.add(Case(municipality_id=elsewhere, person_id=who.person, language="en"))
    async with base.read() as session:
        newest = await files.case_of(session, person=who.person)
    assert newest is not None
    assert newest.municipality == elsewhere
    async with base.write() as session:
        await session.execute(update(Conversation).where(col(Conversation.person_id) == who.person).values(held_by_case=who.case))
    async with base.read() as session:
        assert await files.case_of(session, person=who.person) == OpenCase(id=who.case, municipality=who.municipality)


async def test_files_go_with_their_person(base: Database, keyring: Keyring) -> None:
    who = await opened(base, keyring)
    kept = await keep(base, keyring, who)
    async with base.write() as session:
        await personal_data.erase(session, person=who.person)
    async with base.read() as session:
        with pytest.raises(NotFoundError):
            await files.content(session, keyring, municipality=who.municipality, attachment=kept)

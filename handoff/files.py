"""Files, photos and voice notes of people with an open case: what is accepted, how it is kept. Uploads arrive in `bot.web.uploads`.

What a file is decides its content, never its name. Pictures and documents are drawn anew by `cleaning` in a process of its own.
"""

import asyncio
import base64
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import cleaning, voices
from handoff.errors import NotFoundError
from locales.bidi import clean as printable
from locales.marks import mark
from store.crypto import Keyring
from store.desk import Attachment
from store.errors import LotseError
from store.statements import table_of
from store.tables import Case, Conversation

MOST_BYTES = 10 * 1024 * 1024
MOST_VOICE_BYTES = 3 * 1024 * 1024  # two minutes at 192 kbit/s
MOST_IN_A_WINDOW = 5
WINDOW = timedelta(hours=1)
NAME, CONTENT = "attachment_name", "attachment"
_MOST_NAME = 80
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc")
_PDF_WITHIN = 1024
_ENDINGS = {"image/jpeg": ".jpg", "application/pdf": ".pdf", "audio/ogg": ".ogg", "audio/webm": ".webm", "audio/mp4": ".m4a"}

attachments, cases, conversations = table_of(Attachment), table_of(Case), table_of(Conversation)


class RefusedFileError(LotseError):
    """A file that is not kept; `reason` is for machines, the message for the person."""

    code = "file"

    def __init__(self, *, reason: str) -> None:
        super().__init__(REFUSALS[reason], **({"limit": MOST_BYTES // 1024 // 1024} if reason == "large" else {}))
        self.reason = reason


REFUSALS = {
    "case": mark(
        "I cannot read or hear files: they go to people only. Nothing was kept. Please talk to a person first, then send it again."
    ),
    "large": mark("This file is too large: at most {limit} MB. Nothing was kept. Please send a smaller one, or a photo of each page."),
    "long": mark("This voice message is too long: at most 2 minutes. Nothing was kept. Please record a shorter one."),
    "kind": mark(
        "This is no photo, no PDF and no voice message that I know. Nothing was kept. Please take a photo of the letter and send that."
    ),
    "broken": mark("This file is damaged, and nobody could read it. Nothing was kept. Please take a photo of the letter and send that."),
    "locked": mark("This PDF has a password, and nobody could read it. Nothing was kept. Please take a photo of the letter and send that."),
    "pages": mark("This PDF has too many pages: at most 20. Nothing was kept. Please send the most important pages as photos."),
    "pixels": mark("This picture is too large. Nothing was kept. Please take a new photo of the letter and send that."),
    "often": mark("You have sent many files in the last hour. This one was not kept. Please wait one hour, then send it again."),
    "empty": mark("Please choose a photo or a file first."),
}
_BY_EXIT = {number: reason for reason, number in cleaning.CODES.items()}


@dataclass(frozen=True, kw_only=True)
class File:
    """Something that may be kept: `kind` is image, document or voice; the name has no folder and fits the content."""

    kind: str
    media_type: str
    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the desk lists of an attachment; `message` is the line of the history that announced it."""

    id: int
    message: int | None
    kind: str
    media_type: str
    size: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """The case to which a person's file belongs."""

    id: int
    municipality: int


def sniff(data: bytes) -> tuple[str, str] | None:
    """Kind and format by content: (`image`, Pillow's name), (`document`, `PDF`), (`voice`, media type); None for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image", "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image", "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image", "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return "image", "HEIF"
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return "document", "PDF"
    voice = voices.media_type(data)
    return ("voice", voice) if voice else None


async def check(data: bytes, *, name: str) -> File:
    """The file as it may be kept, without metadata; raises RefusedFileError. Takes up to some seconds in another process."""
    if not data:
        raise RefusedFileError(reason="empty")
    found = sniff(data)
    if len(data) > MOST_BYTES:
        raise RefusedFileError(reason="large")
    if found is None:
        raise RefusedFileError(reason="kind")
    if found[0] == "voice" and len(data) > MOST_VOICE_BYTES:
        raise RefusedFileError(reason="long")
    kind, what = found
    content = voices.without_metadata(data) if kind == "voice" else await _drawn_anew(data, what)
    if len(content) > MOST_BYTES:
        raise RefusedFileError(reason="large")
    media_type = {"image": "image/jpeg", "document": "application/pdf"}.get(kind, what)
    return File(kind=kind, media_type=media_type, name=_name(name, kind, media_type), content=content)


def _name(given: str, kind: str, media_type: str) -> str:
    """The last part of a name, printable, not too long, with the ending of what the file is now."""
    last = printable(given).replace("\\", "/").rpartition("/")[2]
    stem = " ".join((last.rpartition(".")[0] or last).split())
    return (stem.strip(". ")[:_MOST_NAME] or kind) + _ENDINGS[media_type]


async def _drawn_anew(data: bytes, what: str) -> bytes:
    """What `cleaning` makes of a file, by a process that is ended if it takes too long."""
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    command = (sys.executable, "-I", str(Path(cleaning.__file__)), what)
    program = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=null, env={})
    try:
        async with asyncio.timeout(cleaning.SECONDS):
            content, _ = await program.communicate(data)
    except TimeoutError:
        raise RefusedFileError(reason="broken") from None
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    if program.returncode != 0:
        raise RefusedFileError(reason=_BY_EXIT.get(program.returncode or 0, "broken"))
    return content


async def case_of(session: AsyncSession, *, person: int) -> OpenCase | None:
    """The person's open case: the one that a human answers now, else the newest; None if there is none."""
    held = select(conversations.c.held_by_case).where(conversations.c.person_id == person).scalar_subquery()
    mine = select(cases.c.id, cases.c.municipality_id).where(cases.c.person_id == person, cases.c.state != "closed")
    first = mine.order_by((cases.c.id == func.coalesce(held, 0)).desc(), cases.c.id.desc()).limit(1)
    row = (await session.execute(first)).one_or_none()
    return OpenCase(id=row.id, municipality=row.municipality_id) if row else None


async def allow(session: AsyncSession, *, person: int, now: datetime) -> OpenCase:
    """The case to which a file of this person may be added now; raises RefusedFileError (no case, or too many in the last hour)."""
    case = await case_of(session, person=person)
    if case is None:
        raise RefusedFileError(reason="case")
    recent = select(func.count()).select_from(attachments).where(attachments.c.person_id == person, attachments.c.created_at > now - WINDOW)
    if (await session.scalar(recent) or 0) >= MOST_IN_A_WINDOW:
        raise RefusedFileError(reason="often")
    return case


async def keep(  # noqa: PLR0913 - one keyword for each part of the row
    session: AsyncSession, keyring: Keyring, *, case: OpenCase, person: int, file: File, message: int, now: datetime
) -> int:
    """Store a file sealed, with the case, for the line of the history that announces it; returns its id."""
    row = {
        "municipality_id": case.municipality,
        "person_id": person,
        "case_id": case.id,
        "message_id": message,
        "kind": file.kind,
        "media_type": file.media_type,
        "size": len(file.content),
        "sealed_name": keyring.seal(file.name, purpose=NAME),
        "sealed_content": keyring.seal(base64.b64encode(file.content).decode(), purpose=CONTENT),
        "created_at": now,
    }
    return int(await session.scalar(insert(attachments).values(row).returning(attachments.c.id)) or 0)


async def of_case(session: AsyncSession, *, case: int) -> Sequence[Kept]:
    """What is kept with a case, oldest first, without names and contents; the caller has checked whose case it is."""
    plain = (getattr(attachments.c, name) for name in ("id", "message_id", "kind", "media_type", "size", "created_at"))
    rows = await session.execute(select(*plain).where(attachments.c.case_id == case).order_by(attachments.c.id))
    return [
        Kept(id=row.id, message=row.message_id, kind=row.kind, media_type=row.media_type, size=row.size, at=row.created_at) for row in rows
    ]


async def content(session: AsyncSession, keyring: Keyring, *, municipality: int, attachment: int) -> tuple[str, str, bytes]:
    """Media type, name and bytes of an attachment; raises NotFoundError, also for that of another municipality."""
    mine = (attachments.c.id == attachment, attachments.c.municipality_id == municipality)
    wanted = select(attachments.c.media_type, attachments.c.sealed_name, attachments.c.sealed_content).where(*mine)
    row = (await session.execute(wanted)).one_or_none()
    if row is None:
        raise NotFoundError
    name = keyring.open(row.sealed_name, purpose=NAME)
    return row.media_type, name, base64.b64decode(keyring.open(row.sealed_content, purpose=CONTENT))

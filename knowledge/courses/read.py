"""Reading a file of courses, whatever it is: a table (`csv_file`) or JSON (`json_file`); nothing is believed of its name."""

from datetime import date, timedelta

from knowledge.courses import csv_file, json_file
from knowledge.courses.record import Course
from knowledge.courses.sheet import Progress, Sheet, refused
from knowledge.courses.text_file import UnreadableError, encoding_of

__all__ = ["MOST_BYTES", "Sheet", "read", "template", "too_large"]

MOST_BYTES = 64 * 2**20
_MEGABYTE = 2**20
_JSON_STARTS = (b"[", b"{")


def too_large(size: int) -> Sheet | None:
    """The refusal of a file of so many bytes, to be asked before it is read; None if it may be read."""
    if size <= MOST_BYTES:
        return None
    return refused("too_large", megabytes=-(-size // _MEGABYTE), most=MOST_BYTES // _MEGABYTE)


def read(name: str, content: bytes, *, today: date, progress: Progress | None = None) -> Sheet:
    """The courses of a file with everything that is wrong; never raises for its content. `name` is only the name it was given."""
    del name
    large = too_large(len(content))
    if large is not None:
        return large
    try:
        encoding = encoding_of(content)
    except UnreadableError as error:
        return refused(error.code, **error.data)
    read_form = json_file.read if _is_json(content, encoding) else csv_file.read
    return read_form(content, encoding=encoding, today=today, progress=progress)


def _is_json(content: bytes, encoding: str) -> bool:
    # 64 letters are enough: a mark and spaces come before the bracket at most.
    return content[:64].decode(encoding, errors="ignore").lstrip().encode().startswith(_JSON_STARTS)


def template(*, today: date) -> bytes:
    """A table with all columns and one plainly fictional course, to be filled in."""
    start = today + timedelta(weeks=8)
    example = Course(
        id="2027-001",
        title="Integrationskurs am Abend (Beispiel)",
        provider_name="Volkshochschule Musterstadt (Beispiel)",
        provider_url="https://www.example.org",
        contact_email="kurse@example.org",
        course_type="integration_general",
        funder="BAMF",
        level_from="A1",
        level_to="B1",
        start_date=start,
        end_date=start + timedelta(weeks=30),
        weekdays=(0, 2, 3),
        time_from=18 * 60,
        time_to=20 * 60 + 15,
        address="Musterstraße 1",
        places_max=20,
        places_booked=12,
        childcare="none",
        last_checked=today,
    )
    return csv_file.write([example])

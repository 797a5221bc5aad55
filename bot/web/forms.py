"""Reading a posted form strictly: URL-encoded UTF-8, few fields. What is done with it is in `pages`."""

from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 12


async def read_form(request: Request, *, most: int = _MOST_FIELDS) -> dict[str, str]:
    """The fields of a form, at most `most` (the last of each name); raises 415 for another type and 400 for what is no UTF-8."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415, f"Send the form as {FORM}.")
    try:
        body = (await request.body()).decode("ascii")
        return dict(parse_qsl(body, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=most))
    except ValueError as error:
        raise HTTPException(400, "The form is not valid UTF-8.") from error

"""The one error of the server: a refusal with code and wording; the wordings stand where they are raised."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal of the Bot API, with the real server's wording.

    Args:
        code: HTTP status and `error_code`.
        description: The text after the prefix, e.g. `chat not found`.
        retry_after: Seconds to wait, for 429.

    """

    PREFIXES: Final = {
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not Found",
        409: "Conflict",
        413: "Request Entity Too Large",
        429: "Too Many Requests",
        500: "Internal Server Error",
    }

    def __init__(self, code: int, description: str = "", retry_after: int | None = None) -> None:
        """Build the full description from the code's prefix and the text."""
        prefix = self.PREFIXES.get(code, "Error")
        self.code = code
        self.description = f"{prefix}: {description}" if description else prefix
        self.retry_after = retry_after
        super().__init__(self.description)

    def body(self) -> Json:
        """Return the JSON body the real server would send."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body

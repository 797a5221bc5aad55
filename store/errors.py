"""The one tree of errors. A caller never builds sentences: it gets a code, data, and a message that can be translated.

LotseError
├── ConfigurationError     a setting or a file is wrong; the operator can mend it
├── ContentError           an article, contact or place file cannot be read
├── SealError              an encrypted value cannot be opened with the keys at hand
└── UnavailableError       the database or another part does not answer at the moment
"""


class LotseError(Exception):
    """Base of all errors that Lotse raises on purpose: `code` for machines, `data` for the sentence."""

    code = "error"

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    def __str__(self) -> str:
        """Return the English sentence with its data filled in."""
        return self.message.format(**self.data) if self.data else self.message


class ConfigurationError(LotseError):
    """A setting or a file of the operator is wrong."""

    code = "configuration"


class ContentError(LotseError):
    """A content file cannot be read; `data` names file and line."""

    code = "content"


class SealError(LotseError):
    """An encrypted value cannot be opened: the key is gone or the value was changed."""

    code = "seal"


class UnavailableError(LotseError):
    """A part that Lotse needs does not answer at the moment; trying again later may help."""

    code = "unavailable"

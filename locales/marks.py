"""Marks sentences for the catalogues where they are written down but not yet translated."""


def mark(message: str) -> str:
    """Give back `message`; `make catalogues` finds it by this call."""
    return message

"""Whom Lotse trusts when it asks other servers."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """The certificate authorities of a browser (`SSL_CERT_FILE` names others), read once: nobody is answered during it."""
    return httpx.create_ssl_context()

"""Fetches an adviser's own calendar from the address that they named, and nothing else: no endless files, no inner networks.

Where it may be fetched from is decided in `public_hosts`; what the file says is read in `busy_reader`.
"""

import asyncio
from typing import Any

import httpx

from scheduler import public_hosts
from scheduler.busy_reader import CalendarError, Problem
from scheduler.public_hosts import InnerHostError
from store.tls import authorities

SECONDS = 10.0
WHOLE_SECONDS = 30.0
MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 3
_NOTHING_KEPT = httpx.Limits(max_keepalive_connections=0)
_SCHEMES = {"webcal": "https", "webcals": "https"}


async def fetch(url: str, *, inner: bool = False) -> bytes:
    """The whole body behind an http(s) or webcal address; `inner` allows private and own networks, for demonstrations and tests.

    Raises CalendarError with a short reason that never holds the address.
    """
    try:
        client = httpx.AsyncClient(verify=authorities(), timeout=SECONDS, trust_env=False, limits=_NOTHING_KEPT)
        async with asyncio.timeout(WHOLE_SECONDS), client:
            return await _follow(client, httpx.URL(url.strip()), inner=inner)
    except CalendarError:
        raise
    except (TimeoutError, httpx.TimeoutException):
        raise CalendarError(Problem.LATE) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        # Their words quote the address.
        raise CalendarError(Problem.UNREACHABLE) from None


async def _follow(client: httpx.AsyncClient, url: httpx.URL, *, inner: bool) -> bytes:
    for _ in range(MOST_REDIRECTS + 1):
        url = url.copy_with(scheme=_SCHEMES.get(url.scheme, url.scheme))
        async with client.stream("GET", **await _request(url, inner=inner)) as response:
            if not response.has_redirect_location:
                return await _body(response)
            following = url.join(response.headers["location"])
        if url.scheme == "https" and following.scheme == "http":
            raise CalendarError(Problem.DOWNGRADE)
        url = following
    raise CalendarError(Problem.REDIRECTS)


async def _request(url: httpx.URL, *, inner: bool) -> dict[str, Any]:
    """The request to one checked number of the host, with the host's name in header and TLS."""
    if not public_hosts.is_web(url):
        raise CalendarError(Problem.ADDRESS)
    try:
        aimed = await public_hosts.aimed(url, inner=inner)
    except InnerHostError:
        raise CalendarError(Problem.INNER) from None
    wanted = {"accept": "text/calendar, */*", "accept-encoding": "identity", "user-agent": "Lotse"}
    return {**aimed, "headers": {**aimed["headers"], **wanted}}


async def _body(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise CalendarError(Problem.STATUS, status=response.status_code)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise CalendarError(Problem.COMPRESSED)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise CalendarError(Problem.LARGE)
    return bytes(body)

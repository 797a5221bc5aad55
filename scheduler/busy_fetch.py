"""Fetches an adviser's own calendar from the address that they named, and nothing else: no inner networks, no endless files.

The address is data of somebody else, so every host is looked up here, its numbers are checked, and exactly these are connected to: a name
that points elsewhere a moment later changes nothing. What the file says is read in `busy_reader`.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpx

from scheduler.busy_reader import CalendarError, Problem

SECONDS = 10.0
WHOLE_SECONDS = 30.0
MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 3
_NAT64 = ip_network("64:ff9b::/96")
_SCHEMES = {"webcal": "https", "webcals": "https"}


async def fetch(url: str, *, inner: bool = False) -> bytes:
    """The whole body behind an http(s) or webcal address; `inner` allows private and own networks, for demonstrations and tests.

    Raises CalendarError with a short reason that never holds the address.
    """
    try:
        async with asyncio.timeout(WHOLE_SECONDS), httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
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
    if url.scheme not in {"http", "https"} or not url.host:
        raise CalendarError(Problem.ADDRESS)
    number = await _number(url.host, url.port or (443 if url.scheme == "https" else 80), inner=inner)
    headers = {"host": url.netloc.decode("ascii"), "accept": "text/calendar, */*", "accept-encoding": "identity", "user-agent": "Lotse"}
    name = url.raw_host.decode("ascii")
    return {"url": url.copy_with(host=number, fragment=None), "headers": headers, "extensions": {"sni_hostname": name}}


async def _number(host: str, port: int, *, inner: bool) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [str(entry[4][0]) for entry in found]
    # One inner number among several is a trick or a mistake.
    if not inner and not all(_is_public(number) for number in numbers):
        raise CalendarError(Problem.INNER)
    return numbers[0]


def _is_public(number: str) -> bool:
    address: IPv4Address | IPv6Address = ip_address(number.partition("%")[0])
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        address = within or address
    return address.is_global and not address.is_multicast and not address.is_reserved


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

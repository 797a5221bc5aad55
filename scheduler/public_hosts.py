"""Where a request may go whose address somebody else wrote: to hosts of the public internet, and not into our own networks.

Every host is looked up here, its numbers are checked, and exactly these are connected to: a name that points elsewhere a moment later
changes nothing. Who asks decides what is asked for (`busy_fetch`: calendars; `bot.link_check`: the addresses of articles).
"""

import asyncio
import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpx

from store.errors import LotseError

_NAT64 = ip_network("64:ff9b::/96")
# A name in the letters of the wire, or the number of a host.
_HOST = re.compile(r"[\w.-]+|[\da-f:.]+(?:%\w+)?", re.IGNORECASE | re.ASCII)


class InnerHostError(LotseError):
    """The host is not on the public internet."""

    code = "inner-host"


def is_web(url: httpx.URL) -> bool:
    """Whether the address is one of the web at all."""
    return url.scheme in {"http", "https"} and bool(_HOST.fullmatch(url.raw_host.decode("ascii")))


async def aimed(url: httpx.URL, *, inner: bool) -> dict[str, Any]:
    """The parts of a request for a web address to one checked number of its host: `url`, `headers` and `extensions` with the host's name.

    `inner` allows private and own networks. A client that asks several hosts must not keep connections: hosts can share a number.
    Raises InnerHostError; OSError for a name that is not known; ValueError for one that cannot be.
    """
    number = await _number(url.host, url.port or (443 if url.scheme == "https" else 80), inner=inner)
    name = url.raw_host.decode("ascii")
    return {
        "url": url.copy_with(host=number, fragment=None),
        "headers": {"host": url.netloc.decode("ascii")},
        "extensions": {"sni_hostname": name},
    }


async def _number(host: str, port: int, *, inner: bool) -> str:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [str(entry[4][0]) for entry in found]
    # One inner number among several is a trick or a mistake.
    if not inner and not all(_is_public(number) for number in numbers):
        message = "{host} is not on the public internet"
        raise InnerHostError(message, host=host)
    return numbers[0]


def _is_public(number: str) -> bool:
    address: IPv4Address | IPv6Address = ip_address(number.partition("%")[0])
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        address = within or address
    return address.is_global and not address.is_multicast and not address.is_reserved

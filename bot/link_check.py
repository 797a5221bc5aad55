"""Asks whether the web addresses of the content still lead somewhere (`lotse knowledge check --links`): politely, many hosts at once.

Each host has one connection at a time, and is left alone after it did not answer. Where the addresses stand is in `knowledge.links`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import NamedTuple

import httpx

from bot.politeness import AGENT, BUSY, PAUSE, Wait, asked_to_wait, longer
from knowledge.findings import Finding, finding
from knowledge.links import Link
from scheduler import public_hosts
from scheduler.public_hosts import InnerHostError
from store.tls import authorities

SECONDS = 15.0
MOST_REDIRECTS = 5
HOSTS_AT_ONCE = 16
# One word for each try: what costs the server least comes first, but some do not know it.
TRIES = ("HEAD", "GET", "GET")
_GONE = frozenset({404, 410})
_FOR_GOOD = frozenset({301, 308})
_TOO_MUCH = frozenset({429, 503})
_INNER = "it is not on the public internet"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Patience:
    """`seconds` for one answer; `inner` also asks private and own networks, as tests need; `wait` passes the time between two tries."""

    seconds: float = SECONDS
    inner: bool = False
    wait: Wait = asyncio.sleep


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was found, how many different addresses were asked, and how many of them gave an answer that says something."""

    findings: tuple[Finding, ...]
    addresses: int
    answered: int


class _Verdict(NamedTuple):
    """A rule of `knowledge.findings` and its words; `name` is the address, or the host where that does not answer at all."""

    code: str
    name: str
    problem: str = ""
    new: str = ""


class _Heard(NamedTuple):
    """A status, where it leads on, and how many seconds the server asks to wait."""

    status: int
    onward: httpx.URL | None = None
    after: float = 0.0


class _SilentError(Exception):
    """A host that does not answer, and why."""


async def ask(links: Sequence[Link], *, patience: Patience | None = None, progress: Progress | None = None) -> Asked:
    """Ask every address once, without its fragment; `progress` is told how many of how many are done. Wrong addresses raise nothing."""
    addresses = list(dict.fromkeys(_asked_for(link) for link in links))
    verdicts: dict[str, _Verdict | None] = {}
    hosts: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        hosts[_host(address)].append(address)
    gate = asyncio.Semaphore(HOSTS_AT_ONCE)

    async def one_host(own: Sequence[str]) -> None:
        async with gate:
            for address in own:
                verdicts[address] = await visit.verdict(address)
                if progress:
                    progress(len(verdicts), len(addresses))

    async with _client() as client, asyncio.TaskGroup() as group:
        visit = _Visit(client, patience or Patience())
        for own in hosts.values():
            group.create_task(one_host(own))
    silent = sum(verdict is not None and verdict.code == "unreachable-host" for verdict in verdicts.values())
    return Asked(findings=tuple(_placed(links, verdicts)), addresses=len(addresses), answered=len(addresses) - silent)


def _client() -> httpx.AsyncClient:
    """Keeps no connections (hosts can share a number) and no cookies (they belong to numbers here, not to hosts)."""
    nobody = DefaultCookiePolicy(allowed_domains=())
    limits = httpx.Limits(max_keepalive_connections=0)
    # How long an answer may take is measured from its first step, the name of the host: in `_Visit`.
    headers, jar = {"User-Agent": AGENT}, CookieJar(nobody)
    return httpx.AsyncClient(verify=authorities(), headers=headers, limits=limits, timeout=None, trust_env=False, cookies=jar)  # noqa: S113


def _asked_for(link: Link) -> str:
    return link.url.partition("#")[0]


def _host(address: str) -> str:
    """Host and port as they are asked; "" for an address that is none."""
    try:
        return httpx.URL(address).netloc.decode("ascii")
    except httpx.InvalidURL:
        return ""


def _placed(links: Sequence[Link], verdicts: Mapping[str, _Verdict | None]) -> Iterator[Finding]:
    """A finding in each place that is to be mended; where nothing could be checked one place is enough."""
    noted = set[_Verdict]()
    for link in links:
        verdict = verdicts[_asked_for(link)]
        if verdict and verdict not in noted:
            yield finding(Path(link.file), line=link.line, **verdict._asdict())
        if verdict and verdict.code == "unreachable-host":
            noted.add(verdict)


class _Visit:
    """One walk over all addresses; it remembers which hosts do not answer."""

    def __init__(self, client: httpx.AsyncClient, patience: Patience) -> None:
        self._client = client
        self._patience = patience
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._silent: dict[str, str] = {}

    async def verdict(self, address: str) -> _Verdict | None:
        """What is wrong with an address; None if it leads somewhere."""
        try:
            return await self._followed(address)
        except httpx.InvalidURL:
            return _Verdict("dead-link", address, "it is no web address, or leads to what is none")
        except _SilentError as error:
            host, problem = error.args
            return _Verdict("unreachable-host", host, problem)

    async def _followed(self, address: str) -> _Verdict | None:
        url = home = httpx.URL(address)
        for_good = True
        for _ in range(MOST_REDIRECTS + 1):
            if not public_hosts.is_web(url):
                raise httpx.InvalidURL(str(url))
            heard = await self._heard(url)
            if heard.onward is None:
                return _judged(address, heard.status, home)
            for_good = for_good and heard.status in _FOR_GOOD
            url = heard.onward
            home = url if for_good else home
        return _Verdict("dead-link", address, f"it leads on and on, more than {MOST_REDIRECTS} times")

    async def _heard(self, url: httpx.URL) -> _Heard:
        """The answer of a host, which is asked nothing else meanwhile. Raises _SilentError."""
        host = url.netloc.decode("ascii")
        async with self._locks[host]:
            if host not in self._silent:
                try:
                    return await self._tried(url)
                except _SilentError as error:
                    self._silent[host] = str(error)
        raise _SilentError(host, self._silent[host])

    async def _tried(self, url: httpx.URL) -> _Heard:
        pause, heard, problem = PAUSE, None, ""
        for at, method in enumerate(TRIES):
            if at:
                await self._patience.wait(pause)
                pause = longer(pause)
            try:
                heard = await self._once(method, url)
            except InnerHostError as error:
                raise _SilentError(_INNER) from error
            except (httpx.HTTPError, OSError, ValueError) as error:
                heard, problem = None, self._words(error)
                continue
            if heard.status not in BUSY:
                return heard
            problem, pause = f"it answers {heard.status} again and again", max(pause, heard.after)
        if heard is None or heard.status in _TOO_MUCH:
            raise _SilentError(problem)
        return heard

    async def _once(self, method: str, url: httpx.URL) -> _Heard:
        """The head of one answer. Whatever is refused is asked for in the usual way before it counts."""
        async with asyncio.timeout(self._patience.seconds):
            aimed = await public_hosts.aimed(url, inner=self._patience.inner)
            async with self._client.stream(method, **aimed) as response:
                status, headers = response.status_code, response.headers
                onward = url.join(headers["location"]) if response.has_redirect_location else None
        if method == "HEAD" and status >= httpx.codes.BAD_REQUEST and status not in _TOO_MUCH:
            return await self._once("GET", url)
        return _Heard(status, onward, asked_to_wait(headers.get("Retry-After", "")))

    def _words(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"no answer within {self._patience.seconds:g} s"
        return f"no connection ({str(error) or type(error).__name__})"


def _judged(address: str, status: int, home: httpx.URL) -> _Verdict | None:
    """What an answer means; `home` is where the address has moved for good, or itself."""
    if status in _GONE:
        return _Verdict("dead-link", address, f"the server answers {status}")
    if status >= httpx.codes.BAD_REQUEST:
        return _Verdict("unreachable-host", address, f"the server answers {status}")
    if _plain(home.host) == _plain(httpx.URL(address).host):
        return None
    return _Verdict("moved-link", address, new=str(home))


def _plain(host: str) -> str:
    return host.removeprefix("www.")

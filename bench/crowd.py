"""Many people in front of one bot: bringing them to their first menu, letting them press and write, timing the answers."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count, cycle, islice
from typing import Any

from bench import load
from bench.figures import Value, percentile
from bench.peers import keyboard_of
from bench.processes import LEARNING_SECONDS, Call, Program, Server, wait
from bench.scale import Scale
from dialogs.menu import GROUPS
from knowledge import loader
from knowledge.model import Knowledge

PER_SECOND = 20
QUIET_SECONDS = 0.5
LANGUAGES = ("de", "en", "ar", "fa", "tr", "uk", "ru", "fr", "so", "ti", "kmr", "prs")
_numbers = count(1)
_people = count(load.FIRST_PERSON)
_pressed = Counter[int]()


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """People with a menu on their screen: by person, the message as an update shows it."""

    screens: dict[int, dict[str, Any]]

    @property
    def people(self) -> list[int]:
        """Their numbers."""
        return list(self.screens)


def greetings(size: int) -> list[Call]:
    """Updates of `size` people whom the bot has never seen: each starts the bot."""
    return [load.text(next(_people), "/start", number=next(_numbers)) for _ in range(size)]


def gather(server: Server, program: Program, size: int) -> Crowd:
    """People whom the bot has never seen start it; returns when all have their menu."""
    mark, done = server.mark(), server.counter("sendMessage")
    started = greetings(size)
    server.inject(started)
    wait(lambda: done() >= size, program, what="the first menus")
    return crowd_of(started, server.calls(mark)[0])


def crowd_of(started: Sequence[Call], calls: Sequence[Call]) -> Crowd:
    """The people who started the bot, with the menus that `calls` gave them."""
    sent = {int(call["chat_id"]): call for call in calls if call["method"] == "sendMessage"}
    return Crowd(screens={person: _screen(sent[person]) for person in map(person_of, started)})


def _screen(call: Call) -> dict[str, Any]:
    return {"message_id": call["message_id"], "text": call["params"]["text"], "reply_markup": keyboard_of(call)}


@cache
def _knowledge() -> Knowledge:
    """The articles; reading them takes a while."""
    return loader.load()


@cache
def topics() -> list[str]:
    """Callback data of menu buttons that Lotse answers by an edit; neighbours lead to different menus."""
    present = {article.group for article in _knowledge().articles.values()}
    return [f"smenu:{group}" for group in GROUPS if group in present]


def presses(crowd: Crowd, amount: int) -> list[Call]:
    """`amount` presses of all people in turn; each press leads its person to another menu than the one before."""
    return [_press(crowd, person) for person in islice(cycle(crowd.people), amount)]


def _press(crowd: Crowd, person: int) -> Call:
    button = topics()[_pressed[person] % len(topics())]
    _pressed[person] += 1
    return load.press(person, button, number=next(_numbers), screen=crowd.screens[person])


def languages_of(crowd: Crowd) -> dict[int, str]:
    """Who speaks what: all languages in turn."""
    return dict(zip(crowd.people, cycle(LANGUAGES), strict=False))


def choices_of_language(crowd: Crowd, spoken: Mapping[int, str]) -> list[Call]:
    """Each person presses the button of the own language."""
    return [
        load.press(person, f"slanguage:{language}", number=next(_numbers), screen=crowd.screens[person])
        for person, language in spoken.items()
    ]


def choose_languages(server: Server, program: Program, crowd: Crowd) -> dict[int, str]:
    """Let each person choose a language by its button; returns who speaks what."""
    spoken, done = languages_of(crowd), server.counter("editMessageText")
    server.inject(choices_of_language(crowd, spoken))
    wait(lambda: done() >= len(spoken), program, what="the choice of languages")
    return spoken


def questions(spoken: Mapping[int, str]) -> list[Call]:
    """One example question of the articles for each person, in the person's language."""
    pools = {language: cycle(examples_of(language)) for language in LANGUAGES}
    return [load.text(person, next(pools[language]), number=next(_numbers)) for person, language in spoken.items()]


@cache
def examples_of(language: str) -> list[str]:
    """The articles' example questions in a language, shuffled in the same way each time."""
    articles = _knowledge().articles.values()
    found = [words for article in articles if language in article.translations for words in article.translations[language].questions]
    random.Random(1).shuffle(found)  # noqa: S311 - no secret
    return found


def burst(server: Server, program: Program, updates: Sequence[Call], *, method: str) -> dict[str, Value]:
    """All updates at once: updates a second until the last answer was accepted, processor time per update."""
    mark, used, harness, done = server.mark(), program.cpu(), server.cpu(), server.counter(method)
    before = server.inject(updates)
    settle(done, program, len(updates))
    calls, _ = server.calls(mark)
    took = max(call["at"] for call in calls if call["method"] == method) - before
    share = 1000 / len(updates)
    return {"per second": len(updates) / took, "CPU ms": (program.cpu() - used) * share, "server CPU ms": (server.cpu() - harness) * share}


def settle(done: Callable[[], int], program: Program, least: int, seconds: float = 150) -> None:
    """Wait until at least so many answers came and no more come (some messages have two answers)."""
    wait(lambda: done() >= least, program, what=f"{least} answers", seconds=seconds, pause=0.1)
    before = -1
    while before != (before := done()):
        time.sleep(QUIET_SECONDS)


def trickle(server: Server, program: Program, updates: Sequence[Call], *, method: str) -> list[float]:
    """The updates one by one, `PER_SECOND`, each of another person; milliseconds until each was answered by `method`."""
    mark, began, done = server.mark(), time.monotonic(), server.counter(method)
    sent: dict[int, float] = {}
    for number, update in enumerate(updates):
        time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
        sent[person_of(update)] = server.inject([update])
    settle(done, program, len(updates))
    first: dict[int, float] = {}
    for call in server.calls(mark)[0]:
        if call["method"] == method:
            first.setdefault(int(call["chat_id"]), call["at"])
    return [(first[person] - at) * 1000 for person, at in sent.items()]


def until_polling(server: Server, program: Program) -> float:
    """Seconds from the start of the process to its first `getUpdates` (an update waits for it, so the call returns at once)."""
    mark, polled, answered = server.mark(), server.counter("getUpdates"), server.counter("sendMessage")
    server.inject(greetings(1))
    wait(polled, program, what="the first getUpdates", seconds=LEARNING_SECONDS)
    wait(answered, program, what="the first answer", seconds=LEARNING_SECONDS)
    # The last long poll of the bot before is in the log too.
    polls = (call["at"] for call in server.calls(mark)[0] if call["method"] == "getUpdates" and call["at"] > program.started)
    return float(next(polls)) - program.started


def press_round(server: Server, program: Program, scale: Scale) -> tuple[dict[str, Value], list[float]]:
    """Presses of new people, one by one and then at once: figures of the burst, milliseconds of the single ones."""
    crowd = gather(server, program, scale.people)
    some = Crowd(screens=dict(list(crowd.screens.items())[: scale.singles]))
    waits = trickle(server, program, presses(some, scale.singles), method="editMessageText")
    return burst(server, program, presses(crowd, scale.presses), method="editMessageText"), waits


def person_of(update: Call) -> int:
    """Who pressed or wrote."""
    return int((update.get("callback_query") or update["message"])["from"]["id"])


def times(values: Sequence[float], what: str) -> dict[str, Value]:
    """p50, p95, p99 under names that begin with `what`."""
    return {f"{what} p{share}": percentile(values, share / 100) for share in (50, 95, 99)}

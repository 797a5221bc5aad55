"""The way in: which doors into a course are open with which paper. The rules are data (`knowledge.admission`), the words in `way_in_words`.

What paper somebody has is never kept: each screen follows from the pressed button alone, and no button of the answer names the paper. The
answer's buttons carry the doors themselves, by the place of their words in `admission.WORDS`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from string import ascii_letters

from dialogs import article, course_state, course_words
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import page_of, paragraphs, say
from dialogs.way_in_words import PAPERS, PASSPORTS, PERMITS, PURPOSES, THINGS, WORDS
from knowledge import admission
from knowledge.admission import Door
from knowledge.courses.record import KINDS, Course
from knowledge.model import Source
from locales.formats import listing, long_date
from locales.marks import mark

GROUPS: Mapping[str, tuple[str, Sequence[tuple[str, str]]]] = {
    "permit": (mark("Why do you have this residence permit?"), PERMITS),
    "passport": (mark("Which passport do you have?"), PASSPORTS),
}
_ADVICE = "advice/migration-advice"  # the article that knows where appointments are made
# Types of courses into which the way is the same with every paper, and what is said about it: nobody has to tell their paper for them.
_SAME_FOR_ALL = {
    "land_start": "state",
    "land_start_script": "state_script",
    "land_fit": "state_fit",
    "mia": "women",
    "vhs": "vhs",
    "sprachcafe": "cafe",
}
_HIGHER = frozenset({"B2", "C1", "C2"})
_DAY, _MONTH = len("2026-11-21"), len("2026-11")
_CODE_OF = dict(zip(admission.WORDS, ascii_letters, strict=False))
_WORDS_OF = {code: name for name, code in _CODE_OF.items()}


async def start(turn: Turn, course: str = "") -> Move:
    """Ask what somebody wants to learn (`way`), or go on with a course (`way:<number>`): with its door if no paper matters for it."""
    found = await _course(turn, course)
    if found:
        purpose, back = purpose_of(found), f"course:{course}"
        own = await _doors(turn, _CODE_OF[_SAME_FOR_ALL[found.course_type]]) if found.course_type in _SAME_FOR_ALL else ()
        if not own:
            return _ask_letter(turn, purpose, back=back)
        others = Choice(id=f"way_for:{purpose}", label=turn.t("Other ways into a course"))
        return await _door(turn, own[0], others=[others], back=back)
    choices = [Choice(id=f"way_for:{purpose}", label=turn.t(label)) for purpose, label in PURPOSES.items()]
    return _at(turn, say(turn, turn.t("What do you want to learn?"), title=_title(turn), choices=choices, back=_out(turn), screen=True))


async def paper(turn: Turn, purpose: str = "") -> Move:
    """Ask for a letter about a course (`way_for:<purpose>`)."""
    return _ask_letter(turn, purpose, back="way") if purpose in PURPOSES else await start(turn)


async def kind(turn: Turn, purpose: str = "", group: str = "") -> Move:
    """Ask for the paper (`way_kind:<purpose>`), or which one of a group it is (`way_kind:<purpose>:<group>`)."""
    if purpose not in PURPOSES:
        return await start(turn)
    if group in GROUPS:
        question, papers = GROUPS[group]
        found = [Choice(id=f"way_paper:{name}:{purpose}", label=turn.t(label)) for name, label in papers]
        return _ask(turn, turn.t(question), found, back=f"way_kind:{purpose}")
    found = [
        Choice(id=f"way_kind:{purpose}:{name}" if name in GROUPS else f"way_paper:{name}:{purpose}", label=turn.t(label))
        for name, label in PAPERS.items()
    ]
    return _ask(turn, turn.t("Which paper do you have?"), found, back=f"way_for:{purpose}")


async def result(turn: Turn, paper: str = "", purpose: str = "") -> Move:
    """The doors that are open with a paper (`way_paper:<paper>:<purpose>`); only they go on, not the paper."""
    if paper not in admission.PAPERS or purpose not in PURPOSES:
        return await start(turn)
    found = admission.doors(admission.shipped(), paper=paper, purpose=purpose, on=await course_state.today(turn))
    return _listing(turn, purpose, found, page=0)


async def listing_of(turn: Turn, purpose: str = "", codes: str = "", page: str = "0") -> Move:
    """The same doors again (`way_list:<purpose>:<codes>`), perhaps another page of their buttons."""
    found = await _doors(turn, codes)
    if purpose not in PURPOSES or not found:
        return await start(turn)
    return _listing(turn, purpose, found, page=int(page) if page.isascii() and page.isdigit() else 0)


async def door(turn: Turn, purpose: str = "", codes: str = "", code: str = "") -> Move:
    """One door: what it is, what to bring, whom to ask, who says so and when (`way_door:<purpose>:<codes>:<code>`)."""
    found = await _doors(turn, code)
    if purpose not in PURPOSES or len(found) != 1:
        return await start(turn)
    return await _door(turn, found[0], back=f"way_list:{purpose}:{codes}")


async def _door(turn: Turn, chosen: Door, *, back: str, others: Sequence[Choice] = ()) -> Move:
    words = WORDS[chosen.words]
    things = listing(turn.language, [turn.t(THINGS[thing]) for thing in chosen.bring])
    text = paragraphs(
        turn.t(words.lead),
        *(turn.t(sentence) for sentence in words.more),
        _doubt(turn, chosen),
        turn.t("Please bring this with you: {what}", what=things) if things else "",
        _offices(turn, chosen.offices),
    )
    note = _note(turn, chosen.sources, checked=chosen.checked_on)
    choices = [*await _next(turn, chosen), *others]
    return _at(turn, say(turn, text, title=turn.t(words.button), note=note, choices=choices, back=back, screen=True))


def purpose_of(course: Course) -> str:
    """What a course is for, as the rules distinguish it."""
    kinds = {kind for kind, types in KINDS.items() if course.course_type in types}
    if kinds & {"literacy", "second_script"}:
        return "literacy"
    if kinds & {"orientation", "mia", "cafe"}:
        return "orientation"
    if "job" in kinds:
        return "work"
    return "higher" if (course.level_to or course.level_from) in _HIGHER and "integration" not in kinds else "general"


async def _course(turn: Turn, number: str) -> Course | None:
    known = await turn.courses.course(turn.session, course_state.number(number)) if number else None
    return known[1] if known else None


def _at(turn: Turn, reply: Reply) -> Move:
    """This screen; a search for a course in which it was opened goes on afterwards."""
    if turn.standing.dialog == course_state.DIALOG:
        return Move(replies=(reply,), dialog=course_state.DIALOG, state=turn.standing.state)
    return Move(replies=(reply,))


def _out(turn: Turn) -> str:
    return "coursepage" if turn.standing.dialog == course_state.DIALOG else "menu:language"


def _title(turn: Turn) -> str:
    return turn.t("How do I get in?")


def _ask(turn: Turn, question: str, choices: Sequence[Choice], *, back: str) -> Move:
    """A question about papers, with the promise that the answer is not kept."""
    text = paragraphs(question, turn.t("I do not store which paper you have."))
    return _at(turn, say(turn, text, title=_title(turn), choices=choices, back=back, screen=True))


def _ask_letter(turn: Turn, purpose: str, *, back: str) -> Move:
    choices = (
        Choice(id=f"way_paper:letter:{purpose}", label=turn.t("Yes (Berechtigung or Verpflichtung)")),
        Choice(id=f"way_kind:{purpose}", label=turn.t("No, or I do not know")),
        *_private(turn),
    )
    return _ask(turn, turn.t("Do you have a letter that says that you may or must go to a German course?"), choices, back=back)


def _private(turn: Turn) -> tuple[Choice, ...]:
    """On a channel that others can read: the way to the private chat, where there is one."""
    if turn.traits.trusted or not str(turn.services.base_url).startswith("https://"):
        return ()
    return (Choice(id="private", label=turn.t("Open the private chat")),)


async def _doors(turn: Turn, codes: str) -> tuple[Door, ...]:
    """The doors that codes name, as they are today; codes that nobody knows are left out."""
    rules, today = admission.shipped(), await course_state.today(turn)
    known = [_WORDS_OF[code] for code in codes if code in _WORDS_OF]
    ids = dict.fromkeys(name for words in known for name, versions in rules.doors.items() if any(each.words == words for each in versions))
    return tuple(found for found in (admission.door_of(rules, name, on=today) for name in ids) if found)


def _listing(turn: Turn, purpose: str, found: Sequence[Door], *, page: int) -> Move:
    """All doors with their first sentences, a button for each."""
    codes = "".join(_CODE_OF[each.words] for each in found)
    choices = [Choice(id=f"way_door:{purpose}:{codes}:{_CODE_OF[each.words]}", label=turn.t(WORDS[each.words].button)) for each in found]
    text = paragraphs(
        turn.t("These ways may be open to you:"),
        *(f"• {turn.t(WORDS[each.words].lead)}" for each in found),
        turn.t("Rules change. Ask if this still holds."),
        turn.t("Press one: you read what to bring and whom to ask."),
        turn.t("My answers are prepared texts with their source. They are no legal advice."),
    )
    sources = list(dict.fromkeys(each.sources[0] for each in found))
    note = _note(turn, sources, checked=min(each.checked_on for each in found))
    shown = page_of(turn, choices, page=page, more=f"way_list:{purpose}:{codes}")
    return _at(turn, say(turn, text, title=_title(turn), note=note, choices=shown, back=f"way_for:{purpose}", screen=True))


def _doubt(turn: Turn, chosen: Door) -> str:
    """How old the source is that counts (the first with a date), for what changes often."""
    if not chosen.changes_often:
        return ""
    day = next((source.date for source in chosen.sources if source.date), None)
    if day is None:
        return turn.t("The source has no date. Ask if this still holds.")
    return turn.t("As of {date}. Ask if this still holds.", date=_day(turn, day))


def _day(turn: Turn, day: str) -> str:
    """The date of a source as exactly as it is known: day, month or year."""
    return long_date(turn.language, date.fromisoformat(day)) if len(day) == _DAY else course_words.month(turn.language, day)


def _note(turn: Turn, sources: Sequence[Source], *, checked: date) -> str:
    names = listing(turn.language, [f"{source.name} ({source.date})" if source.date else source.name for source in sources])
    return turn.t("Source: {sources}. Checked on {date}.", sources=names, date=long_date(turn.language, checked))


def _offices(turn: Turn, kinds: Sequence[str]) -> str:
    """Whom to ask: the offices of the town that are known, and the kinds of the others."""
    overlay = turn.knowledge.overlays.get(turn.standing.municipality or "")
    known = overlay.offices if overlay else {}
    missing = listing(turn.language, [turn.t(article.OFFICES[kind]) for kind in kinds if kind not in known])
    lines = [article.office_line(turn, known[kind]) for kind in kinds if kind in known]
    return paragraphs(
        "\n".join((turn.t("Ask here:"), *lines)) if lines else "",
        turn.t("Ask here: {offices}. Your town hall (Rathaus) knows where it is.", offices=missing) if missing else "",
    )


async def _next(turn: Turn, chosen: Door) -> list[Choice]:
    """Where the door leads on: courses of its kind, the article, an appointment."""
    choices = [Choice(id=f"find_course:type={chosen.courses}", label=turn.t("Find a course"))] if chosen.courses else []
    if chosen.article in turn.knowledge.articles:
        choices.append(Choice(id=f"ask:{chosen.article}", label=turn.t("More about this")))
    advice = turn.knowledge.articles.get(_ADVICE)
    return [*choices, *(await article.booking_choices(turn, advice) if advice else ())]

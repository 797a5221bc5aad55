"""Showing an article: the short answer, its details on demand, the German text, and where it leads on."""

from collections.abc import Sequence

from dialogs import course_state
from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import is_rtl, just, paragraphs, say
from handoff import requests
from knowledge import view
from knowledge.model import Article, Contact, Office, Shown, Source
from locales.bidi import beside
from locales.formats import listing, long_date
from locales.hours import opening_hours
from locales.marks import mark
from locales.registry import LANGUAGES
from scheduler import calendar

OFFICES = {
    "immigration_office": mark("immigration office (Ausländerbehörde)"),
    "social_office": mark("social welfare office (Sozialamt)"),
    "jobcenter": mark("Jobcenter"),
    "employment_agency": mark("employment agency (Agentur für Arbeit)"),
    "youth_office": mark("youth office (Jugendamt)"),
    "registration_office": mark("registration office (Bürgerbüro)"),
    "integration_management": mark("integration management (Integrationsmanagement)"),
    "migration_advice": mark("migration advice (Migrationsberatung)"),
    "school": mark("school (Schule)"),
    "kita": mark("day care centre (Kita)"),
    "health_office": mark("health office (Gesundheitsamt)"),
    "local_court": mark("local court (Amtsgericht)"),
    "psychosocial_centre": mark("psychosocial centre (Psychosoziales Zentrum)"),
    "women_help": mark("help for women (Frauenberatung)"),
    "housing_office": mark("housing office (Wohnungsamt)"),
    "reception_centre": mark("reception centre (Aufnahmeeinrichtung, AfA)"),
    "adult_education_centre": mark("adult education centre (Volkshochschule, VHS)"),
}


# Who reads about being admitted wants to know the ways in; who reads about courses finds them under the longer text.
_ADMISSION = "language/admission"
_COURSES = frozenset({"language/which-course", "language/integration-course"})


# Below a short answer stand the offices to go to first; the others follow the longer text.
_FIRST_OFFICES = 2
# The message itself, two turns with a question and two replies each, and one more.
LINES = 6


async def last_read(turn: Turn) -> str | None:
    """The article that was read last, while it is among the last few lines; None if there is none."""
    read = await requests.recent(turn.session, turn.services.keyring, person=turn.standing.person, lines=LINES)
    return next((entry for entry in read.articles if entry in turn.knowledge.articles), None)


async def answer(turn: Turn, entry: str) -> Move:
    """The short answer of an article; one that is not shown in the person's town says so, an unknown one is a stale button."""
    article = turn.knowledge.articles.get(entry)
    if article is None:
        return just(say(turn, _absent(turn, entry)))
    ways = [*await _finding(turn, article), *await booking_choices(turn, article)]
    return just(_answer(turn, article, ways=ways))


def _absent(turn: Turn, entry: str) -> str:
    if entry not in turn.hidden or turn.town is None:
        return turn.t("This button is old. Here is the menu.")
    return turn.t("I do not show this text in {town}. Please write your question, or talk to a person.", town=turn.town.name)


def _answer(turn: Turn, article: Article, *, ways: Sequence[Choice]) -> Reply:
    """The answer with local offices and helplines, newest source and date, and where it leads."""
    shown = view.show(turn.knowledge, article, language=turn.language, municipality=turn.standing.municipality)
    helplines = [contact for contact in shown.contacts if contact.phone and not _said(contact, shown.answer)]
    offices = _offices(turn, shown.offices[:_FIRST_OFFICES])
    text = paragraphs(other_language(turn, shown.language), shown.answer, shown.local, offices, _contacts(turn, helplines))
    note = _note(turn, shown, sources=shown.article.sources[:1])
    return say(turn, text, title=shown.title, note=note, choices=[*ways, *_choices(turn, shown)], back=f"menu:{article.group}")


async def details(turn: Turn, entry: str) -> Move:
    """The longer text, all places to ask, all sources."""
    article = turn.knowledge.articles.get(entry)
    if article is None:
        return await answer(turn, entry)
    shown = view.show(turn.knowledge, article, language=turn.language, municipality=turn.standing.municipality, detailed=True)
    where_to_ask = paragraphs(_offices(turn, shown.offices), _missing_offices(turn, shown), _contacts(turn, shown.contacts))
    text = paragraphs(other_language(turn, shown.language), shown.details, where_to_ask)
    note = _note(turn, shown, sources=shown.article.sources)
    choices = [*((_way_in(turn),) if entry in _COURSES else ()), *links(turn, article.related)[:3]]
    return just(say(turn, text, title=shown.title, note=note, choices=choices, back=f"ask:{entry}"))


def excerpt(turn: Turn, entry: str, lines: Sequence[str], *, lead: str, choices: Sequence[Choice]) -> Reply:
    """Some lines of an article after `lead`, with its title, sources and date."""
    shown = view.show(turn.knowledge, turn.knowledge.articles[entry], language=turn.language, municipality=turn.standing.municipality)
    text = paragraphs(lead, "\n".join(f"• {line}" for line in lines))
    return say(turn, text, title=shown.title, note=_note(turn, shown, sources=shown.article.sources), choices=choices, back=f"ask:{entry}")


def has_details(turn: Turn, entry: str) -> bool:
    """Whether an article has its longer text in the person's language."""
    best = view.best(turn.knowledge.articles[entry], language=turn.language, detailed=True)
    return bool(best.details) and not other_language(turn, best.language)


async def german(turn: Turn, entry: str) -> Move:
    """The German original, to compare or to show at an office."""
    article = turn.knowledge.articles.get(entry)
    if article is None:
        return await answer(turn, entry)
    shown = view.show(turn.knowledge, article, language="de", municipality=turn.standing.municipality)
    note = _note(turn, shown, sources=shown.article.sources)
    return just(say(turn, paragraphs(shown.answer, shown.details), title=shown.title, note=note, back=f"ask:{entry}"))


async def _finding(turn: Turn, article: Article) -> list[Choice]:
    """The way to courses, where the article names it and there are any; where it is about being admitted, the ways in lead there."""
    if article.id == _ADMISSION:
        return [_way_in(turn)]
    action = next((action for action in article.actions if action.partition(":")[0] == "find_course"), "")
    return [Choice(id=action, label=turn.t("Find a course"))] if action and await course_state.has_courses(turn) else []


def _way_in(turn: Turn) -> Choice:
    return Choice(id="way", label=turn.t("How do I get in?"))


async def booking_choices(turn: Turn, article: Article) -> list[Choice]:
    """The way to an appointment: where a service of the town is about the article, or the article itself says so."""
    action = next((action for action in article.actions if action.partition(":")[0] == "book"), "")
    offered = await calendar.services(turn.session, municipality=turn.town.id) if turn.town else []
    about = next((service for service in offered if article.id in service.topics), None)
    if about is not None:
        action = f"book:{about.id}:{article.id}"
    elif turn.town and not offered:
        action = ""
    return [Choice(id=action, label=turn.t("Make an appointment"))] if action else []


def _choices(turn: Turn, shown: Shown) -> list[Choice]:
    # In some languages there is only the short answer: its details are then those of the next best language.
    longer = view.best(shown.article, language=turn.language, detailed=True).details
    choices = [Choice(id=f"details:{shown.id}", label=turn.t("More about this"))] if longer else []
    if shown.machine and shown.language not in {"de", "de-simple"}:
        choices.append(Choice(id=f"german:{shown.id}", label=turn.t("Show the German text")))
    pages = [action.removeprefix("open:") for action in shown.article.actions if action.startswith("open:")]
    choices += [Choice(url=page, label=site(page)) for page in pages[:1]]
    return [*choices, ask_back(turn, shown.id)]


def ask_back(turn: Turn, entry: str) -> Choice:
    """What opens the choices of `feedback`: one button, so that an answer has at most six."""
    return Choice(id=f"helped:ask:{entry}", label=turn.t("Did this help?"))


def links(turn: Turn, entries: Sequence[str]) -> list[Choice]:
    """Buttons to those of the articles that exist, by their titles."""
    articles = (turn.knowledge.articles[entry] for entry in entries if entry in turn.knowledge.articles)
    return [Choice(id=f"ask:{article.id}", label=view.title(article, language=turn.language)) for article in articles]


def site(page: str) -> str:
    """The host of an address, as a button shows it."""
    return page.split("/")[2].removeprefix("www.")


def other_language(turn: Turn, language: str) -> str:
    """The note above a text in another language than the turn's; empty where it is the same."""
    if language == turn.language or {language, turn.language} == {"de", "de-simple"}:
        return ""
    return turn.t("This text is not yet in your language. Here it is in: {language}.", language=LANGUAGES[language].autonym)


def _offices(turn: Turn, offices: Sequence[Office]) -> str:
    return "\n".join(office_line(turn, office) for office in offices)


def where(turn: Turn, kind: str) -> str:
    """The office of this kind in the person's town, or who knows where it is."""
    overlay = turn.knowledge.overlays.get(turn.standing.municipality or "")
    office = overlay.offices.get(kind) if overlay else None
    return office_line(turn, office) if office else _ask_at(turn, [kind])


def _missing_offices(turn: Turn, shown: Shown) -> str:
    """Where no local office is known: its kind, and who knows where it is."""
    return _ask_at(turn, shown.missing_offices) if shown.missing_offices else ""


def _ask_at(turn: Turn, kinds: Sequence[str]) -> str:
    names = listing(turn.language, [turn.t(OFFICES[kind]) for kind in kinds])
    return turn.t("Ask here: {offices}. Your town hall (Rathaus) knows where it is.", offices=names)


def office_line(turn: Turn, office: Office) -> str:
    """An office with all that is known of it; its name and address stay German, its hours are said in the turn's language."""
    hours = opening_hours(turn.language, office.hours or "")
    facts = (fact for fact in (office.name, office.address, office.phone, hours, office.url) if fact)
    return f"• {turn.t(OFFICES[office.kind])}: {beside(facts, rtl=is_rtl(turn))}"


def _said(contact: Contact, text: str) -> bool:
    """Whether the text names the contact's number already."""
    digits = "".join(filter(str.isdigit, text))
    return all("".join(filter(str.isdigit, number)) in digits for number in contact.phone)


def _contacts(turn: Turn, contacts: Sequence[Contact]) -> str:
    return "\n".join(_contact(turn, contact) for contact in contacts)


def _contact(turn: Turn, contact: Contact) -> str:
    hours = opening_hours(turn.language, contact.hours or "")
    ways = " · ".join((*contact.phone, *filter(None, (hours, contact.url))))
    return f"• {contact.name}: {ways}" if ways else f"• {contact.name}"


def _note(turn: Turn, shown: Shown, *, sources: Sequence[Source]) -> str:
    lines = [turn.t("Automatic translation, not yet checked by a speaker.")] if shown.machine else []
    names = listing(turn.language, [_dated(source) for source in sources])
    checked = long_date(turn.language, shown.article.checked_on)
    return "\n".join((*lines, turn.t("Source: {sources}. Checked on {date}.", sources=names, date=checked)))


def _dated(source: Source) -> str:
    return f"{source.name} ({source.date})" if source.date else source.name

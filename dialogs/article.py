"""Showing an article: the short answer, its details on demand, the German text, and where it leads on."""

from collections.abc import Sequence
from datetime import date

from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say
from knowledge import view
from knowledge.model import Article, Contact, Office, Shown, Source
from locales.formats import long_date
from locales.marks import mark
from locales.registry import LANGUAGES

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


async def answer(turn: Turn, entry: str) -> Move:
    """The short answer of an article; an unknown article shows the menu's sentence for stale buttons."""
    article = turn.knowledge.articles.get(entry)
    if article is None:
        return just(say(turn, turn.t("This button is old. Here is the menu."), choices=()))
    return just(answer_reply(turn, article))


def answer_reply(turn: Turn, article: Article, *, language: str | None = None) -> Reply:
    """The answer with offices and helplines, source and date, and where it leads."""
    shown = view.show(turn.knowledge, article, language=language or turn.language, municipality=turn.standing.municipality)
    text = paragraphs(_fallback_note(turn, shown), shown.answer, shown.local, _offices(turn, shown), _contacts(shown.contacts))
    return say(turn, text, title=shown.title, note=_note(turn, shown), choices=_choices(turn, shown), back=f"menu:{article.group}")


async def details(turn: Turn, entry: str) -> Move:
    """The longer text, with the same source line."""
    article = turn.knowledge.articles.get(entry)
    if article is None:
        return await answer(turn, entry)
    shown = view.show(turn.knowledge, article, language=turn.language, municipality=turn.standing.municipality)
    choices = links(turn, article.related)[:3]
    return just(say(turn, shown.details, title=shown.title, note=_note(turn, shown), choices=choices, back=f"ask:{entry}"))


async def german(turn: Turn, entry: str) -> Move:
    """The German original, to compare or to show at an office."""
    article = turn.knowledge.articles.get(entry)
    if article is None:
        return await answer(turn, entry)
    shown = view.show(turn.knowledge, article, language="de", municipality=turn.standing.municipality)
    reply = say(turn, paragraphs(shown.answer, shown.details), title=shown.title, note=_source_line(turn, shown.article), back=f"ask:{entry}")
    return just(reply)


def _choices(turn: Turn, shown: Shown) -> list[Choice]:
    choices = [Choice(id=f"details:{shown.id}", label=turn.t("More about this"))] if shown.details else []
    if shown.machine and shown.language not in {"de", "de-simple"}:
        choices.append(Choice(id=f"german:{shown.id}", label=turn.t("Show the German text")))
    choices += [Choice(url=action.removeprefix("open:"), label=_site(action)) for action in shown.article.actions if action.startswith("open:")][:1]
    choices += [
        Choice(id=f"helped:yes:{shown.id}", label=turn.t("This helped")),
        Choice(id=f"helped:no:{shown.id}", label=turn.t("This did not help")),
    ]
    return choices


def links(turn: Turn, entries: Sequence[str]) -> list[Choice]:
    """Buttons to those of the articles that exist, by their titles."""
    articles = (turn.knowledge.articles[entry] for entry in entries if entry in turn.knowledge.articles)
    return [Choice(id=f"ask:{article.id}", label=view.title(article, language=turn.language)) for article in articles]


def _site(action: str) -> str:
    return action.removeprefix("open:").split("/")[2].removeprefix("www.")


def _fallback_note(turn: Turn, shown: Shown) -> str:
    if shown.language == shown.wanted or {shown.language, shown.wanted} == {"de", "de-simple"}:
        return ""
    return turn.t("This text is not yet in your language. Here it is in: {language}.", language=LANGUAGES[shown.language].autonym)


def _offices(turn: Turn, shown: Shown) -> str:
    lines = [_office(turn, office) for office in shown.offices]
    if shown.missing_offices:
        names = [turn.t(OFFICES[kind]) for kind in shown.missing_offices]
        lines.append(turn.t("Ask here: {offices}. Your town hall (Rathaus) knows where it is.", offices=", ".join(names)))
    return "\n".join(lines)


def _office(turn: Turn, office: Office) -> str:
    facts = [office.name, office.address, office.phone, office.hours, office.url]
    return f"• {turn.t(OFFICES[office.kind])}: " + " · ".join(fact for fact in facts if fact)


def _contacts(contacts: tuple[Contact, ...]) -> str:
    return "\n".join(f"• {contact.name}: " + " · ".join((*contact.phone, *filter(None, (contact.hours, contact.url)))) for contact in contacts)


def _note(turn: Turn, shown: Shown) -> str:
    lines = [_source_line(turn, shown.article)]
    if shown.machine:
        lines.insert(0, turn.t("Automatic translation, not yet checked by a speaker."))
    return "\n".join(lines)


def _source_line(turn: Turn, article: Article) -> str:
    sources = "; ".join(_dated(source) for source in article.sources)
    checked: date = article.checked_on
    return turn.t("Source: {sources}. Checked on {date}.", sources=sources, date=long_date(turn.language, checked))


def _dated(source: Source) -> str:
    return f"{source.name} ({source.date})" if source.date else source.name

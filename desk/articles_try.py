"""Trying a question: what Lotse would decide, and why. Nothing is stored; the question is in no address and no log."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from desk.access import Actor, Anyone
from desk.articles import HERE, knowledge_of
from desk.articles_form import title_of
from desk.languages import language_name, language_names
from desk.pages import page
from desk.parts import Parts, PartsOf, Tried
from knowledge.local.record import GROUP
from knowledge.model import Knowledge
from locales.bidi import clean
from locales.marks import mark
from locales.registry import LANGUAGES
from nlu.model import Decision

router = APIRouter()

MOST_QUESTION = 1000
DECISIONS: Mapping[Decision, tuple[str, str]] = {
    "answer": (mark("Lotse answers at once"), "ok"),
    "offer": (mark("Lotse offers topics to choose from"), "info"),
    "rephrase": (mark("Lotse asks for other words, then for a human"), "warn"),
    "human": (mark("Lotse leads to a human"), "warn"),
    "intent": (mark("Lotse does something: no article is wanted"), "info"),
    "crisis": (mark("Lotse answers with the fixed words for danger"), "alarm"),
    "out_of_scope": (mark("Lotse says that it cannot help with this"), "warn"),
}
INTENTS: Mapping[str, str] = {
    "change_language": mark("change the language"),
    "change_place": mark("change the place"),
    "privacy": mark("read about privacy"),
    "delete_my_data": mark("delete the own data"),
    "export_my_data": mark("see the own data"),
    "human": mark("talk to a human"),
    "menu": mark("open the menu"),
    "back": mark("go back"),
    "book_appointment": mark("make an appointment"),
    "my_appointments": mark("see the own appointments"),
    "move_appointment": mark("move an appointment"),
    "cancel_appointment": mark("cancel an appointment"),
    "find_course": mark("find a course"),
    "course_alert": mark("be told about new courses"),
    "greeting": mark("say hello"),
    "thanks": mark("say thank you"),
    "goodbye": mark("say goodbye"),
    "yes": mark("say yes"),
    "no": mark("say no"),
    "repeat": mark("hear it again"),
}
DANGERS: Mapping[str, str] = {
    "crisis_suicide": mark("thoughts of suicide"),
    "crisis_violence": mark("violence"),
    "crisis_medical": mark("medical emergency"),
    "crisis_child": mark("a child in danger"),
    "crisis_removal": mark("removal"),
}
ENGINES: Mapping[str, str] = {
    "embedding": mark("Meaning (sentence vectors) and spelling (pieces of words) were compared."),
    "lexical": mark("Spelling alone (pieces of words) was compared: the engine for meaning is not running."),
}


@router.get("/knowledge/try")
async def blank(request: Request, actor: Anyone) -> Response:
    """The box to try a question in."""
    return page(request, "articles_try.html", actor, **_box(actor, "", ""), found=None)


@router.post("/knowledge/try")
async def tried(request: Request, actor: Anyone, parts: PartsOf) -> Response:
    """What Lotse would make of a question of somebody in this municipality."""
    form = await request.form()
    question, language = clean(str(form.get("question", "")))[:MOST_QUESTION], str(form.get("language", ""))
    found = await _found(actor, parts, question, language if language in LANGUAGES else None) if question else None
    return page(request, "articles_try.html", actor, fragment="tried", **_box(actor, question, language), found=found)


def _box(actor: Actor, question: str, language: str) -> dict[str, Any]:
    """What stands in the box."""
    languages = [("", actor.t("Recognise the language")), *language_names(actor)]
    return {"question": question, "asked_in": language if language in LANGUAGES else "", "languages": languages, "most": MOST_QUESTION}


async def _found(actor: Actor, parts: Parts, question: str, language: str | None) -> dict[str, Any]:
    async with parts.database.read() as session:
        made = await parts.trying.tried(session, municipality=actor.town.slug, text=question, language=language)
        known = await knowledge_of(session, actor, parts)
    words, kind = DECISIONS[made.match.decision]
    return {
        "words": actor.t(words),
        "kind": kind,
        "language": language_name(actor, made.match.language),
        "recognised": made.match.switched or language is None,
        "doing": _doing(actor, made.match.intent or ""),
        "candidates": [
            _candidate(actor, known, one.entry, one.score, page=one.page.title if one.page else "") for one in made.match.candidates
        ],
        "examples": [_candidate(actor, known, one.entry, one.score) | _example(actor, one.question, one.language) for one in made.examples],
        "entry": _candidate(actor, known, made.match.entry, 0.0) if made.match.entry else None,
        "safety": _safety(actor, made),
        "engine": actor.t(ENGINES[made.engine]) if made.engine in ENGINES else "",
        "ms": round(made.match.ms),
    }


def _doing(actor: Actor, intent: str) -> str:
    """What somebody wants to do, in words."""
    return actor.t(INTENTS[intent]) if intent in INTENTS else ""


def _candidate(actor: Actor, known: Knowledge, entry: str, score: float, *, page: str = "") -> dict[str, Any]:
    """What may answer: its title (`page` is that of an imported page), its address, and whether it is the municipality's own."""
    article = known.articles.get(entry)
    return {
        "entry": entry,
        "title": title_of(article, actor.interface) if article else page or entry,
        "url": f"{HERE}/{entry}" if article else "",
        "own": entry.partition("/")[0] == GROUP,
        "page": entry.startswith("page:"),
        "score": score,
        "percent": round(score * 100),
    }


def _example(actor: Actor, question: str, language: str) -> dict[str, Any]:
    spoken = LANGUAGES.get(language)
    return {
        "question": question,
        "language": language_name(actor, language),
        "tag": spoken.tag if spoken else "",
        "direction": spoken.direction if spoken else "auto",
    }


def _safety(actor: Actor, made: Tried) -> tuple[str, str]:
    """What the safety screen says: words, and how they look."""
    kinds = ", ".join(actor.t(DANGERS[kind]) for kind in made.danger or made.hints if kind in DANGERS)
    if made.match.decision == "crisis":
        kind = made.match.intent or ""
        return actor.t("Danger: {kinds}.", kinds=actor.t(DANGERS[kind]) if kind in DANGERS else kinds), "alarm"
    if made.idiom:
        return actor.t("No danger: words like those of danger, in a harmless phrase."), "ok"
    if kinds:
        return actor.t("No danger, but words that hint at it: {kinds}.", kinds=kinds), "warn"
    return actor.t("No danger."), "ok"

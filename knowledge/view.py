"""What one person sees of an article: their language or the next best, their municipality's offices. Reading files is in `loader`."""

from knowledge.model import Article, Knowledge, Office, Overlay, Shown, Translation
from locales.registry import chain


def title(article: Article, *, language: str) -> str:
    """The title in the language or the next best."""
    return best(article, language=language).title


def best(article: Article, *, language: str, detailed: bool = False) -> Translation:
    """The readable translation that comes first in the language's fallback chain; with `detailed` the first that has details, if any has.

    German always exists.
    """
    for code in chain(language):
        translation = article.translations.get(code)
        if translation and translation.readable and (translation.details or not detailed):
            return translation
    return article.translations["de"]


def show(knowledge: Knowledge, article: Article, *, language: str, municipality: str | None, detailed: bool = False) -> Shown:
    """The article as a person of this language and municipality (slug or None) reads it; `detailed`: for its details, see `best`."""
    translation = best(article, language=language, detailed=detailed)
    overlay = knowledge.overlays.get(municipality or "", Overlay(municipality=""))
    offices = _offices(article, overlay)
    return Shown(
        id=article.id,
        wanted=language,
        language=translation.language,
        title=translation.title,
        answer=translation.answer,
        details=translation.details,
        local=_addition(article, overlay, language=language),
        offices=offices,
        missing_offices=tuple(kind for kind in article.offices if kind not in overlay.offices),
        contacts=tuple(knowledge.contacts[contact] for contact in article.contacts),
        machine=translation.translated_by is not None and translation.reviewed_by is None,
        article=article,
    )


def _offices(article: Article, overlay: Overlay) -> tuple[Office, ...]:
    return tuple(overlay.offices[kind] for kind in article.offices if kind in overlay.offices)


def _addition(article: Article, overlay: Overlay, *, language: str) -> str:
    return next((overlay.additions[article.id, code] for code in chain(language) if (article.id, code) in overlay.additions), "")

"""Cross-validated figures over training messages, for operators and `docs/nlu.md`; nothing here decides about a real message.

What the models of each fold made of messages that they had not seen is kept when the weights are learned (`scripts.train`): to learn it
again, the encoder would have to be tuned again.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu import artifacts, corpus, held_out, language, safety
from nlu.classifier import ENTRIES, NEAR_MISS, OUT_OF_SCOPE, Floats, Head, Verdict, decide
from nlu.model import Example
from nlu.text import prepare, words
from nlu.weights import SHIPPED
from store.errors import UnavailableError


@dataclass(frozen=True, kw_only=True)
class Row:
    """One language: shares from 0 to 1; `answered` of the article questions get an answer at once, `right` of all answers are right."""

    language: str
    messages: int
    recall_1: float
    recall_3: float
    answered: float
    right: float
    out_of_scope: float
    crisis: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """All figures of one run. `crisis` is recall per kind, `alarms` the share of false ones per kind of harmless message."""

    engine: str
    rows: tuple[Row, ...]
    crisis: Mapping[str, float]
    alarms: Mapping[str, float]
    decisions: Mapping[str, Mapping[str, float]]
    identified: Mapping[str, float]
    confused: Mapping[tuple[str, str], int]

    def table(self) -> str:
        """The figures as plain text."""
        return "\n\n".join(self._parts())

    def _parts(self) -> tuple[str, ...]:
        return self._languages(), self._safety(), self._decisions(), self._identification()

    def _languages(self) -> str:
        lines = [f"Engine: {self.engine}", "language    n     @1     @3  answered  right    oos  crisis"]
        lines += [
            f"{row.language:<9}{row.messages:>5}{row.recall_1:>7.3f}{row.recall_3:>7.3f}{row.answered:>10.3f}{row.right:>7.3f}"
            f"{row.out_of_scope:>7.3f}{row.crisis:>8.3f}"
            for row in self.rows
        ]
        return "\n".join(lines)

    def _safety(self) -> str:
        found = [f"{kind:<18} recall {share:.3f}" for kind, share in self.crisis.items()]
        return "\n".join([*found, *(f"{kind:<18} alarms {share:.4f}" for kind, share in self.alarms.items())])

    def _decisions(self) -> str:
        return "\n".join(
            f"{kind:<14}" + "  ".join(f"{name} {share:.3f}" for name, share in shares.items()) for kind, shares in self.decisions.items()
        )

    def _identification(self) -> str:
        figures = "  ".join(f"{name} {value:.4f}" for name, value in self.identified.items())
        mixed = "  ".join(f"{real}→{taken} {count}" for (real, taken), count in self.confused.items())
        return f"Languages, messages of three words and more: {figures}\nMost often confused: {mixed}"


def evaluate(articles: Sequence[Example], *, engine: str = "embedding", shipped: Path = SHIPPED) -> Report:
    """The figures of the shipped weights, for the articles' questions and nlu's own messages.

    Raises UnavailableError if the content is another than that which the weights were learned from.
    """
    learned, kept = artifacts.load(shipped / artifacts.FILE), held_out.load(shipped / held_out.FILE)
    content = artifacts.content_hash(articles, corpus.own_files())
    if learned is None or kept is None or not learned.content == kept.content == content:
        message = "the shipped weights were learned from other content; run `make train` first"
        raise UnavailableError(message)
    pool = corpus.pooled(articles, corpus.own_examples())
    classes, head = learned.classifier.classes, learned.classifier.heads[engine]
    return judged([pool[at] for at in kept.rows], kept.chances(engine, len(classes)), classes, head, engine=engine)


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What one message was (`example`) and was taken for; `danger` is a kind of crisis or None."""

    example: Example
    verdict: Verdict
    danger: str | None

    @property
    def wanted(self) -> str:
        return ENTRIES.get(self.example.label, self.example.label)

    @property
    def about_article(self) -> bool:
        return "/" in self.example.label

    @property
    def decision(self) -> str:
        return "crisis" if self.danger else self.verdict.decision

    def among(self, best: int) -> bool:
        return self.wanted in [candidate.entry for candidate in self.verdict.candidates[:best]]

    def alarms(self, kind: str) -> bool:
        return self.danger is not None and ENTRIES[self.danger] != kind


def judged(examples: Sequence[Example], chances: Floats, classes: Sequence[str], head: Head, *, engine: str) -> Report:
    """The figures for cross-validated probabilities (n, classes), decided as `brain` does."""
    outcomes = [_outcome(example, row, classes, head) for example, row in zip(examples, chances, strict=True)]
    identified, confused = identification(examples)
    return Report(
        engine=engine,
        rows=_rows(outcomes),
        crisis={kind: _recall(outcomes, kind) for kind in ENTRIES},
        alarms=_alarms(outcomes),
        decisions=_decided(outcomes),
        identified=identified,
        confused=confused,
    )


def _outcome(example: Example, chances: Floats, classes: Sequence[str], head: Head) -> _Outcome:
    thresholds, spoken = head.thresholds_of(example.language), [language.family(example.language)]
    return _Outcome(
        example=example,
        verdict=decide(classes, chances, thresholds),
        danger=safety.screen(prepare(example.text), spoken, classes=classes, chances=[chances], thresholds=thresholds),
    )


def _share(outcomes: Sequence[_Outcome], among: Callable[[_Outcome], bool], true: Callable[[_Outcome], bool]) -> float:
    chosen = [outcome for outcome in outcomes if among(outcome)]
    return sum(map(true, chosen)) / len(chosen) if chosen else 0.0


def _recall(outcomes: Sequence[_Outcome], kind: str) -> float:
    return _share(outcomes, lambda o: o.example.label == kind, lambda o: o.danger is not None)


def _rows(outcomes: Sequence[_Outcome]) -> tuple[Row, ...]:
    codes = sorted({outcome.example.language for outcome in outcomes})
    named = [(code, [outcome for outcome in outcomes if outcome.example.language == code]) for code in codes]
    return tuple(_row(code, own) for code, own in [*named, ("all", list(outcomes))])


def _row(code: str, own: Sequence[_Outcome]) -> Row:
    return Row(
        language=code,
        messages=len(own),
        recall_1=_share(own, lambda o: o.about_article, lambda o: o.among(1)),
        recall_3=_share(own, lambda o: o.about_article, lambda o: o.among(3)),
        answered=_share(own, lambda o: o.about_article, lambda o: o.decision == "answer"),
        right=_share(own, lambda o: o.decision == "answer" and o.example.label != NEAR_MISS, lambda o: o.verdict.entry == o.wanted),
        out_of_scope=_share(own, lambda o: o.example.label == OUT_OF_SCOPE, lambda o: o.decision == "out_of_scope"),
        crisis=_share(own, lambda o: o.example.label in ENTRIES, lambda o: o.danger is not None),
    )


def _alarms(outcomes: Sequence[_Outcome]) -> dict[str, float]:
    related = set(ENTRIES.values())
    return {
        "ordinary": _share(outcomes, lambda o: o.example.label not in related | set(ENTRIES) | {NEAR_MISS}, lambda o: o.danger is not None),
        "near misses": _share(outcomes, lambda o: o.example.label == NEAR_MISS, lambda o: o.danger is not None),
        "related articles": _share(outcomes, lambda o: o.example.label in related, lambda o: o.danger is not None),
        "other kind": _share(outcomes, lambda o: o.danger is not None, lambda o: ENTRIES[str(o.danger)] != o.wanted),
    }


def _decided(outcomes: Sequence[_Outcome]) -> dict[str, dict[str, float]]:
    """How often each decision is taken, by what the messages are."""
    kinds = {"article" if o.about_article else "crisis" if o.example.label in ENTRIES else o.example.label for o in outcomes}
    plain = {"article", "crisis", NEAR_MISS, OUT_OF_SCOPE, "uncovered"}
    found = {kind: Counter[str]() for kind in [*sorted(plain & kinds), "intent"]}
    for o in outcomes:
        kind = "article" if o.about_article else "crisis" if o.example.label in ENTRIES else o.example.label
        right = o.decision == "intent" and o.verdict.intent != o.example.label
        found[kind if kind in plain else "intent"]["wrong intent" if right else o.decision] += 1
    return {kind: {name: count / counts.total() for name, count in sorted(counts.items())} for kind, counts in found.items()}


def identification(examples: Sequence[Example], *, folds: int = 4) -> tuple[dict[str, float], dict[tuple[str, str], int]]:
    """How well languages are told apart without a choice, and against a wrong one; and the pairs most often confused."""
    together = corpus.groups(examples)
    guesses: list[tuple[str, language.Guess, language.Guess]] = []
    for fold in range(folds):
        unseen = together % folds == fold
        guesses += _guesses(examples, unseen)
    mixed = Counter((real, free.language) for real, free, _ in guesses if language.family(free.language) != real)
    switched = [(real, taken.language) for real, _, taken in guesses if taken.switched]
    figures = {
        "right": 1 - mixed.total() / len(guesses),
        "switched": len(switched) / len(guesses),
        "switched right": sum(language.family(code) == real for real, code in switched) / max(1, len(switched)),
    }
    return figures, dict(mixed.most_common(12))


def _guesses(examples: Sequence[Example], unseen: npt.NDArray[np.bool_]) -> list[tuple[str, language.Guess, language.Guess]]:
    seen = [example for example, hidden in zip(examples, unseen, strict=True) if not hidden]
    model = language.learn([example.text for example in seen], [example.language for example in seen])
    rows = []
    for example, hidden in zip(examples, unseen, strict=True):
        if hidden and len(words(example.text)) >= language.SWITCH_WORDS and example.language != language.ROMANISED:
            real = language.family(example.language)
            wrong = "de" if real != "de" else "en"
            rows.append((real, language.guess(model, example.text), language.guess(model, example.text, chosen=wrong)))
    return rows

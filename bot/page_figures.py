"""Recall, decisions, calibration, confusions and latency of questions that `page_questions` asked; `page_report` draws them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bot.page_questions import Outcome

BINS = 10
_PAIRS = 15


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All figures as plain data; shares are from 0 to 1, times in milliseconds.

    Recall and the share of right decisions are of answerable questions; `unanswerable` says what was decided on the others.
    """
    return {
        "questions": len(outcomes),
        "answerable": sum(each.question.answerable for each in outcomes),
        "all": _row(outcomes),
        "languages": _grouped(outcomes, lambda each: each.question.language),
        "municipalities": _grouped(outcomes, lambda each: each.question.municipality),
        "evidence": dict(Counter(each.evidence for each in outcomes)),
        "calibration": _calibration([each for each in outcomes if each.question.answerable]),
        "confusions": _confusions(outcomes),
        "latency": latency(outcomes),
    }


def latency(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The median and the time under which 95 of 100 questions are answered."""
    times = [each.ms for each in outcomes] or [0.0]
    return {"p50": round(float(np.percentile(times, 50)), 1), "p95": round(float(np.percentile(times, 95)), 1)}


def _grouped(outcomes: Sequence[Outcome], name: Callable[[Outcome], str]) -> dict[str, dict[str, Any]]:
    return {code: _row([each for each in outcomes if name(each) == code]) for code in sorted({name(each) for each in outcomes})}


def _row(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    asked = [each for each in outcomes if each.question.answerable]
    ranks = [each.rank for each in asked]
    return {
        "questions": len(asked),
        "recall_1": _share([rank == 1 for rank in ranks]),
        "recall_3": _share([0 < rank <= 3 for rank in ranks]),  # noqa: PLR2004 - three are offered
        "mrr": round(float(np.mean([1 / rank if rank else 0.0 for rank in ranks])), 4) if ranks else 0.0,
        "decisions": _decisions(asked),
        "unanswerable": _decisions([each for each in outcomes if not each.question.answerable]),
    }


def _decisions(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """How often each decision is taken, and how often it is right: the first one for an answer, one of three for an offer."""
    found = {}
    for decision, most in (("answer", 1), ("offer", 3), ("none", 0)):
        taken = [each for each in outcomes if each.decision == decision]
        right = _share([0 < each.rank <= most if most else not 0 < each.rank <= 3 for each in taken])  # noqa: PLR2004
        found[decision] = {"count": len(taken), "share": round(len(taken) / len(outcomes), 4) if outcomes else 0.0, "right": right}
    return found


def _share(true: Sequence[bool]) -> float:
    return round(sum(true) / len(true), 4) if true else 0.0


def _calibration(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """First pages by their probability: how many, the mean probability, and how many are right. `error` is the mean distance of the two."""
    bins = []
    for at in range(BINS):
        own = [each for each in outcomes if each.found and min(int(each.found[0][1] * BINS), BINS - 1) == at]
        if own:
            said = round(float(np.mean([each.found[0][1] for each in own])), 4)
            bins.append({"from": at / BINS, "count": len(own), "said": said, "right": _share([each.rank == 1 for each in own])})
    distance = sum(each["count"] * abs(each["said"] - each["right"]) for each in bins)
    return {"bins": bins, "error": round(distance / max(1, sum(each["count"] for each in bins)), 4)}


def _confusions(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Which page most often stands before the right one."""
    pairs = Counter(
        (each.question.municipality, each.question.gold[0], each.found[0][0])
        for each in outcomes
        if each.question.answerable and each.question.gold and each.found and each.rank != 1
    )
    return [
        {"municipality": place, "gold": gold, "found": found, "count": count} for (place, gold, found), count in pairs.most_common(_PAIRS)
    ]

"""The figures of `page_figures` as one HTML page with pictures, which needs nothing else: no scripts, no fonts, no addresses."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_BLUE, _LIGHT, _INK = "#1b4965", "#5fa8d3", "#222222"
_LEFT, _ROW, _WIDE = 150, 30, 420
_SIDE = 260
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ccc}"
    "td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}"
)


def page(figures: Mapping[str, Any], *, name: str) -> str:
    """The whole report; `name` is that of the file of questions."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>Finding pages: {escape(name)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Finding pages: {escape(name)}</h1>",
        _opening(figures),
        "<h2>By language</h2>",
        bars(figures["languages"], title="Recall by language"),
        _table(figures["languages"] | {"all": figures["all"]}),
        "<h2>By municipality</h2>",
        bars(figures["municipalities"], title="Recall by municipality"),
        _table(figures["municipalities"]),
        "<h2>Calibration</h2>",
        f"<p>On average the probability is {figures['calibration']['error']:.3f} away from the share that is right.</p>",
        diagram(figures["calibration"]["bins"]),
        "<h2>Most often confused</h2>",
        _confusions(figures["confusions"]),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _opening(figures: Mapping[str, Any]) -> str:
    times = figures["latency"]
    asked = f"{figures['answerable']} answerable questions of {figures['questions']}"
    return f"<p>{asked}; a question takes {times['p50']} ms (median), {times['p95']} ms (95 of 100).</p>"


def bars(rows: Mapping[str, Mapping[str, Any]], *, title: str) -> str:
    """Recall at 1 and at 3 as bars; both stand there as numbers too."""
    height = _ROW * len(rows) + 30
    return "\n".join(
        [
            _svg(_LEFT + _WIDE + 60, height, title),
            f'<rect x="{_LEFT}" y="2" width="12" height="12" fill="{_BLUE}"/><text x="{_LEFT + 17}" y="12">right page first</text>',
            f'<rect x="{_LEFT + 130}" y="2" width="12" height="12" fill="{_LIGHT}"/><text x="{_LEFT + 147}" y="12">among three</text>',
            *(line for at, (name, row) in enumerate(rows.items()) for line in _bar(name, row, 24 + at * _ROW)),
            "</svg>",
        ]
    )


def _svg(width: int, height: int, title: str) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    look = f'font-family="system-ui,sans-serif" font-size="12" fill="{_INK}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}" {look}>'


def _bar(name: str, row: Mapping[str, Any], y: int) -> Iterator[str]:
    yield f'<text x="{_LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>'
    for share, colour, down in ((row["recall_3"], _LIGHT, 12), (row["recall_1"], _BLUE, 0)):
        yield f'<rect x="{_LEFT}" y="{y + down}" width="{_WIDE * share:.0f}" height="11" fill="{colour}"/>'
        yield f'<text x="{_LEFT + _WIDE * share + 5:.0f}" y="{y + down + 10}">{share:.3f}</text>'


def diagram(bins: list[dict[str, Any]]) -> str:
    """What was said (across) against what was right (up): points on the line are calibrated, larger ones stand for more questions."""
    most = max((each["count"] for each in bins), default=1)
    points = [
        f'<circle cx="{40 + _SIDE * each["said"]:.0f}" cy="{10 + _SIDE * (1 - each["right"]):.0f}" '
        f'r="{3 + 9 * (each["count"] / most) ** 0.5:.1f}" fill="{_BLUE}" fill-opacity="0.7">'
        f"<title>{each['count']} questions: said {each['said']:.2f}, right {each['right']:.2f}</title></circle>"
        for each in bins
    ]
    return "\n".join(
        [
            _svg(_SIDE + 60, _SIDE + 50, "Calibration"),
            f'<rect x="40" y="10" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999999"/>',
            f'<line x1="40" y1="{10 + _SIDE}" x2="{40 + _SIDE}" y2="10" stroke="#999999" stroke-dasharray="4"/>',
            *points,
            f'<text x="{40 + _SIDE / 2:.0f}" y="{_SIDE + 40}" text-anchor="middle">probability of the first page</text>',
            f'<text transform="translate(16 {10 + _SIDE / 2:.0f}) rotate(-90)" text-anchor="middle">share that is right</text>',
            "</svg>",
        ]
    )


def _table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    names = ("", "questions", "@1", "@3", "MRR", "answered", "right", "offered", "right", "answered where there is no answer")
    head = "".join(f"<th>{name}</th>" for name in names)
    return f"<table><tr>{head}</tr>{''.join(_line(name, row) for name, row in rows.items())}</table>"


def _line(name: str, row: Mapping[str, Any]) -> str:
    answer, offer = row["decisions"]["answer"], row["decisions"]["offer"]
    shares = (
        row["recall_1"],
        row["recall_3"],
        row["mrr"],
        answer["share"],
        answer["right"],
        offer["share"],
        offer["right"],
        row["unanswerable"]["answer"]["share"],
    )
    cells = "".join(f"<td>{share:.3f}</td>" for share in shares)
    return f"<tr><td>{escape(name)}</td><td>{row['questions']}</td>{cells}</tr>"


def _confusions(pairs: list[dict[str, Any]]) -> str:
    lines = [
        f"<tr><td>{escape(pair['municipality'])}</td><td>{escape(pair['gold'])}</td><td>{escape(pair['found'])}</td><td>{pair['count']}</td></tr>"
        for pair in pairs
    ]
    return f"<table><tr><th>municipality</th><th>right</th><th>found first</th><th>times</th></tr>{''.join(lines)}</table>"

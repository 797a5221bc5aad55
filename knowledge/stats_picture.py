"""The coverage of topics and languages as a picture (SVG): a row for each topic, a column for each language."""

from collections.abc import Iterator
from html import escape

from knowledge.stats import SIGNS, STATES, Coverage, State, totals

_COLOURS: dict[State, str] = {
    "original": "#1b4965",
    "reviewed": "#2a7f62",
    "machine": "#5fa8d3",
    "short": "#bee3f5",
    "stale": "#e9c46a",
    "questions": "#ececec",
    "missing": "#ffffff",
}
_WORDS: dict[State, str] = {
    "original": "original (German)",
    "reviewed": "reviewed by a speaker",
    "machine": "full, machine translation",
    "short": "short answer, machine translation",
    "stale": "of an older German text",
    "questions": "understood, answered in the next best language",
    "missing": "missing",
}
_DARK = frozenset({"original", "reviewed"})
_CELL, _ROW, _LEFT, _TOP = 26, 14, 250, 78


def picture(cells: Coverage) -> str:
    """The picture as SVG; it can be read without colours, by signs and by a description for screen readers."""
    languages = list(next(iter(cells.values()), {}))
    width, height = _LEFT + _CELL * len(languages) + 12, _TOP + _ROW * len(cells) + 64
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title what" font-size="10">',
        "<style>text { font-family: system-ui, sans-serif }</style>",
        f'<title id="title">{len(cells)} topics in {len(languages)} languages</title>',
        f'<desc id="what">{escape(_told(cells))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-size="16" font-weight="600">{len(cells)} topics in {len(languages)} languages</text>',
        *_heads(languages),
        *_rows(cells),
        *_legend(cells, y=_TOP + _ROW * len(cells) + 20),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _told(cells: Coverage) -> str:
    counts = totals(cells)
    return "; ".join(
        f"{code}: " + ", ".join(f"{number} {state}" for state in STATES if (number := row[state])) for code, row in counts.items()
    )


def _heads(languages: list[str]) -> Iterator[str]:
    for at, code in enumerate(languages):
        x = _LEFT + at * _CELL + _CELL / 2
        yield f'<text transform="translate({x + 3:.0f} {_TOP - 6}) rotate(-45)">{escape(code)}</text>'


def _rows(cells: Coverage) -> Iterator[str]:
    for at, (topic, row) in enumerate(cells.items()):
        y = _TOP + at * _ROW
        yield f'<text x="{_LEFT - 8}" y="{y + 10}" text-anchor="end">{escape(topic)}</text>'
        for column, cell in enumerate(row.values()):
            yield from _cell(cell.state, x=_LEFT + column * _CELL, y=y)


def _cell(state: State, *, x: int, y: int) -> Iterator[str]:
    yield f'<rect x="{x}" y="{y}" width="{_CELL - 1}" height="{_ROW - 1}" fill="{_COLOURS[state]}" stroke="#d5d5d5" stroke-width="0.5"/>'
    colour = "#ffffff" if state in _DARK else "#333333"
    yield f'<text x="{x + _CELL / 2:.0f}" y="{y + 10}" text-anchor="middle" font-size="9" fill="{colour}">{SIGNS[state]}</text>'


def _legend(cells: Coverage, *, y: int) -> Iterator[str]:
    shown = [state for state in STATES if any(cell.state == state for row in cells.values() for cell in row.values())]
    for at, state in enumerate(shown):
        x, line = 12 + at % 3 * 290, y + at // 3 * 20
        yield from _cell(state, x=x, y=line - 10)
        yield f'<text x="{x + _CELL + 6}" y="{line}">{escape(_WORDS[state])}</text>'

"""A heat map: things down the side, times along the top, and in each field a letter on a colour that say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from markupsafe import Markup

from registry.kernel.text import counted, shortened
from registry.output.charts.chart import Chart
from registry.output.charts.marks import LETTER, STRONG, WIDTH, drawing, element, label, together
from registry.output.charts.words import sentence

_ROW: Final = 20.0
_TOP: Final = 18.0
_LONGEST_LABEL: Final = 26
_WIDEST: Final = 60.0


class Tone(StrEnum):
    """How a field is coloured; its letter and its word say the same."""

    GOOD = "good"
    SLIGHT = "slight"
    WARN = "warn"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Field:
    """A letter, the colour behind it, the words both stand for, and the number they come from."""

    letter: str
    tone: Tone
    word: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is about, and a field for each column, None where nothing was measured."""

    label: str
    fields: Sequence[Field | None]


def heat_map(name: str, title: str, *, columns: Sequence[str], lines: Sequence[Line]) -> Chart:
    """The map of the lines in the order given. Raises ValueError for a line with more or fewer fields than columns."""
    if any(len(each.fields) != len(columns) for each in lines):
        raise ValueError("each line of a heat map has one field for every column")
    left = max((min(len(each.label), _LONGEST_LABEL) for each in lines), default=0) * LETTER + 12
    wide = min((WIDTH - left) / max(len(columns), 1), _WIDEST)
    # Labels that would run into one another are left out, counted from the newest.
    every = max(1, -(-int(max((len(each) for each in columns), default=0) * LETTER + 6) // max(int(wide), 1)))
    heads = [
        label(text, left + (place + 0.5) * wide, 11, "chart__text-quiet")
        for place, text in enumerate(columns)
        if (len(columns) - 1 - place) % every == 0
    ]
    rows = [_row(each, _TOP + place * _ROW, left, wide, columns) for place, each in enumerate(lines)]
    kept = [(each.label, each.fields[-1]) for each in lines if each.fields]
    worst = [f"{name}: {found.word}" for name, found in kept if found and found.tone in {Tone.WARN, Tone.BAD}]
    extent = f"{counted(len(lines), 'row')} by {counted(len(columns), 'window')}, the newest on the right"
    more = f"and {len(worst) - 10} more" if len(worst) > 10 else ""
    description = sentence([extent if lines else "", *worst[:10], more])
    size = (WIDTH, _TOP + max(len(lines), 1) * _ROW + 2)
    content = together(*heads, *rows)
    return Chart(
        drawing(name, "heat", size, title=title, description=description, content=content),
        title,
        description,
        ("What", *columns),
        tuple((each.label, *(_said(field) for field in each.fields)) for each in lines),
    )


def _row(line: Line, top: float, left: float, wide: float, columns: Sequence[str]) -> Markup:
    parts = [label(shortened(line.label, _LONGEST_LABEL), left - 8, top + 13, anchor="end")]
    for place, field in enumerate(line.fields):
        if field is None:
            continue
        x = left + place * wide
        hint = element("title", f"{line.label}, {columns[place]}: {_said(field)}")
        class_ = f"chart__heat chart__heat-{field.tone.value}"
        parts.append(
            element("rect", hint, class_=class_, x=x + 1, y=top + 1, width=wide - 2, height=_ROW - 3)
        )
        parts.append(label(field.letter, x + wide / 2, top + 13, STRONG))
    return together(*parts)


def _said(field: Field | None) -> str:
    if field is None:
        return "nothing came"
    return f"{field.word} ({field.note})" if field.note else field.word

"""Pairs of bars: how much of each thing there was before, and how much there is now."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from registry.kernel.text import shortened
from registry.output.charts.chart import Chart
from registry.output.charts.marks import LETTER, WIDTH, box, drawing, label, together
from registry.output.charts.scales import Scale
from registry.output.charts.words import sentence

_ROW: Final = 27.0
_TOP: Final = 20.0
_LONGEST_LABEL: Final = 30
_ROOM_FOR_FIGURES: Final = 44.0
MOST: Final = 40
"""How many pairs are drawn; of more, those that differ most. The table has them all."""


class Pair(NamedTuple):
    """One thing with how often it occurred before and now."""

    label: str
    before: int
    now: int


def pair_chart(name: str, title: str, *, names: tuple[str, str], pairs: Sequence[Pair]) -> Chart:
    """The shares before and now, in the order given. Raises ValueError for a negative count."""
    if any(each.before < 0 or each.now < 0 for each in pairs):
        raise ValueError("nothing occurs less often than never")
    totals = (sum(each.before for each in pairs), sum(each.now for each in pairs))
    shares = {each: tuple(_share(*part) for part in zip(each[1:], totals, strict=True)) for each in pairs}
    moved = sorted(pairs, key=lambda each: -abs(shares[each][1] - shares[each][0]))
    drawn = [each for each in pairs if each in set(moved[:MOST])]
    left = max((min(len(each.label), _LONGEST_LABEL) for each in drawn), default=0) * LETTER + 10
    top = max((share for each in drawn for share in shares[each]), default=0.0) or 1.0
    scale = Scale(0, top, left, WIDTH - _ROOM_FOR_FIGURES)
    half = (WIDTH - left) / 2
    heads = [
        part
        for place, said in enumerate(names)
        for part in (
            box(left + place * half, 3, 9, 9, _CLASSES[place]),
            label(shortened(said, int(half / LETTER) - 3), left + place * half + 14, 11, anchor="start"),
        )
    ]
    rows = [_row(each.label, shares[each], _TOP + place * _ROW, scale) for place, each in enumerate(drawn)]
    few = moved[:3] if any(shares[each][0] != shares[each][1] for each in moved[:1]) else []
    description = sentence(
        [
            f"the {MOST} that moved most of {len(pairs)}" if len(pairs) > MOST else "",
            *(f"{each.label}: {_percent(shares[each][0])}, now {_percent(shares[each][1])}" for each in few),
        ]
    )
    size = (WIDTH, _TOP + max(len(drawn), 1) * _ROW)
    return Chart(
        drawing(name, "pairs", size, title=title, description=description, content=together(*heads, *rows)),
        title,
        description,
        ("What", f"{names[0]}, cases", "Share", f"{names[1]}, cases", "Share now"),
        tuple(
            (each.label, f"{each.before:,}", _percent(before), f"{each.now:,}", _percent(now))
            for each in pairs
            for before, now in [shares[each]]
        ),
    )


_CLASSES: Final = ("chart__bar-before", "chart__bar")


def _row(name: str, shares: Sequence[float], top: float, scale: Scale) -> Markup:
    parts = [label(shortened(name, _LONGEST_LABEL), scale.start - 8, top + 15, anchor="end")]
    for place, share in enumerate(shares):
        y = top + 2 + place * 11
        parts.append(box(scale.start, y, scale.at(share) - scale.start, 9, _CLASSES[place]))
        parts.append(label(_percent(share), WIDTH, y + 8.5, "chart__text-quiet", anchor="end"))
    return together(*parts)


def _share(count: int, total: int) -> float:
    return count / total if total else 0.0


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"

"""The numbers at the top as they are kept day by day: under which names, for whom, and what has changed since a quarter ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registry.kernel.calendar import day_said
from registry.portfolio.rules.figures import Headline

FIGURE_LIMIT: Final = 40
WHOLE: Final = 0
"""The number under which the whole company is kept."""

_WEEKS: Final = 52
_REALISED: Final = "realised"


class Audience(StrEnum):
    """Who may be told a number that was kept: whoever sees every system, or everybody, as restricted ones are left out."""

    EVERYTHING = "everything"
    OPEN = "open"


# Whether more of it is better or worse; what is neither is told without a word on it.
_BETTER: Final = frozenset({"measured"})
_WORSE: Final = frozenset({"below_gate", "grave"})


@dataclass(frozen=True, slots=True)
class Change:
    """How a number stands to what it was: the words, the direction (up, down, same) and whether that is good or bad."""

    words: str
    direction: str
    kind: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A number over the last year as far as it was kept, with its change since the last quarter ended."""

    change: Change
    points: tuple[tuple[date, Decimal], ...]


def kept_of(headline: Headline) -> dict[str, Decimal]:
    """The numbers of a headline by the names they are kept under; value by its currency."""
    counts = {
        "systems": headline.systems.n,
        "in_use": headline.in_use.n,
        "high_risk": headline.high_risk.n,
        "below_gate": headline.below_gate.n,
        "measured": headline.measured.n,
        "grave": headline.grave.n,
    }
    found = {name: Decimal(count) for name, count in counts.items()}
    return found | {realised_in(each.currency): each.amount for each in headline.realised}


def realised_in(currency: str) -> str:
    """The name under which value realised in a currency is kept."""
    return f"{_REALISED} {currency}"


def days_shown(today: date, quarter_end: date) -> list[date]:
    """The days a trend is drawn from: one a week for a year, up to yesterday, and the end of the last quarter."""
    weekly = {today - timedelta(days=7 * week + 1) for week in range(_WEEKS + 1)}
    return sorted(weekly | {quarter_end})


def trends_of(
    now: Mapping[str, Decimal],
    kept: Mapping[str, Mapping[date, Decimal]],
    today: date,
    quarter_end: date,
) -> dict[str, Trend]:
    """Each number of today with its trend. What was not kept on a day is not drawn, and not compared with."""
    return {
        name: Trend(
            change_since(name, value, kept.get(name, {}).get(quarter_end), quarter_end),
            (*_points(kept.get(name, {})), (today, value)),
        )
        for name, value in now.items()
    }


def _points(kept: Mapping[date, Decimal]) -> Sequence[tuple[date, Decimal]]:
    return sorted(kept.items())


def change_since(name: str, now: Decimal, before: Decimal | None, day: date) -> Change:
    """What has changed since that day; where the number was not kept then, that it was not."""
    if before is None:
        return Change(f"not recorded on {day_said(day)}", "same", "neutral")
    if now == before:
        return Change(f"as on {day_said(day)}", "same", "neutral")
    more = now > before
    kind = "neutral"
    if name in _BETTER | _WORSE:
        kind = "good" if more == (name in _BETTER) else "bad"
    said = f"{abs(now - before):,.0f} {'more' if more else 'fewer'} than on {day_said(day)}"
    if name.startswith(_REALISED):
        said = f"{abs(now - before):,.0f} {'more' if more else 'less'} than by {day_said(day)}"
    return Change(said, "up" if more else "down", kind)

"""Themes: what a system's feedback is about, how often of late, and when that is more than chance."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from registry.feedback.rules.feedback import wanted_text
from registry.kernel.errors import Problem

NAME_LIMIT: Final = 80
MOST_THEMES: Final = 100
TREND_DAYS: Final = 30
SURGE_WEEKS: Final = 8
# With fewer weeks behind it a mean says little, and every new system would seem to surge.
FEWEST_WEEKS: Final = 4
FEWEST_REPORTS: Final = 5
SURGE_LEVEL: Final = 0.01
# How far back the counts of a trend and of a surge reach.
LOOK_BACK_DAYS: Final = 7 * (SURGE_WEEKS + 1)


def theme_key(name: str) -> str:
    """A name as it is compared: without capitals and with single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def problems_with_theme(name: str, *, taken: bool = False, count: int = 0) -> list[Problem]:
    """Objections to the name of a theme of a system that has `count` of them."""
    problems = wanted_text("name", name, NAME_LIMIT, "Name what this feedback is about.")
    if "\n" in name:
        problems.append(Problem("name", "Write this on one line."))
    if taken:
        problems.append(
            Problem("name", "Another theme of this system has this name, or had it before a merge.")
        )
    if count >= MOST_THEMES:
        says = f"A system has at most {MOST_THEMES} themes. Use one of them, or merge some."
        problems.append(Problem("name", says))
    return problems


def poisson_tail(count: int, mean: float) -> float:
    """The probability of `count` events or more where `mean` are expected: 1 less the sum of e^-m m^i / i! below it.

    The Poisson distribution as in NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.6.19. The terms from `count`
    on are added themselves, as logarithms first, so that neither a small tail nor a large mean is lost to rounding.
    """
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if count <= mean:
        below = math.fsum(_poisson(each, mean) for each in range(count))
        return max(0.0, 1.0 - below)
    tail, each = 0.0, count
    while (term := _poisson(each, mean)) > tail * 1e-17:
        tail, each = tail + term, each + 1
    return min(1.0, tail)


def _poisson(count: int, mean: float) -> float:
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


def is_surge(this_week: int, weeks_before: Sequence[int]) -> bool:
    """Whether a theme comes up so much more often than before that chance alone would hardly do it.

    At least five reports in seven days, and so many would come with a probability under 1 in 100 were the rate still
    the mean of the weeks before (at most eight, at least four: with fewer nothing is said). Reports of one theme are
    taken to come independently of each other; ten people who were hit by one fault are what it is meant to notice.
    """
    if len(weeks_before) < FEWEST_WEEKS or this_week < FEWEST_REPORTS:
        return False
    return poisson_tail(this_week, sum(weeks_before) / len(weeks_before)) < SURGE_LEVEL


@dataclass(frozen=True, slots=True)
class Trend:
    """How often a theme came up in the last thirty days and in the thirty before, and whether it surges now."""

    lately: int
    before: int
    surges: bool

    @property
    def said(self) -> str:
        """The change in words."""
        if self.lately == self.before:
            return "as often as before"
        return (
            f"{abs(self.lately - self.before)} {'more' if self.lately > self.before else 'fewer'} than before"
        )


def trend(by_day: Mapping[date, int], today: date, since: date | None) -> Trend:
    """The trend of counts by day; `since` is the day of the system's first feedback, before which no week counts."""

    def within(first: int, after: int) -> int:
        return sum(n for day, n in by_day.items() if first <= (today - day).days < after)

    started = since or today
    weeks = [
        within(7 * week, 7 * week + 7)
        for week in range(1, SURGE_WEEKS + 1)
        if today - timedelta(days=7 * week + 6) >= started
    ]
    return Trend(within(0, TREND_DAYS), within(TREND_DAYS, 2 * TREND_DAYS), is_surge(within(0, 7), weeks))

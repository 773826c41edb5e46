"""When a system's feedback surges: far more of it than in the weeks before, or far more of it complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from registry.feedback.rules.feedback import Category
from registry.feedback.rules.themes import FEWEST_WEEKS, SURGE_LEVEL, SURGE_WEEKS, poisson_tail
from registry.kernel.text import percent
from registry.monitoring.rules.refusals import NotMeasurable
from registry.monitoring.rules.shares import chance_of_difference

# A rating up to here is a complaint, and so is a word of harm whatever the rating ("bottom two boxes").
COMPLAINS_UP_TO: Final = 2
COMPLAINTS: Final = frozenset({Category.WRONG, Category.UNFAIR, Category.HARMFUL})

FEWEST_RECEIVED: Final = 10
FEWEST_COMPLAINTS: Final = 5
# Applications pass feedback on in lots, so that weeks differ by more than Poisson's law allows: twice as much is asked for.
TIMES_AS_MANY: Final = 2.0
# Among thousands even a hair's breadth is no chance; half as large again is worth somebody's time.
TIMES_THE_SHARE: Final = 1.5
# A surge is over after so many days on none of which it would have been one.
CALM_DAYS: Final = 3
# How many days of counts tell of a surge today and on the days before that.
LOOK_BACK_DAYS: Final = 7 * (SURGE_WEEKS + 1) + CALM_DAYS


@dataclass(frozen=True, slots=True)
class Heard:
    """What came in on one day (UTC), and how much of it complains."""

    day: date
    received: int
    complaints: int


@dataclass(frozen=True, slots=True)
class Surge:
    """What surges in the seven days up to one: how much came, how much of it complains, and the weeks before."""

    received: int
    complaints: int
    usual: float
    usual_complaints: float
    by_complaints: bool

    @property
    def said(self) -> str:
        """The surge in a sentence."""
        if self.by_complaints:
            share, usual = (
                _percent(self.complaints, self.received),
                _percent(self.usual_complaints, self.usual),
            )
            return (
                f"{self.complaints:,} of {self.received:,} pieces of feedback in seven days complain ({share}); in the"
                f" weeks before it was {usual}. Chance alone would hardly do that."
            )
        return (
            f"{self.received:,} pieces of feedback came in seven days; in the weeks before it was {self.usual:,.1f} a week."
            " Chance alone would hardly do that."
        )


def _percent(part: float, whole: float) -> str:
    return percent(part, whole) if whole else "none"


def surge_on(days: Sequence[Heard], on: date, since: date) -> Surge | None:
    """The surge in the seven days up to `on`, or None. `since` is the day of the first feedback ever.

    The whole weeks before, at most eight, say what is usual; with fewer than four nothing is said. It surges where

    - ten or more came, twice the usual number or more, and Poisson's law gives so many a chance under 1 in 100 were
      the rate the mean of those weeks; or
    - five or more complain, their share is half as large again as usual or more, and the difference of the two shares
      has a chance under 1 in 100 where there is none (Fisher's exact test, or that of two proportions).

    Complaints come first where both hold. Sources: NIST/SEMATECH e-Handbook 1.3.6.6.19; Fisher 1935; Fleiss, Levin
    and Paik 2003.
    """
    weeks = [
        _within(days, last - timedelta(days=6), last)
        for week in range(1, SURGE_WEEKS + 1)
        for last in [on - timedelta(days=7 * week)]
        if last - timedelta(days=6) >= since
    ]
    if len(weeks) < FEWEST_WEEKS:
        return None
    received, complaints = _within(days, on - timedelta(days=6), on)
    before, complained = sum(one for one, _ in weeks), sum(one for _, one in weeks)
    by_complaints = _more_complain(complaints, received, complained, before)
    if not by_complaints and not _more_came(received, before / len(weeks)):
        return None
    return Surge(received, complaints, before / len(weeks), complained / len(weeks), by_complaints)


def is_over(days: Sequence[Heard], on: date, since: date) -> bool:
    """Whether a surge that was there is over: none on that day, nor on the two before it."""
    return all(surge_on(days, on - timedelta(days=back), since) is None for back in range(CALM_DAYS))


def _within(days: Sequence[Heard], first: date, last: date) -> tuple[int, int]:
    own = [each for each in days if first <= each.day <= last]
    return sum(each.received for each in own), sum(each.complaints for each in own)


def _more_came(received: int, usual: float) -> bool:
    enough = received >= FEWEST_RECEIVED and received >= TIMES_AS_MANY * usual
    return enough and poisson_tail(received, usual) < SURGE_LEVEL


def _more_complain(complaints: int, received: int, complained: int, before: int) -> bool:
    if complaints < FEWEST_COMPLAINTS or not before:
        return False
    if complaints * before < TIMES_THE_SHARE * complained * received:
        return False
    try:
        return chance_of_difference(complaints, received, complained, before)[0] < SURGE_LEVEL
    except NotMeasurable:
        # Everybody complains, and always did: nothing has changed.
        return False

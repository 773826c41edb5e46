"""What the portfolio came to, kept as the worker keeps it, for days that its trends are drawn from."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final

from sqlmodel import Session

from registry.demo.actions.stage import Step
from registry.people.queries import units as every_unit
from registry.portfolio.actions import keep_figures
from registry.portfolio.rules.figures import quarter_end_before
from registry.portfolio.rules.kept import WHOLE, days_shown

_EVERY: Final = 6
_QUARTERS: Final = 5


def evenings(today: date) -> Iterator[Step]:
    """What is counted of the whole company on each day that is drawn, and as each quarter ended; of each unit as well as the last quarter ended, and
    every six weeks: to count takes longer than all the rest of the demonstration.
    """
    ends = [quarter_end_before(today)]
    while len(ends) < _QUARTERS:
        ends.append(quarter_end_before(ends[-1]))
    for place, day in enumerate(sorted({*days_shown(today, ends[0]), *ends}, reverse=True)):
        yield (today - day).days, partial(_keep, day == ends[0] or place % _EVERY == 0)


def _keep(with_units: bool, session: Session) -> None:
    units = list(every_unit(session))
    for number in (WHOLE, *((unit.id or 0 for unit in units) if with_units else ())):
        keep_figures(session, number, units)

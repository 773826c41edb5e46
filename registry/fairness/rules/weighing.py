"""Which windows open, count, worsen and resolve the alert about one group: by the same rule as the readings of a metric"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from registry.fairness.rules.bounds import BoundFacts, Judged, judged
from registry.fairness.rules.windows import Window
from registry.monitoring.rules.alerts import Severity, State, Step, next_change
from registry.monitoring.rules.readings import Reading
from registry.objectives.rules.judging import Verdict

BAD: Final = frozenset({Verdict.WARN, Verdict.BREACH})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the alerts about one group were by now: how bad the one that stands is, since when, up to when all is told."""

    severity: Severity | None = None
    told_until: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What windows do to the alert about one group.

    `tell` holds the windows to tell of, oldest first; `is_over` says that good windows have ended the alert, and
    `is_void` that none of the windows it tells of is outside any more: counts were corrected or the bound was changed.
    """

    tell: tuple[tuple[Window, Judged], ...] = ()
    is_over: bool = False
    is_void: bool = False


def by_group(windows: Iterable[Window], facts: BoundFacts) -> dict[str, list[tuple[Window, Judged]]]:
    """Every group's windows with their verdicts, oldest first. A window in which it is too small says nothing of it."""
    found: dict[str, list[tuple[Window, Judged]]] = {}
    for window in sorted(windows, key=lambda each: (each.end, each.start)):
        for one in judged(window.groups, facts)[1]:
            found.setdefault(one.compared.group, []).append((window, one))
    return found


def change_of(series: Sequence[tuple[Window, Judged]], standing: Standing) -> Change:
    """What is new in a group's windows. Asked again about the same windows, it says that nothing is.

    Windows up to `told_until` were told of; a bad one that arrives late for that time is shown and opens nothing. Those
    the alert that stands tells of are weighed anew, by the counts and the bound as they are now.
    """
    told = [
        (window, one)
        for window, one in series
        if standing.since and standing.told_until and standing.since <= window.end <= standing.told_until
    ]
    still = [(window, one) for window, one in told if one.verdict in BAD]
    if standing.severity is not None and told and not still:
        return Change(change_of(series, Standing(None, standing.told_until)).tell, is_void=True)
    worse = [(window, one) for window, one in still if one.verdict is Verdict.BREACH]
    again = worse[-1:] if standing.severity is Severity.WARNING else []
    last = still[-1][0].end if still else standing.told_until
    new = [(window, one) for window, one in series if not last or window.end > last]
    readings = [
        Reading(0, one.compared.group, window.start, window.end, Decimal(0), one.compared.cases, one.verdict)
        for window, one in new
    ]
    state = State(severity=Severity.CRITICAL if again else standing.severity, last_bad=last)
    step, after = next_change(state, readings)
    if step in {Step.NOTHING, Step.RESOLVE}:
        return Change(tuple(again), is_over=step is Step.RESOLVE)
    bad = [(window, one) for window, one in new if one.verdict in BAD]
    if step is Step.OPEN:
        bad = [(window, one) for window, one in bad if after.first is None or window.end >= after.first]
    return Change((*again, *bad))

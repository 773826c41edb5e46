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
    """What the alerts about one group were by now: how bad the one that stands is, and up to when all is told."""

    severity: Severity | None = None
    told_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What windows do to the alert about one group: those to tell of, oldest first, and whether it is over."""

    tell: tuple[tuple[Window, Judged], ...] = ()
    is_over: bool = False


def by_group(windows: Iterable[Window], facts: BoundFacts) -> dict[str, list[tuple[Window, Judged]]]:
    """Every group's windows with their verdicts, oldest first. A window in which it is too small says nothing of it."""
    found: dict[str, list[tuple[Window, Judged]]] = {}
    for window in sorted(windows, key=lambda each: (each.end, each.start)):
        for one in judged(window.groups, facts)[1]:
            found.setdefault(one.compared.group, []).append((window, one))
    return found


def change_of(series: Sequence[tuple[Window, Judged]], standing: Standing) -> Change:
    """What is new in a group's windows. Asked again about the same windows, it says that nothing is.

    Windows up to `told_until` were told of; a bad one that arrives late for that time is shown and opens nothing.
    """
    new = [
        (window, one) for window, one in series if not standing.told_until or window.end > standing.told_until
    ]
    readings = [
        Reading(0, one.compared.group, window.start, window.end, Decimal(0), one.compared.cases, one.verdict)
        for window, one in new
    ]
    state = State(severity=standing.severity, last_bad=standing.told_until)
    step, after = next_change(state, readings)
    if step in {Step.NOTHING, Step.RESOLVE}:
        return Change(is_over=step is Step.RESOLVE)
    bad = [(window, one) for window, one in new if one.verdict in BAD]
    if step is Step.OPEN:
        bad = [(window, one) for window, one in bad if after.first is None or window.end >= after.first]
    return Change(tuple(bad))

"""When readings open an alert, are counted by it, make it worse and resolve it: one open alert per cause, however many bad points."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from heapq import nlargest
from itertools import pairwise
from typing import Final

from registry.monitoring.rules.readings import Reading
from registry.objectives.rules.judging import Verdict

# What ends an alert that bad values alone had caused, once they turn out never to have been.
CORRECTED: Final = "The reading was corrected."

# So many good windows in a row, after the last bad one, say that a trouble is over.
GOOD_NEEDED: Final = 3


class AlertKind(StrEnum):
    """What an alert is about."""

    BREACH = "breach"
    WARN = "warn"
    TREND = "trend"
    DRIFT = "drift"
    SILENCE = "silence"
    QUALITY = "quality"
    DEPENDENCY = "dependency"
    OVERRIDE_BOUNDS = "override_bounds"
    FEEDBACK_SURGE = "feedback_surge"

    @property
    def said(self) -> str:
        """The kind in words."""
        return _KIND_SAID[self]

    @property
    def to_do(self) -> str:
        """What somebody who finds such an alert does first."""
        return _TO_DO[self]

    @property
    def by_readings(self) -> bool:
        """Whether the readings of a metric open it and end it."""
        return self in {AlertKind.BREACH, AlertKind.WARN, AlertKind.TREND}

    @property
    def ends(self) -> str:
        """How such an alert ends."""
        return _ENDS.get(self, "Say so once the trouble has passed: this kind does not end by itself.")


class Severity(StrEnum):
    """How bad it is, the lesser first."""

    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """How an alert stands. Only a resolved one is over."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Step(StrEnum):
    """What readings do to an alert."""

    OPEN = "open"
    COUNT = "count"
    WORSEN = "worsen"
    RESOLVE = "resolve"
    NOTHING = "nothing"


# What a value outside its guard-rails is called.
RAIL_KINDS: Final = frozenset({AlertKind.BREACH, AlertKind.WARN, AlertKind.OVERRIDE_BOUNDS})

_KIND_SAID: Final = {
    AlertKind.BREACH: "Guard-rail breached",
    AlertKind.WARN: "Guard-rail warning",
    AlertKind.TREND: "Slow slide",
    AlertKind.DRIFT: "Drift",
    AlertKind.SILENCE: "Not reporting",
    AlertKind.QUALITY: "Data quality",
    AlertKind.DEPENDENCY: "Dependency",
    AlertKind.OVERRIDE_BOUNDS: "Overrides out of bounds",
    AlertKind.FEEDBACK_SURGE: "Surge of feedback",
}
_TO_DO: Final = {
    AlertKind.BREACH: "Find out whether the system still does what it is for. If people are affected, take it back to "
    "how it was or stop it first, and look for the cause after.",
    AlertKind.WARN: "Look at what changed since the last good value: the data, the version, the people who use it.",
    AlertKind.TREND: "No single value is bad yet. Compare the newest inputs with the oldest, and plan what you would "
    "do if it goes on.",
    AlertKind.DRIFT: "Find the field or output that moved, and whether the world changed or the data did.",
    AlertKind.SILENCE: "Find out whether the system runs at all, then whether its numbers still reach the register: "
    "the schedule, the token, the address.",
    AlertKind.QUALITY: "Ask the source's steward what happened, and whether what the system decided since should stand.",
    AlertKind.DEPENDENCY: "Find out who looks after what failed, and how the system copes until it is back.",
    AlertKind.OVERRIDE_BOUNDS: "Ask those who decide why they follow it more, or less, than they did.",
    AlertKind.FEEDBACK_SURGE: "Read the newest feedback, and look for what the messages have in common.",
}
_BY_READINGS: Final = (
    f"It ends by itself after {GOOD_NEEDED} good windows in a row, or when the bad readings are corrected. "
    "Call it over when you know more than the readings do."
)
_ENDS: Final = {
    AlertKind.BREACH: _BY_READINGS,
    AlertKind.WARN: _BY_READINGS,
    AlertKind.TREND: f"{_BY_READINGS} If this is the new normal, say so: the comparison then begins anew.",
    AlertKind.DRIFT: "It ends by itself with the next window that is like the baseline again. If this is the new normal, "
    "set a new baseline, with the reason.",
    AlertKind.OVERRIDE_BOUNDS: _BY_READINGS,
    AlertKind.FEEDBACK_SURGE: "It ends by itself after three days on which feedback no longer surges.",
    AlertKind.SILENCE: "It ends by itself once a recent value comes.",
    AlertKind.QUALITY: "It ends by itself with the next acceptable result.",
}
_LEVELS: Final = {Verdict.WARN: Severity.WARNING, Verdict.BREACH: Severity.CRITICAL}
# The grave first, where one of several is asked for.
GRAVITY: Final = {Severity.WARNING: 0, Severity.CRITICAL: 1}


def severity_of(kind: AlertKind) -> Severity:
    """How bad an alert of this kind is unless whoever raises it knows better."""
    return Severity.CRITICAL if kind is AlertKind.BREACH else Severity.WARNING


def slot_of(kind: AlertKind, metric_id: int | None, group: str) -> str:
    """The cause of an alert as one text: a system has at most one unresolved alert in each slot.

    Warning and breach share one, for a value that warns and then breaches is one trouble; so do the bounds of an
    override rate, which are its guard-rails. `group` is the subgroup of a metric, or whatever else of the system the
    alert is about.
    """
    by_value = kind in RAIL_KINDS and (kind is not AlertKind.OVERRIDE_BOUNDS or metric_id is not None)
    family = "guard_rail" if by_value else kind.value
    return f"{family}:{series_of(metric_id, group)}"


def series_of(metric_id: int | None, group: str) -> str:
    """A metric and a subgroup as one short text, however long the subgroup's own name is."""
    about = hashlib.sha256(group.encode()).hexdigest()[:16] if group else "all"
    return f"{metric_id or 'none'}:{about}"


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of one cause; enough to weigh any further reading without those before it.

    `severity` is that of the unresolved alert, None where there is none; `count` the bad windows from `first` to
    `last_bad` of that alert or, once it is resolved, of the one that was. `good` are the newest good windows after `last_bad`, at most as many as resolve an alert, rising.
    Windows up to `over_until` belong to what is over: an alert resolved before, by itself or by hand.
    """

    severity: Severity | None = None
    count: int = 0
    first: datetime | None = None
    last_bad: datetime | None = None
    good: tuple[datetime, ...] = ()
    over_until: datetime | None = None


def next_change(state: State, readings: Sequence[Reading], needed: int = GOOD_NEEDED) -> tuple[Step, State]:
    """What readings of one series, delivered together in whatever order, do to its alert; and what is remembered then.

    A reading with too few cases or without a guard-rail changes nothing. Good windows count only after the last bad
    one, by the order of windows and not of arrival, so that a late good reading never helps to resolve; a late bad
    one counts, but opens nothing that has recovered since. What was over within one delivery opens nothing.
    """
    over = state.over_until
    new = readings if over is None else [one for one in readings if one.window_end > over]
    bad = {one.window_end: one for one in sorted(bad_among(new), key=_gravity)}
    last = max([*bad, *([state.last_bad] if state.last_bad else [])], default=None)
    met = Verdict.MET
    good = {one.window_end for one in new if one.verdict is met} | {*state.good}
    after_last = good if last is None else (each for each in good if each > last)
    run = tuple(sorted(nlargest(needed, after_last)))
    after = replace(state, last_bad=last, good=run)
    recovered = last is not None and len(run) >= needed
    if state.severity is None:
        return _opened(after, bad, good, needed) if bad and not recovered else (Step.NOTHING, after)
    return _continued(state, after, bad, recovered=recovered)


def bad_among(readings: Iterable[Reading]) -> list[Reading]:
    """The readings that warn or breach, in their order."""
    # Named and compared one by one: to look a verdict up costs more than that, and these may be thousands.
    warn, breach = Verdict.WARN, Verdict.BREACH
    return [one for one in readings if one.verdict is warn or one.verdict is breach]


def _opened(
    after: State, bad: dict[datetime, Reading], good: Iterable[datetime], needed: int
) -> tuple[Step, State]:
    windows = _newest_spell(sorted(bad), sorted(good), needed)
    gravest = max((_LEVELS[bad[each].verdict] for each in windows), key=GRAVITY.__getitem__)
    return Step.OPEN, replace(after, severity=gravest, count=len(windows), first=windows[0])


def _continued(
    state: State, after: State, bad: dict[datetime, Reading], *, recovered: bool
) -> tuple[Step, State]:
    fresh = [each for each in bad if each != state.last_bad]
    if fresh:
        first = min([*fresh, *([state.first] if state.first else [])])
        after = replace(after, count=state.count + len(fresh), first=first)
    if recovered:
        return Step.RESOLVE, closed(after, after.last_bad)
    levels = [_LEVELS[one.verdict] for one in bad.values()]
    if state.severity is Severity.WARNING and Severity.CRITICAL in levels:
        return Step.WORSEN, replace(after, severity=Severity.CRITICAL)
    return (Step.COUNT if fresh else Step.NOTHING), after


def corrected(state: State, left: Sequence[Reading], again: Sequence[Reading]) -> State:
    """What a correction leaves of a trouble: of its bad readings those in `left` still are, and those in `again` are anew.

    The latter are counted when they are weighed, after this. Without a severity where nothing bad is left: the trouble
    never was.
    """
    windows = {one.window_end for one in left}
    levels = [_LEVELS[one.verdict] for one in (*left, *again)]
    return replace(
        state,
        severity=max(levels, key=GRAVITY.__getitem__, default=None),
        count=len(windows),
        first=min(windows, default=None),
        last_bad=max(windows, default=None),
    )


def closed(state: State, until: datetime | None) -> State:
    """What is remembered once the alert is resolved: windows up to `until` are over with it."""
    over = max([each for each in (state.over_until, until) if each], default=None)
    return replace(state, severity=None, over_until=over)


def _newest_spell(bad: Sequence[datetime], good: Sequence[datetime], needed: int) -> list[datetime]:
    """The bad windows since the series last recovered: a delivery may hold a year in which it often did."""
    start = 0
    for place, (before, after) in enumerate(pairwise(bad), 1):
        if bisect_left(good, after) - bisect_right(good, before) >= needed:
            start = place
    return list(bad[start:])


def _gravity(reading: Reading) -> int:
    return GRAVITY[_LEVELS[reading.verdict]]

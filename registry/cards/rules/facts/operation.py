"""What a card states of a system in operation: versions in use, readings, open alerts, dependencies, feedback."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.dependencies.rules.dependency import Direction, OnFailure
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity
from registry.objectives.rules.judging import Verdict


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """A version in use, with its share of the system's use in percent."""

    label: str
    share: int
    since: datetime
    changed: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of a metric over a window, with the verdict it was given when it came. `group` is "" for everybody."""

    value: Decimal
    window_start: datetime
    window_end: datetime
    verdict: Verdict
    n: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that is not over, seen first in the window that ended at `first_window_end` where it is about windows."""

    kind: AlertKind
    severity: Severity
    says: str
    opened_at: datetime
    state: AlertState
    count: int = 1
    promised_on: date | None = None
    first_window_end: datetime | None = None

    @property
    def since(self) -> datetime:
        """Since when the trouble is there, which may be long before anybody was told."""
        return self.first_window_end or self.opened_at


@dataclass(frozen=True, slots=True)
class Dependency:
    """What the system relies on, or what relies on it. `other` is "" for a system that only some people may know of."""

    direction: Direction
    other: str
    interface: str = ""
    contract_format: str = ""
    contract_version: str = ""
    on_failure: OnFailure | None = None
    fallback: str = ""
    tested_on: date | None = None
    test_passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """The counts of feedback in the four weeks up to the day of the record, spam left out.

    `satisfied` of `ratings` are 4 or 5; of `decided` outputs whose outcome is known people set `against` aside or right.
    """

    first: date
    last: date
    received: int
    satisfied: int
    ratings: int
    against: int
    decided: int

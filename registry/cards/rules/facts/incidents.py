"""What a card states of incidents: those of the last two years, how long they took, what is still being done about them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.incidents.rules.kinds import ActionState, DetectedBy, Harm, Kind, Status


@dataclass(frozen=True, slots=True)
class ReportDue:
    """What one authority has to be told before `due_at`, and when it first was."""

    authority: str
    duty: str
    due_at: datetime
    sent_at: datetime | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether it was told in time; None while it has not been told."""
        return None if self.sent_at is None else self.sent_at < self.due_at


@dataclass(frozen=True, slots=True)
class IncidentStated:
    """One incident. `severity` is from 1 to 5; `started_at` is None where nobody knows when it began."""

    number: int
    title: str
    kind: Kind
    severity: int
    pattern: str
    status: Status
    detected_by: DetectedBy
    detected_at: datetime
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    harms: tuple[Harm, ...] = ()
    affected_count: int | None = None
    root_cause: str = ""
    reports: tuple[ReportDue, ...] = ()


@dataclass(frozen=True, slots=True)
class Took:
    """How long it took, in seconds, over the `n` incidents of which that is known; `p90` is the nearest rank.

    `open` counts those that are not there yet, `unknown` those of which nobody can say.
    """

    n: int = 0
    open: int = 0
    unknown: int = 0
    mean_seconds: Decimal | None = None
    median_seconds: Decimal | None = None
    p90_seconds: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ActionOpen:
    """A corrective action that is neither verified nor dropped."""

    title: str
    incident: int
    due_on: date
    state: ActionState


@dataclass(frozen=True, slots=True)
class IncidentLog:
    """The incidents noticed from `first` on up to the record of `last`, the newest first, without those merged into others.

    The times are those of incidents and near misses. `actions` are of incidents of any time. `undescribed` counts those of
    the period that also concern a system of restricted visibility: nothing else may be said of them.
    """

    first: date
    last: date
    incidents: tuple[IncidentStated, ...] = ()
    detect: Took = Took()
    resolve: Took = Took()
    actions: tuple[ActionOpen, ...] = ()
    undescribed: int = 0

"""Two reports of one duty to one authority, once their incidents are one: which clock runs, and what has been sent."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from registry.incidents.rules.clocks import due_at
from registry.incidents.rules.corrective import day_said


@dataclass(frozen=True, slots=True)
class Override:
    """Counsel's own day in place of the computed one, why, and by whom."""

    at: datetime
    because: str
    by_id: int | None


@dataclass(frozen=True, slots=True)
class Sending:
    """That something was sent, when, and by what it is found again."""

    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One report as far as its clock goes. `place` is where the authority is; `zone` its name, `pack` the edition."""

    aware_at: datetime
    days: int
    zone: str
    place: tzinfo
    pack: str
    due_at: datetime
    override: Override | None = None
    initial: Sending | None = None
    full: Sending | None = None

    @property
    def until(self) -> datetime:
        """The instant by which something has to be sent."""
        return self.override.at if self.override else self.due_at


def joined(one: Duty, into: Duty) -> Duty:
    """The one report that goes on: it counts from the first awareness and is due no later than either; what was sent stays sent.

    Counsel's day for the report with the first awareness holds. For the other one it was set knowing of a later
    awareness, so it holds only where it is the earlier day.
    """
    aware = min(one.aware_at, into.aware_at)
    counted = [replace(each, aware_at=aware, due_at=_due(each, aware)) for each in (into, one)]
    first = min(counted, key=lambda each: each.due_at)
    knew = one if one.aware_at < into.aware_at else into
    other = into if knew is one else one
    override = knew.override
    if other.override and other.override.at < (override.at if override else first.due_at):
        override = other.override
    full = _first(one.full, into.full)
    initial = _first(one.initial, into.initial)
    if initial and full and initial.at > full.at:
        # Nothing comes after the full report.
        initial = None
    return replace(first, override=override, initial=initial, full=full)


def joined_said(authority: str, one: Duty, into: Duty, number: int) -> str:
    """What the timeline tells of one report instead of two; incident `number` had the other one."""
    now = joined(one, into)
    until = now.until.astimezone(UTC)
    said = f"{authority} has to be told once, of this and of incident {number}, by "
    said += f"{day_said(until.date())}, {until:%H:%M} UTC."
    sent = now.full or now.initial
    if sent:
        said += f" The {'full' if now.full else 'first'} report was sent: {sent.reference}."
    dropped = [each.override for each in (one, into) if each.override and each.override != now.override]
    lost = "".join(f" Counsel's day {day_said(each.at.date())} no longer holds." for each in dropped)
    return said + lost


def _due(each: Duty, aware: datetime) -> datetime:
    return min(each.due_at, due_at(aware, each.days, each.place))


def _first(one: Sending | None, other: Sending | None) -> Sending | None:
    sent = [each for each in (one, other) if each is not None]
    return min(sent, key=lambda each: each.at, default=None)

"""What an authority has to be told of an incident, and until when: calendar days in the zone where the authority is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from registry.incidents.rules.corrective import day_said
from registry.incidents.rules.record import reason_problems
from registry.kernel.errors import Problem
from registry.kernel.text import counted
from registry.packs.rules import Duty, ReportingRule
from registry.systems.rules.record import LINE_LIMIT, text_problems

# A day set by counsel lies within this of when somebody became aware; what lies beyond is a slip of the keys.
MOST_DAYS_MOVED: Final = 730


class Standing(StrEnum):
    """How a report stands."""

    DUE = "due"
    OVERDUE = "overdue"
    INITIAL_SENT = "initial_sent"
    COMPLETE = "complete"

    @property
    def said(self) -> str:
        """The standing in words."""
        return _STANDINGS[self]


_STANDINGS: Final = {
    Standing.DUE: "To be sent",
    Standing.OVERDUE: "Overdue",
    Standing.INITIAL_SENT: "First report sent, the full one to follow",
    Standing.COMPLETE: "Full report sent",
}


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a person states of a duty to tell an authority. `zone` is None where no zone is called what they typed."""

    duty: str
    authority: str
    zone: tzinfo | None
    aware_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """Until when a report is due by the rules, by counsel (None: nobody moved it), and what has been sent."""

    aware_at: datetime
    due_at: datetime
    override_at: datetime | None = None
    initial_sent_at: datetime | None = None
    full_sent_at: datetime | None = None

    @property
    def until(self) -> datetime:
        """The instant by which something has to be sent: counsel's where they set one. It is the first one too late."""
        return self.override_at or self.due_at

    @property
    def sent_at(self) -> datetime | None:
        """When the authority was first told; an incomplete report meets the duty, the full one follows."""
        sent = [each for each in (self.initial_sent_at, self.full_sent_at) if each is not None]
        return min(sent, default=None)

    @property
    def was_late(self) -> bool:
        """Whether the authority was told, and too late."""
        return self.sent_at is not None and self.sent_at >= self.until

    def standing(self, now: datetime) -> Standing:
        """How it stands at that instant."""
        if self.full_sent_at is not None:
            return Standing.COMPLETE
        if self.initial_sent_at is not None:
            return Standing.INITIAL_SENT
        return Standing.OVERDUE if now >= self.until else Standing.DUE


def due_at(aware_at: datetime, days: int, zone: tzinfo) -> datetime:
    """The instant a period of so many calendar days ends, in UTC, counted where the authority is.

    The day somebody became aware does not count and the last day counts to its last hour (Regulation 1182/71, Article
    3(1) and 3(2)(b)), so it ends with the midnight after that day; where clocks jump over midnight, with the first
    instant of the next day. A weekend at the end is not added: whoever may use it has counsel set the day.
    """
    day = aware_at.astimezone(zone).date() + timedelta(days=days + 1)
    # Fold 0: the first of two midnights; of a midnight that is left out, the instant at which the clocks jump.
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def last_day(until: datetime, zone: tzinfo) -> date:
    """The last day, where the authority is, on which a report is in time."""
    return (until - timedelta(microseconds=1)).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Begun:
    """What follows from the facts of a report: the duty, from when it counts, until when, and its last day there."""

    duty: Duty
    aware_at: datetime
    due_at: datetime
    last_day: date


def begun(facts: ReportFacts, duties: ReportingRule) -> Begun:
    """The clock of a report that nothing speaks against. Raises LookupError where the facts lack what it is made of."""
    duty = duties.duty(facts.duty)
    if duty is None or facts.zone is None or facts.aware_at is None:
        raise LookupError("a report needs a duty, a zone and an instant of awareness")
    until = due_at(facts.aware_at, duty.days, facts.zone)
    return Begun(duty, facts.aware_at, until, last_day(until, facts.zone))


def problems_with_report(
    facts: ReportFacts,
    duties: ReportingRule,
    *,
    started_at: datetime | None,
    now: datetime,
    is_begun: bool = False,
) -> list[Problem]:
    """Every objection to beginning a report at that instant. `is_begun`: the same duty to the same authority is there."""
    problems = text_problems("authority", facts.authority, LINE_LIMIT, one_line=True)
    if not facts.authority:
        problems.append(Problem("authority", "Name the authority that has to be told."))
    if duties.duty(facts.duty) is None:
        problems.append(Problem("duty", "Choose which of the duties it falls under."))
    if facts.zone is None:
        problems.append(Problem("zone", "Give the time zone of the authority, such as Europe/Berlin."))
    if is_begun:
        problems.append(Problem("duty", "This duty to this authority is on the list already."))
    return problems + _problems_with_awareness(facts.aware_at, started_at, now)


def _problems_with_awareness(
    aware_at: datetime | None, started_at: datetime | None, now: datetime
) -> list[Problem]:
    if aware_at is None:
        return [Problem("aware_at", "Say when somebody here became aware of it; the days count from there.")]
    if aware_at > now:
        return [Problem("aware_at", "This is still to come. Give the time at which somebody became aware.")]
    if started_at is not None and aware_at < started_at:
        says = "Nobody can have been aware of it before it began. Correct this, or when it began."
        return [Problem("aware_at", says)]
    return []


def problems_with_correcting(
    clock: Clock, aware_at: datetime | None, because: str, *, started_at: datetime | None, now: datetime
) -> list[Problem]:
    """Objections to another instant of awareness: what was sent by then, or nothing would have been corrected."""
    problems = reason_problems(because, "Say what was wrong; an authority may ask.")
    problems += _problems_with_awareness(aware_at, started_at, now)
    if aware_at is not None and clock.sent_at is not None and clock.sent_at < aware_at:
        problems.append(Problem("aware_at", "Something was sent before that, so somebody was aware of it."))
    if aware_at == clock.aware_at:
        problems.append(Problem("aware_at", "This is what it says already."))
    return problems


def problems_with_dropping(
    clock: Clock, because: str, *, is_dropped: bool, set_by_id: int | None, dropped_by_id: int | None
) -> list[Problem]:
    """Objections to saying that an authority need not be told after all: four eyes, and nothing was sent."""
    problems = reason_problems(because, "Say why it need not be told; an authority may ask.")
    if is_dropped:
        problems.append(Problem("", "It has been said already that this need not be told."))
    if clock.sent_at is not None:
        problems.append(Problem("", "The authority has been told of it; that stays as it is."))
    if dropped_by_id is None or dropped_by_id == set_by_id:
        says = "You added this report; somebody else has to say that it need not be sent."
        problems.append(Problem("", says))
    return problems


def corrected_said(authority: str, was: datetime, until: datetime, because: str) -> str:
    """What the timeline says of another instant of awareness."""
    before, at = was.astimezone(UTC), until.astimezone(UTC)
    return (
        f"Somebody was aware of it at another time than {day_said(before.date())}, {before:%H:%M} UTC, so that "
        f"{authority} has to be told before {day_said(at.date())}, {at:%H:%M} UTC: {because}"
    )


def problems_with_moving(clock: Clock, at: datetime | None, because: str) -> list[Problem]:
    """Objections to counsel's own day in place of the computed one. Earlier or later than that, but with a reason."""
    problems = reason_problems(because, "Say why another day holds; an authority may ask.")
    if at is None:
        problems.append(Problem("at", "Give the time until which it has to be sent."))
    elif not clock.aware_at < at <= clock.aware_at + timedelta(days=MOST_DAYS_MOVED):
        says = "Choose a time after somebody became aware of it, and within two years of that."
        problems.append(Problem("at", says))
    if clock.sent_at is not None:
        problems.append(Problem("", "The authority has been told; there is no day left to move."))
    return problems


def problems_with_sending(
    clock: Clock, *, full: bool, at: datetime | None, reference: str, now: datetime
) -> list[Problem]:
    """Objections to saying that the first or the full report was sent at an instant, under that reference."""
    problems = text_problems("reference", reference, LINE_LIMIT, one_line=True)
    if not reference:
        says = "Give what it can be found by again: the authority's file number, or the name of the document."
        problems.append(Problem("reference", says))
    problems += _problems_with_instant(clock, at, now)
    if clock.full_sent_at is not None:
        problems.append(Problem("", "The full report was sent already; nothing comes after it."))
    elif not full and clock.initial_sent_at is not None:
        problems.append(Problem("", "The first report was sent already. What follows is the full one."))
    elif full and at is not None and clock.initial_sent_at is not None and at < clock.initial_sent_at:
        problems.append(Problem("at", "The full report follows the first one; give a later time."))
    return problems


def _problems_with_instant(clock: Clock, at: datetime | None, now: datetime) -> list[Problem]:
    if at is None:
        return [Problem("at", "Say when it was sent.")]
    if at > now:
        return [Problem("at", "This is still to come. Give the time at which it was sent.")]
    if at < clock.aware_at:
        return [Problem("at", "Nobody was aware of it by then; it cannot have been sent.")]
    return []


def begun_said(authority: str, begun: Begun, zone: str) -> str:
    """What the timeline says of a report that was begun."""
    days = counted(begun.duty.days, "day")
    return (
        f"{authority} has to be told by the end of {day_said(begun.last_day)} ({zone}), {days} after awareness: "
        f"{begun.duty.article}."
    )


def moved_said(authority: str, until: datetime, because: str) -> str:
    """What the timeline says of another day for a report."""
    at = until.astimezone(UTC)
    return f"{authority} has to be told by {day_said(at.date())}, {at:%H:%M} UTC, instead: {because}"


def sent_said(authority: str, reference: str, *, full: bool, was_late: bool) -> str:
    """What the timeline says of a report that was sent."""
    late = ", too late" if was_late else ""
    return f"{'The full' if full else 'A first'} report was sent to {authority}{late}: {reference}"

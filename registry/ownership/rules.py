"""Which seats a system has, who may sit in them, legal hand-overs, who answered when, and the gaps that are left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from registry.kernel.actor import Seat
from registry.kernel.errors import Problem
from registry.kernel.text import clean, counted

HANDOVER_DAYS = 14
REASON_LIMIT = 4_000

SEAT_SAID: dict[Seat, tuple[str, str]] = {
    Seat.OWNER: ("Accountable owner", "The one person who answers for the system."),
    Seat.DEPUTY: ("Deputy", "Acts for the owner when the owner is away."),
    Seat.BUSINESS_LEAD: ("Business lead", "Answers for the objective and its value."),
    Seat.DATA_STEWARD: ("Data lead", "Answers for the quality of the data it is fed."),
    Seat.ENGINEERING_LEAD: ("Engineering lead", "Answers for performance and its monitoring."),
    Seat.COMPLIANCE_LEAD: ("Compliance lead", "Answers for rules, reviews and evidence."),
    Seat.OVERSEER: ("Overseer", "Watches its decisions and may stop it."),
}

SEAT_LACKS: dict[Seat, str] = {
    Seat.OWNER: "Nobody answers for the system.",
    Seat.DEPUTY: "Nobody acts for the owner when the owner is away.",
    Seat.BUSINESS_LEAD: "Nobody is named to answer for the objective and its value.",
    Seat.DATA_STEWARD: "Nobody is named to answer for the quality of its data.",
    Seat.ENGINEERING_LEAD: "Nobody is named to answer for performance and monitoring.",
    Seat.COMPLIANCE_LEAD: "Nobody is named to answer for rules, reviews and evidence.",
    Seat.OVERSEER: "Nobody is named to watch its decisions and stop it.",
}


class HandoverState(StrEnum):
    """What became of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Period:
    """One holder of a seat from one instant up to, not including, another (None: still)."""

    holder: str
    from_at: datetime
    to_at: datetime | None


def holder_at(periods: Sequence[Period], at: datetime) -> Period | None:
    """Who held the seat at that instant; None if nobody did."""
    for period in periods:
        if period.from_at <= at and (period.to_at is None or at < period.to_at):
            return period
    return None


def end_of(day: date) -> datetime:
    """The last instant of a day in UTC: what held "on" that day is what held when it ended."""
    return datetime.combine(day, time.max, UTC)


def problems_with_day(day: date, *, registered_at: datetime, today: date) -> list[Problem]:
    """Objections to asking who answered for a system on a day: not yet come, or before the register knew the system."""
    if day > today:
        return [Problem("on", "This day has not come yet. Choose today or a day before.")]
    if end_of(day) < registered_at:
        first = registered_at.astimezone(UTC).date()
        return [
            Problem(
                "on",
                f"The register has known this system since {first.day} {first:%B %Y}; choose that day or a later one.",
            )
        ]
    return []


def moment_of_change(since: datetime, at: datetime) -> datetime:
    """When one period ends and the next begins: now, and never before the period that ends began.

    A machine's clock can be set back. Seats then change hands at the start of the period that ends, so that
    the order of holders stays and no instant is left without one.
    """
    return max(since, at)


def expiry_of(offered_at: datetime) -> datetime:
    """When an unanswered offer lapses."""
    return offered_at + timedelta(days=HANDOVER_DAYS)


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What must be known to judge an offer."""

    owner_id: int
    to_id: int | None
    to_is_active: bool
    reason: str
    already_offered: bool
    offered_by_id: int | None = None
    owner_has_left: bool = False


def problems_with_offer(facts: OfferFacts) -> list[Problem]:
    """Every objection to offering the accountable seat to somebody.

    Nobody offers a seat to themselves: a hand-over takes two people. Only when the owner has left, so that the
    other side cannot speak any more, may whoever stands in take it up.
    """
    problems = []
    if facts.already_offered:
        problems.append(Problem("", "This system is already offered to somebody. Withdraw that offer first."))
    if facts.to_id is None:
        problems.append(Problem("to_id", "Choose the person to hand the system to."))
    elif facts.to_id == facts.owner_id:
        problems.append(Problem("to_id", "This person already answers for the system."))
    elif not facts.to_is_active:
        problems.append(Problem("to_id", "Choose somebody who is here now."))
    elif facts.to_id == facts.offered_by_id and not facts.owner_has_left:
        problems.append(Problem("to_id", "A hand-over takes two people. Ask the owner to offer it to you."))
    if not facts.reason:
        problems.append(Problem("reason", "Say why the system changes hands; the ledger keeps it."))
    return problems + _text_problems("reason", facts.reason)


def problems_with_answer(
    state: HandoverState,
    expires_at: datetime,
    at: datetime,
    *,
    recipient_is_active: bool,
    declined: bool,
    note: str,
) -> list[Problem]:
    """Objections to accepting or declining: only somebody who is here, while it is open, a refusal with a reason."""
    problems = []
    if not recipient_is_active:
        problems.append(Problem("", "Only somebody who is here now can answer for a system."))
    if state is not HandoverState.OFFERED:
        problems.append(Problem("", f"This offer was already {state.value}."))
    elif at >= expires_at:
        problems.append(Problem("", "This offer has lapsed. Ask the owner to offer it again."))
    if declined and not note:
        problems.append(Problem("answer", "Say why you decline, so that the owner knows what to do."))
    return problems + _text_problems("answer", note)


def problems_with_expiry(
    state: HandoverState, expires_at: datetime, at: datetime, *, recipient_is_active: bool
) -> list[Problem]:
    """Objections to closing an offer unanswered: it was answered, or it still runs and its recipient is here."""
    if state is not HandoverState.OFFERED:
        return [Problem("", f"This offer was already {state.value}.")]
    if at < expires_at and recipient_is_active:
        return [Problem("", "This offer still waits for its answer.")]
    return []


def expiry_said(*, recipient_is_active: bool) -> str:
    """Why an offer was closed without an answer, as it is kept beside it."""
    if recipient_is_active:
        return f"Nobody answered within {HANDOVER_DAYS} days."
    return "The person it was offered to has left."


def may_read_offer(*, is_recipient: bool, is_party: bool, oversees: bool, sees_system: bool) -> bool:
    """Whether somebody may open the page of an offer.

    The person asked always may: they have to know what they would answer for, also when the system is restricted.
    A party (the owner then or now, whoever offered it) may while they may see the system itself; an
    administrator or auditor oversees.
    """
    return is_recipient or oversees or (is_party and sees_system)


def problems_with_seat(
    seat: Seat,
    *,
    person_id: int | None,
    team_id: int | None,
    holder_is_active: bool,
    already_held: bool,
    is_owner: bool = False,
    reason: str = "",
) -> list[Problem]:
    """Objections to putting a person or a team in a seat. The accountable seat moves only by hand-over."""
    if seat is Seat.OWNER:
        return [Problem("seat", "The accountable owner changes by hand-over, which the new owner accepts.")]
    if (person_id is None) == (team_id is None):
        return [Problem("person_id", "Choose one person or one team.")]
    if not holder_is_active:
        return [Problem("person_id", "Choose somebody who is here now.")]
    if already_held:
        return [Problem("person_id", "They already hold this seat.")]
    if seat is Seat.DEPUTY and is_owner:
        return [Problem("person_id", "The deputy acts when the owner cannot; choose somebody else.")]
    return _text_problems("reason", reason)


class GapKind(StrEnum):
    """What is wrong with who answers for a system."""

    OWNER_LEFT = "owner_left"
    OWNER_UNCONFIRMED = "owner_unconfirmed"
    NO_DEPUTY = "no_deputy"
    HOLDER_LEFT = "holder_left"
    EMPTY_TEAM = "empty_team"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who sits in a seat, as far as gaps are concerned. `members` counts the people of a team who are here."""

    seat: Seat
    name: str
    since: datetime
    person_id: int | None = None
    last_day: date | None = None
    members: int | None = None
    to_be_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to mend: in which seat, in words, and for how many days it has been so (None: not known)."""

    kind: GapKind
    seat: Seat
    says: str
    days: int | None = None


def gaps(holders: Sequence[Holder], today: date) -> list[Gap]:
    """What is missing from who answers for a system, the gravest first.

    `holders` are those of now. Days are whole days up to today: 0 means since today.
    """
    found = [gap for holder in holders for gap in _gaps_of(holder, today)]
    owners = {holder.person_id for holder in holders if holder.seat is Seat.OWNER}
    deputies = [
        holder
        for holder in holders
        if holder.seat is Seat.DEPUTY
        and not _has_left(holder, today)
        and (holder.person_id is None or holder.person_id not in owners)
    ]
    if not deputies:
        found.append(Gap(GapKind.NO_DEPUTY, Seat.DEPUTY, SEAT_LACKS[Seat.DEPUTY]))
    order, seats = list(GapKind), list(Seat)
    return sorted(found, key=lambda gap: (order.index(gap.kind), seats.index(gap.seat), gap.says))


def _gaps_of(holder: Holder, today: date) -> list[Gap]:
    role = SEAT_SAID[holder.seat][0]
    if holder.last_day is not None and holder.last_day < today:
        kind = GapKind.OWNER_LEFT if holder.seat is Seat.OWNER else GapKind.HOLDER_LEFT
        days = (today - holder.last_day).days
        said = f"{role} {holder.name} left on {holder.last_day.day} {holder.last_day:%B %Y}."
        return [Gap(kind, holder.seat, said, days)]
    if holder.members == 0:
        says = f"{role} is the team {holder.name}, which has nobody in it."
        return [Gap(GapKind.EMPTY_TEAM, holder.seat, says)]
    if holder.to_be_confirmed:
        days = max(0, (today - holder.since.astimezone(UTC).date()).days)
        says = f"{holder.name} is stated as owner and has not confirmed it for {counted(days, 'day')}."
        return [Gap(GapKind.OWNER_UNCONFIRMED, holder.seat, says, days)]
    return []


def _has_left(holder: Holder, today: date) -> bool:
    return (holder.last_day is not None and holder.last_day < today) or holder.members == 0


def _text_problems(field: str, text: str) -> list[Problem]:
    if len(text) > REASON_LIMIT:
        return [Problem(field, f"Shorten this to {REASON_LIMIT:,} characters.")]
    try:
        clean(text)
    except ValueError as reason:
        return [Problem(field, f"This text {reason}. Remove it and try again.")]
    return []

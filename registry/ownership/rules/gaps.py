"""What is missing from who answers for a system, and for how long it has been so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from registry.kernel.actor import Seat
from registry.kernel.text import counted
from registry.ownership.rules.seats import SEAT_LACKS, SEAT_SAID


class GapKind(StrEnum):
    """What is wrong with who answers for a system."""

    OWNER_LEFT = "owner_left"
    OWNER_UNCONFIRMED = "owner_unconfirmed"
    CONFIRMATION_OVERDUE = "confirmation_overdue"
    NO_DEPUTY = "no_deputy"
    HOLDER_LEFT = "holder_left"
    EMPTY_TEAM = "empty_team"


KIND_SAID: dict[GapKind, str] = {
    GapKind.OWNER_LEFT: "Owner has left",
    GapKind.OWNER_UNCONFIRMED: "Owner to be confirmed",
    GapKind.CONFIRMATION_OVERDUE: "Confirmation overdue",
    GapKind.NO_DEPUTY: "No deputy",
    GapKind.HOLDER_LEFT: "Holder of a seat has left",
    GapKind.EMPTY_TEAM: "Team with nobody in it",
}


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

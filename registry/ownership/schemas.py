"""Seats, those who sit in them, and offers of the accountable one as JSON, in and out."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.kernel.actor import Seat
from registry.ownership.models import Handover
from registry.ownership.queries import Held
from registry.ownership.rules import HandoverState
from registry.web.describing import Instant, Number, Words


class OfferIn(BaseModel):
    """To whom a system is offered, by number, and why it changes hands."""

    model_config = ConfigDict(extra="forbid")

    to_id: int
    reason: str


class OfferOut(TypedDict):
    """An offer of the accountable seat. Nothing moves until the person asked accepts it."""

    number: int
    from_id: int
    to_id: int
    offered_by_id: int | None
    reason: str
    state: Annotated[str, Words(HandoverState)]
    offered_at: Instant
    expires_at: Instant


class SeatedIn(BaseModel):
    """Who is put in which seat: one person or one team, by number."""

    model_config = ConfigDict(extra="forbid")

    seat: Seat
    person_id: Number | None = None
    team_id: Number | None = None
    reason: str = ""


class SeatedOut(TypedDict):
    """One period of one seat: a person by e-mail address, or a team by name. Without `until` it still runs."""

    number: int
    seat: Annotated[str, Words(Seat)]
    person: str | None
    person_id: int | None
    team: str | None
    team_id: int | None
    since: Instant
    until: Instant | None
    accepted_at: Instant | None
    to_be_confirmed: bool
    reason: str


class AnsweredOut(TypedDict):
    """Who answered for a system when a day ended, and who held its other seats then."""

    system: str
    name: str
    owner: SeatedOut
    others: list[SeatedOut]


def offer_out(offer: Handover) -> OfferOut:
    """One offer."""
    return {
        "number": offer.id or 0,
        "from_id": offer.from_id,
        "to_id": offer.to_id,
        "offered_by_id": offer.offered_by_id,
        "reason": offer.reason,
        "state": offer.state.value,
        "offered_at": offer.offered_at.isoformat(),
        "expires_at": offer.expires_at.isoformat(),
    }


def seated_out(held: Held) -> SeatedOut:
    """One period of one seat."""
    row = held.assignment
    return {
        "number": row.id or 0,
        "seat": row.seat.value,
        "person": held.person.email if held.person else None,
        "person_id": row.person_id,
        "team": held.team.name if held.team else None,
        "team_id": row.team_id,
        "since": row.from_at.isoformat(),
        "until": row.to_at.isoformat() if row.to_at else None,
        "accepted_at": row.accepted_at.isoformat() if row.accepted_at else None,
        "to_be_confirmed": row.to_be_confirmed,
        "reason": row.reason,
    }

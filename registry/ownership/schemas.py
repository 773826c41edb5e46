"""Offers of the accountable seat as JSON, in and out."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.ownership.models import Handover
from registry.ownership.rules import HandoverState
from registry.web.describing import Instant, Words


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

"""Fill and vacate seats; offer, accept, decline, withdraw and expire hand-overs; confirm; move a leaver's seats."""

from registry.ownership.actions.confirmations import confirm_owner
from registry.ownership.actions.handovers import (
    accept_handover,
    decline_handover,
    expire_handover,
    offer_handover,
    withdraw_handover,
)
from registry.ownership.actions.seats import fill_seat, seat_first_owner, vacate_seat

__all__ = [
    "accept_handover",
    "confirm_owner",
    "decline_handover",
    "expire_handover",
    "fill_seat",
    "offer_handover",
    "seat_first_owner",
    "vacate_seat",
    "withdraw_handover",
]

"""Fill and vacate seats; offer, accept, decline, withdraw and expire hand-overs; confirm; move a leaver's seats."""

from registry.ownership.actions.confirmations import confirm_owner, note_step, reconfirm
from registry.ownership.actions.handovers import (
    accept_handover,
    decline_handover,
    expire_handover,
    offer_handover,
    withdraw_handover,
)
from registry.ownership.actions.seats import fill_seat, pass_seat, seat_first_owner, vacate_seat
from registry.ownership.actions.transfers import transfer_seats

__all__ = [
    "accept_handover",
    "confirm_owner",
    "decline_handover",
    "expire_handover",
    "fill_seat",
    "note_step",
    "offer_handover",
    "pass_seat",
    "reconfirm",
    "seat_first_owner",
    "transfer_seats",
    "vacate_seat",
    "withdraw_handover",
]

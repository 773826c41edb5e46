"""Owners of a system now or on a date; the seats a person holds; hand-overs; gaps; confirmations."""

from registry.ownership.queries.confirmations import (
    confirmations_of,
    last_word_at,
    last_word_of,
    notices_of,
    steps_noted,
)
from registry.ownership.queries.handovers import (
    handover_by_id,
    handovers_for,
    handovers_of,
    lapsed_handovers,
    pending_handover,
)
from registry.ownership.queries.seats import (
    Held,
    Told,
    assignment_by_id,
    gaps_of,
    held_at,
    held_on,
    held_on_many,
    is_held,
    open_owner,
    open_seats_counted,
    open_seats_of,
    owners_of,
    seats_of_team,
    story_of,
    timeline_of,
)
from registry.ownership.queries.transfers import moves_of, seats_of_person

__all__ = [
    "Held",
    "Told",
    "assignment_by_id",
    "confirmations_of",
    "gaps_of",
    "handover_by_id",
    "handovers_for",
    "handovers_of",
    "held_at",
    "held_on",
    "held_on_many",
    "is_held",
    "lapsed_handovers",
    "last_word_at",
    "last_word_of",
    "moves_of",
    "notices_of",
    "open_owner",
    "open_seats_counted",
    "open_seats_of",
    "owners_of",
    "pending_handover",
    "seats_of_person",
    "seats_of_team",
    "steps_noted",
    "story_of",
    "timeline_of",
]

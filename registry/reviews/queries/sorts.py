"""SORTS: what a list of reviews can be sorted by."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import col

from registry.reviews.models.reviews import Review
from registry.reviews.rules.kinds import State
from registry.store.orders import Sort, in_order, plain

SORTS: Mapping[str, Sort] = {
    "id": Sort(plain(lambda: col(Review.id)), int, always=True),
    "state": Sort(plain(lambda: in_order(Review.state, list(State))), int, always=True),
    "opened_at": Sort(plain(lambda: col(Review.opened_at)), datetime, always=True),
    "due_on": Sort(plain(lambda: col(Review.due_on)), date),
    "ended_at": Sort(plain(lambda: col(Review.ended_at)), datetime),
}

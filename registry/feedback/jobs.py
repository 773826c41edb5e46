"""Sweep out the counts of senders when their day is over."""

from typing import Any

from sqlmodel import col, delete

from registry.feedback.models import FeedbackTally
from registry.kernel import clock
from registry.store.session import Database


def sweep_tallies(database: Database, _payload: dict[str, Any]) -> None:
    """Delete the counts of days before today."""
    with database.transaction() as session:
        # A statement, not objects: the counts are machinery outside the ledger and there may be many.
        session.exec(delete(FeedbackTally).where(col(FeedbackTally.day) < clock.today()))

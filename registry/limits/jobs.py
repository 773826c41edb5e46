"""Forget the counts of tries that are over."""

from typing import Any

from registry.limits.actions import forget_old
from registry.store.session import Database


def sweep_counts(database: Database, _payload: dict[str, Any]) -> None:
    """Delete counts as old as a budget lasts."""
    with database.transaction() as session:
        forget_old(session)

"""Forget answers that nobody is given again."""

from typing import Any

from registry.repeats.actions import forget_old
from registry.store.session import Database


def sweep_answers(database: Database, _payload: dict[str, Any]) -> None:
    """Delete answers as old as they are kept."""
    with database.transaction() as session:
        forget_old(session)

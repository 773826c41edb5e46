"""Sweep out what passkeys were asked and did not answer."""

from typing import Any

from registry.passkeys.actions import sweep
from registry.store.session import Database


def sweep_questions(database: Database, _payload: dict[str, Any]) -> None:
    """Delete the questions that nobody can answer any more."""
    with database.transaction() as session:
        sweep(session)

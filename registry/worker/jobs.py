"""Forget jobs that were done long ago, and workers that are no more."""

from typing import Any

from registry.store.session import Database
from registry.worker.actions.keeping import forget_old


def sweep_jobs(database: Database, _payload: dict[str, Any]) -> None:
    """Delete what was done two weeks ago and earlier, some thousands in a transaction; what failed stays."""
    while True:
        with database.transaction() as session:
            if not forget_old(session):
                return

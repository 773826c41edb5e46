"""Sweep out browser sessions that are over."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, delete

from registry.accounts.models import UserSession
from registry.kernel import clock
from registry.store.session import Database

_LONGEST_SESSION = timedelta(hours=72)


def sweep_sessions(database: Database, _payload: dict[str, Any]) -> None:
    """Delete sessions older than any installation lets one live."""
    with database.transaction() as session:
        # A statement, not objects: sessions are machinery outside the ledger and there may be many.
        session.exec(delete(UserSession).where(col(UserSession.created_at) < clock.now() - _LONGEST_SESSION))

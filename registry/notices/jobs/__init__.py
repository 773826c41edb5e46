"""What the worker does beside its jobs: tell of what has happened, send letters and deliveries that are due, sweep what is old."""

from typing import Any

from registry.notices.actions import delivering, telling
from registry.notices.jobs.hooks import deliver
from registry.notices.jobs.mail import send_mail
from registry.settings import Settings
from registry.store.session import Database
from registry.worker.actions import PartDone

__all__ = ["deliver", "send_mail", "sweep", "tell"]


def tell(database: Database) -> bool:
    """Tell of the next stretch of the ledger; whether there was one."""
    settings = Settings.from_environment()
    return telling.tell(database, mails=settings.mails, source=settings.base_url.rstrip("/"))


def sweep(database: Database, _payload: dict[str, Any]) -> None:
    """Let go of what is old, some at a time."""
    with database.transaction() as session:
        more = telling.sweep(session)
        more = delivering.sweep(session) or more
    if more:
        raise PartDone

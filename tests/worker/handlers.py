"""Jobs for tests: one that notes that it ran, one that fails, one that takes its worker with it."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from registry.kernel.events import Event
from registry.store.session import Database
from registry.worker.actions import by_name, follow
from registry.worker.models import Job

RAN: list[dict[str, Any]] = []


def note(_database: Database, payload: dict[str, Any]) -> None:
    RAN.append(payload)


def fail(_database: Database, _payload: dict[str, Any]) -> None:
    raise ValueError("the mail server <does> not answer")


def die(_database: Database, _payload: dict[str, Any]) -> None:
    # No handler of exceptions sees this, as none would see the process killed.
    raise SystemExit(9)


FOLLOW_UPS = {Event.SYSTEM_REGISTERED: (note,)}
HANDLERS = by_name({Event.SYSTEM_REGISTERED: (note, fail, die)}, {})


def jobs(database: Database) -> list[Job]:
    with database.transaction(read_only=True) as session:
        return list(session.scalars(sa.select(Job).order_by(Job.id)))


def queued(database: Database, handler: Callable[..., None]) -> int:
    """One job for the handler, by way of a follow-up on everything that has happened so far."""
    follow(database, {Event.SYSTEM_REGISTERED: (handler,)})
    return jobs(database)[-1].id or 0

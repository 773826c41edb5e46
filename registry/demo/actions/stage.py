"""Where the demonstration is played, and what stands after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.people.models import BusinessUnit, Person, Team
from registry.store.session import Database


@dataclass
class Loaded:
    """What stands after loading; numbers to report and sign-ins to print."""

    people: dict[str, Person] = field(default_factory=dict)
    units: dict[str, BusinessUnit] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    systems: int = 0
    sign_ins: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """Where the demonstration is played: the database, and the day it is loaded on."""

    database: Database
    today: date
    door: Actor

    def day(self, days_ago: float) -> date:
        """A day so long before loading (negative: after)."""
        return self.today - timedelta(days=days_ago)

    @contextmanager
    def on(self, days_ago: float) -> Iterator[Session]:
        """A transaction that happens on that day at nine in the morning."""
        at = datetime.combine(self.day(days_ago), datetime.min.time(), UTC) + timedelta(hours=9)
        with clock.frozen(at), self.database.transaction() as session:
            yield session

"""What the demonstration is told in, where it is played, and what stands after it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml
from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.people.models import BusinessUnit, Person, Team
from registry.store.session import Database

_DELIVERED_EVERY = 28
# Both make plain values only; the one in C takes a tenth of the time, and is not on every machine.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Step = tuple[float, Callable[[Session], None]]
"""How many days before loading something happens, and what."""


@dataclass
class Loaded:
    """What stands after loading; numbers to report and sign-ins to print."""

    people: dict[str, Person] = field(default_factory=dict)
    units: dict[str, BusinessUnit] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
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

    def play(self, steps: Iterable[Step]) -> None:
        """Let everything happen in the order of time, as it would have: of one day, in the order it is told in."""
        for days_ago, act in sorted(steps, key=lambda step: -int(step[0])):
            with self.on(days_ago) as session:
                act(session)


def told_in(file: str) -> Any:
    """What a YAML file of the demonstration tells."""
    text = (files("registry.demo") / file).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - one of the two safe ones


def deliveries(last: int, first: int) -> Iterator[tuple[int | None, int]]:
    """When what is measured is delivered, every four weeks from `first` to `last` days ago: after which, and on which day."""
    days = sorted(range(last, max(first, last + 1), _DELIVERED_EVERY), reverse=True)
    yield from zip([None, *days], days, strict=False)

"""One invented system in its house: when things happened to it, who did them, and where they are noted."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from registry.audit.actions.journal import Captured
from registry.demo.actions.generating.house import Colleague, House
from registry.demo.actions.generating.loading import Loader
from registry.demo.actions.generating.telling import Chronicle
from registry.demo.rules.invented import Traits
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.store.columns import Row
from registry.systems.models import System
from registry.systems.rules.record import Stage

IN_USE = frozenset({Stage.LIVE, Stage.RESTRICTED})
USED = IN_USE | {Stage.PILOT}


@dataclass(frozen=True, slots=True)
class Held:
    """Who answered for the system from an instant on."""

    since: datetime
    by: Colleague


@dataclass(frozen=True, slots=True)
class Edit:
    """The system itself gets other values, mostly because of a row that tells why."""

    at: datetime
    event: Event
    values: dict[str, Any]
    why: Row | None = None


@dataclass
class Life:
    """A system and what its history is made with. `owners` are in order of time; `edits` change the system itself."""

    house: House
    loader: Loader
    chronicle: Chronicle
    draw: random.Random
    said: Traits
    system: System
    owners: list[Held] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The number of the system."""
        return self.system.id or 0

    @property
    def began(self) -> datetime:
        """When it was registered."""
        return self.system.registered_at

    @property
    def in_use(self) -> bool:
        """Whether it stands where real cases meet it for good."""
        return self.said.stage in IN_USE

    def owner_at(self, at: datetime) -> Actor:
        """Who answered for it then."""
        return next(
            (held.by.actor for held in reversed(self.owners) if held.since <= at), self.owners[0].by.actor
        )

    @property
    def owner(self) -> Actor:
        """Who answers for it now."""
        return self.owners[-1].by.actor

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.draw.random() < share

    def between(self, start: datetime, end: datetime | None = None) -> datetime:
        """An instant in a stretch of time, which ends now where nothing else is said."""
        last = self.house.now if end is None else end
        return start + max(last - start, timedelta()) * self.draw.random()

    def instants(self, count: int, start: datetime, end: datetime | None = None) -> list[datetime]:
        """So many instants of a stretch of time, in their order."""
        return sorted(self.between(start, end) for _ in range(count))

    def lately(self, days: float) -> datetime:
        """An instant of the last so many days of its life."""
        return self.between(max(self.began, self.house.now - timedelta(days=days)))

    def day(self, within: int) -> date:
        """A day so many days around today, before or after."""
        return self.house.now.date() + timedelta(days=self.draw.randint(-within, within))

    def reviewer(self) -> Colleague:
        """One of the reviewers who does not answer for it."""
        return next(
            each
            for each in self.draw.sample(list(self.house.reviewers), len(self.house.reviewers))
            if each.number != self.owner.person_id
        )

    def add(self, *rows: Row) -> None:
        """Let the rows be stored, each under a number from here on."""
        self.loader.add(*rows)

    def tell(
        self,
        at: datetime,
        event: Event,
        subject: Row,
        *changes: Row | Captured,
        by: Actor | None = None,
        note: dict[str, str] | None = None,
    ) -> None:
        """Note in the ledger what happened to it; done by whoever answered for it then, unless somebody else is named."""
        who = by or self.owner_at(at)
        told: Sequence[Row | Captured] = changes or (subject,)
        self.chronicle.note(at, who, event, subject, *told, system_id=self.number, note=note)

    def tell_new(self, at: datetime, event: Event, subject: Row, *more: Row, by: Actor | None = None) -> None:
        """Store rows that came to be together, and note it."""
        self.add(subject, *more)
        self.tell(at, event, subject, subject, *more, by=by)

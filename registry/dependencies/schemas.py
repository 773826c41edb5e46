"""Dependency JSON, in and out."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.dependencies.models import DependencyTest, Reconsideration
from registry.dependencies.queries import Line, facts_of, trial_facts
from registry.dependencies.rules.dependency import (
    DependencyFacts,
    Direction,
    OnFailure,
    TrialFacts,
    standings,
)
from registry.dependencies.rules.reconsider import Cause
from registry.kernel import clock
from registry.people.models import Person
from registry.systems.models import System
from registry.web.describing import Day, Instant, Words


class StandingOut(TypedDict):
    """One word of how a dependency stands, and a sentence that says it."""

    word: str
    says: str


class TrialOut(TypedDict):
    """One time it was tried whether it fails, and is done without, as stated."""

    on: Day
    passed: bool
    tried: str
    note: str


class DependencyOut(TypedDict):
    """One dependency of a system, seen from it. `restricted`: the system at the other end may not be named to you."""

    id: int
    direction: Annotated[str, Words(Direction)]
    stated_by: str
    system: str | None
    restricted: bool
    service: str
    interface: str
    contract_format: str
    contract_version: str
    freshness_minutes: int | None
    timeout_seconds: str | None
    on_failure: Annotated[str, Words(OnFailure)] | None
    failure_words: str
    fallback: str
    owner: str | None
    added_at: Instant
    ended_at: Instant | None
    ended_because: str
    status: list[StandingOut]
    last_test: TrialOut | None
    version: int


class ReconsiderationOut(TypedDict):
    """Why a system has to be looked at again, in a word and in a sentence that names what you may know of."""

    number: int
    cause: Annotated[str, Words(Cause)]
    says: str
    since: Instant


class DependencyChange(BaseModel):
    """What of a dependency is changed; what is left out stays as it is. The owner by number."""

    model_config = ConfigDict(extra="forbid")

    interface: str = ""
    contract_format: str = ""
    contract_version: str = ""
    freshness_minutes: int | None = None
    timeout_seconds: Decimal | None = None
    on_failure: OnFailure | None = None
    failure_words: str = ""
    fallback: str = ""
    owner_id: int | None = None


class DependencyIn(DependencyChange):
    """What states a dependency: on a `system` of the register by its public id, or on a `service` by its name."""

    direction: Direction
    system: str = ""
    service: str = ""

    def facts(self, other: System | None) -> DependencyFacts:
        """As the rules read it."""
        values: dict[str, Any] = self.model_dump(exclude={"system"})
        return DependencyFacts(other_system_id=other.id if other else None, **values)


class DependencyEndIn(BaseModel):
    """What takes its place, or why nothing has to."""

    model_config = ConfigDict(extra="forbid")

    because: str = ""


class TrialIn(BaseModel):
    """One test: on which day, whether it passed, what was tried, and in `note` where one can read about it."""

    model_config = ConfigDict(extra="forbid")

    on: date
    passed: bool
    tried: str = ""
    note: str = ""

    def facts(self) -> TrialFacts:
        """As the rules read it."""
        return TrialFacts(self.on, self.passed, self.tried, self.note)


def said(line: Line, owner: Person | None) -> dict[str, Any]:
    """One dependency of a system. A system at the other end that the reader may not know of is never named."""
    dependency, facts = line.dependency, facts_of(line.dependency)
    last, tier = trial_facts(line.last), line.stated_by.tier
    stated = {each.name: getattr(facts, each.name) for each in fields(DependencyFacts)}
    del stated["other_system_id"], stated["owner_id"]
    return stated | {
        "id": dependency.id,
        "direction": line.direction.value,
        "stated_by": line.stated_by.key,
        "system": line.other.key if line.other else None,
        "restricted": line.is_hidden,
        "timeout_seconds": format(facts.timeout_seconds, "f") if facts.timeout_seconds is not None else None,
        "owner": owner.email if owner else None,
        "added_at": dependency.added_at.isoformat(),
        "ended_at": dependency.ended_at.isoformat() if dependency.ended_at else None,
        "ended_because": dependency.ended_because,
        "status": [
            {"word": one.status.value, "says": one.says}
            for one in standings(facts, last, tier, clock.today())
        ],
        "last_test": trial_said(line.last) if line.last else None,
        "version": dependency.version,
    }


def trial_said(test: DependencyTest) -> TrialOut:
    """One test."""
    return {
        "on": test.tested_on.isoformat(),
        "passed": test.passed,
        "tried": test.tried,
        "note": test.note,
    }


def reconsideration_said(asked: Reconsideration, says: str) -> ReconsiderationOut:
    """One reason to look at a system again; `says` as far as the reader may know of it."""
    return {
        "number": asked.id or 0,
        "cause": asked.cause.value,
        "says": says,
        "since": asked.since.isoformat(),
    }

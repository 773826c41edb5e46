"""Dependency JSON, in and out."""

from dataclasses import fields
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.dependencies.queries import Line, facts_of, trial_facts
from registry.dependencies.rules.dependency import DependencyFacts, Direction, OnFailure, standings
from registry.kernel import clock
from registry.people.models import Person
from registry.systems.models import System
from registry.web.describing import Day, Instant, Words


class StandingOut(TypedDict):
    """One word of how a dependency stands, and a sentence that says it."""

    word: str
    says: str


class TrialOut(TypedDict):
    """The last time the fallback was tried."""

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
    status: list[StandingOut]
    last_test: TrialOut | None


class DependencyIn(BaseModel):
    """What states a dependency: on a `system` of the register by its public id, or on a `service` by its name."""

    model_config = ConfigDict(extra="forbid")

    direction: Direction
    system: str = ""
    service: str = ""
    interface: str = ""
    contract_format: str = ""
    contract_version: str = ""
    freshness_minutes: int | None = None
    timeout_seconds: Decimal | None = None
    on_failure: OnFailure | None = None
    failure_words: str = ""
    fallback: str = ""
    owner_id: int | None = None

    def facts(self, other: System | None) -> DependencyFacts:
        """As the rules read it."""
        values: dict[str, Any] = self.model_dump(exclude={"system"})
        return DependencyFacts(other_system_id=other.id if other else None, **values)


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
        "status": [
            {"word": one.status.value, "says": one.says}
            for one in standings(facts, last, tier, clock.today())
        ],
        "last_test": {
            "on": last.tested_on.isoformat(),
            "passed": last.passed,
            "tried": last.tried,
            "note": last.note,
        }
        if last and last.tested_on
        else None,
    }

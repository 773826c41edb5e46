"""System JSON, in and out."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.annotations.models import Tag
from registry.ownership.queries import Held
from registry.systems.models import System
from registry.systems.queries import FACETS, SORTS
from registry.systems.queries.filters import FILTERS
from registry.systems.rules.record import (
    Kind,
    Link,
    Registration,
    Reversibility,
    Stage,
    SystemFacts,
    Tier,
    Visibility,
)
from registry.web.describing import Asked, Day, Words
from registry.web.sorting import sorted_as

# Read from what narrows the register itself: a facet more is a parameter more.
NARROWING = (
    Asked("q", "Words of a name, a summary or a text, or an id."),
    *(
        Asked(
            each.name,
            f"{each.label}; any number of times.",
            kind="integer" if each.numbers else "string",
            words=tuple(each.said),
            many=True,
            least=0 if each.numbers else None,
            most=999_999_999 if each.numbers else None,
        )
        for each in FACETS
    ),
    *(
        Asked(each.name, f"{each.label}; any number of times.", words=tuple(each.said), many=True)
        for each in FILTERS
    ),
)
SORTED = sorted_as(SORTS, "by name")


class SystemLine(TypedDict):
    """One system of a list. `owner` by e-mail address, null where the seat is empty."""

    key: str
    name: str
    summary: str
    unit: str
    owner: str | None
    owner_to_be_confirmed: bool
    stage: Annotated[str, Words(Stage)]
    tier: Annotated[str, Words(Tier)] | None
    tags: list[str]
    version: int


class LinkOut(TypedDict):
    """A named address."""

    label: str
    url: str


class SystemOut(SystemLine):
    """One system with everything stated of it."""

    unit_id: int | None
    description: str
    kind: Annotated[str, Words(Kind)] | None
    technique: str
    modality: str
    visibility: Annotated[str, Words(Visibility)]
    intended_use: str
    users: str
    affected_people: str
    affected_count: int | None
    out_of_scope: str
    autonomy: int | None
    reversibility: Annotated[str, Words(Reversibility)] | None
    oversight_plan: str
    volume_per_day: int | None
    vendor_name: str
    vendor_contract: str
    vendor_data_access: str
    vendor_exit: str
    deployed_where: str
    regions: str
    legal_roles: str
    in_service_on: Day | None
    links: list[LinkOut]
    complaints_contact: str
    known_limitations: str


class LinkIn(BaseModel):
    """A named address."""

    model_config = ConfigDict(extra="forbid")

    label: str
    url: str


class SystemIn(BaseModel):
    """What registers a system. A field nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    name: str
    summary: str
    unit_id: int
    owner_id: int
    visibility: Visibility = Visibility.COMPANY

    def registration(self) -> Registration:
        """As the rules read it."""
        return Registration(
            self.name.strip(), self.summary.strip(), self.unit_id, self.owner_id, self.visibility
        )


class SystemChange(BaseModel):
    """The fields to change; those left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    summary: str = ""
    unit_id: int = 0
    visibility: Visibility = Visibility.COMPANY
    description: str = ""
    kind: Kind | None = None
    technique: str = ""
    modality: str = ""
    intended_use: str = ""
    users: str = ""
    affected_people: str = ""
    affected_count: int | None = None
    out_of_scope: str = ""
    autonomy: int | None = Field(default=None)
    reversibility: Reversibility | None = None
    oversight_plan: str = ""
    volume_per_day: int | None = None
    vendor_name: str = ""
    vendor_contract: str = ""
    vendor_data_access: str = ""
    vendor_exit: str = ""
    deployed_where: str = ""
    regions: str = ""
    legal_roles: str = ""
    in_service_on: date | None = None
    links: list[LinkIn] = Field(default_factory=list)
    complaints_contact: str = ""
    known_limitations: str = ""
    tags: list[str] = Field(default_factory=list)

    @property
    def states(self) -> frozenset[str]:
        """The fields of the record itself that are given; tags stand beside it."""
        return frozenset(self.model_fields_set - {"tags"})

    def applied_to(self, facts: SystemFacts) -> SystemFacts:
        """The facts with the given fields changed."""
        values: dict[str, Any] = {each.name: getattr(facts, each.name) for each in fields(SystemFacts)}
        values |= {name: getattr(self, name) for name in self.states}
        if "links" in self.states:
            values["links"] = tuple(Link(link.label, link.url) for link in self.links)
        return SystemFacts(**values)


def brief(system: System, owner: Held | None, unit: str, tags: Sequence[Tag] = ()) -> SystemLine:
    """One line of a list."""
    return {
        "key": system.key,
        "name": system.name,
        "summary": system.summary,
        "unit": unit,
        "owner": owner.person.email if owner and owner.person else None,
        "owner_to_be_confirmed": bool(owner and owner.assignment.to_be_confirmed),
        "stage": system.stage.value,
        "tier": system.tier.value if system.tier else None,
        "tags": [tag.name for tag in tags],
        "version": system.version,
    }


def whole(
    system: System, facts: SystemFacts, owner: Held | None, unit: str, tags: Sequence[Tag] = ()
) -> dict[str, Any]:
    """One system with everything stated of it."""
    stated = {each.name: getattr(facts, each.name) for each in fields(SystemFacts)}
    stated["in_service_on"] = facts.in_service_on.isoformat() if facts.in_service_on else None
    stated["links"] = [{"label": link.label, "url": link.url} for link in facts.links]
    return stated | dict(brief(system, owner, unit, tags))

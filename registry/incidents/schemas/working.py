"""Incident JSON, in: what is sent to work on one, to say what it is tied to, and about its corrective actions."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import DetectedBy, Harm, Kind, Status
from registry.incidents.rules.record import IncidentFacts
from registry.incidents.schemas.incoming import Moment
from registry.store.columns import LARGEST_NUMBER
from registry.web.changing import Because, applied

Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST_NUMBER)]


class IncidentChange(BaseModel):
    """What of an incident is changed; what is left out stays as it is. How bad it is and which pattern is for people to judge."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    summary: str = ""
    kind: Kind = Kind.INCIDENT
    harms: list[Harm] = Field(default_factory=list)
    affected_count: int | None = Field(default=None, strict=True)
    affected_people: str = ""
    detected_by: DetectedBy = DetectedBy.STAFF
    started_at: Moment | None = None
    detected_at: Moment | None = None
    lead_id: Number | None = None

    def applied_to(self, facts: IncidentFacts) -> IncidentFacts:
        """The facts with the given fields changed."""
        changed = applied(self, facts)
        return replace(changed, harms=tuple(str(harm) for harm in changed.harms))


class MoveIn(BaseModel):
    """Where an incident stands from now on; without `at` that came about now. Going back takes a reason and is of now.

    `taken_on_by_then`: somebody had taken it on before the instant at which they said so here.
    """

    model_config = ConfigDict(extra="forbid")

    status: Status
    at: Moment | None = None
    because: str = ""
    taken_on_by_then: bool = False


class TouchesIn(BaseModel):
    """A further system, by its public id."""

    model_config = ConfigDict(extra="forbid")

    system: str


class TouchesNot(Because):
    """A system an incident does not touch after all, and why."""

    system: str


class TellIn(BaseModel):
    """Somebody who is to be told, by number."""

    model_config = ConfigDict(extra="forbid")

    person_id: Number


class TellNoMore(Because):
    """Somebody who need not be told any more, and why."""

    person_id: Number


class MergeIn(BaseModel):
    """The number of the incident that goes on for both."""

    model_config = ConfigDict(extra="forbid")

    into: Number


class RecurrenceIn(BaseModel):
    """The number of the incident that has come back."""

    model_config = ConfigDict(extra="forbid")

    earlier: Number


class ActionIn(BaseModel):
    """What somebody, by number, does by a day; on the system the incident was found at unless another it touches is named."""

    model_config = ConfigDict(extra="forbid")

    title: str
    detail: str = ""
    owner_id: Number
    due_on: date
    system: str = ""

    def facts(self, system_id: int | None) -> ActionFacts:
        """As the rules read it; on that system."""
        return ActionFacts(self.title, self.detail, self.owner_id, self.due_on, system_id)


class ActionChange(BaseModel):
    """What of a corrective action is changed; what is left out stays as it is. Another due day takes a reason."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    detail: str = ""
    owner_id: Number | None = None
    due_on: date | None = None
    system: str = ""
    because: str = ""

    def applied_to(self, facts: ActionFacts, system_id: int | None) -> ActionFacts:
        """The facts with the given fields changed; on that system."""
        given = self.model_fields_set - {"system", "because"}
        sent = {name: getattr(self, name) for name in given}
        return replace(facts, **sent, system_id=system_id)


class DoneIn(BaseModel):
    """What was done, so that somebody else can verify it."""

    model_config = ConfigDict(extra="forbid")

    note: str

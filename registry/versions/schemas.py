"""Version JSON, in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.people.models import Person
from registry.versions.models import LivePeriod, ModelVersion
from registry.versions.queries import Learned
from registry.versions.rules.record import TrainedOn, VersionFacts
from registry.versions.rules.standing import WHOLE, State
from registry.web.describing import Day, Instant, Words


class TrainedOut(TypedDict):
    """A source a version learned from, and the period of its data."""

    source: str
    name: str
    from_on: Day | None
    to_on: Day | None


class VersionOut(TypedDict):
    """One version with everything stated of it; people by e-mail address, null where it was the registry itself."""

    number: int
    label: str
    state: Annotated[str, Words(State)]
    live_share: int | None
    live_since: Instant | None
    significant: bool
    changed: str
    because: str
    artifact: str
    digest: str
    evaluation: str
    trained_on: list[TrainedOut]
    added_by: str | None
    added_at: Instant
    approved_by: str | None
    approved_at: Instant | None
    withdrawn_at: Instant | None
    withdrawn_because: str
    version: int


class LiveOut(TypedDict):
    """The versions that are live from now on."""

    items: list[VersionOut]


class TrainedIn(BaseModel):
    """A source by its public id or its name, and the period of its data that was used."""

    model_config = ConfigDict(extra="forbid")

    source: str
    from_on: date | None = None
    to_on: date | None = None


class VersionChange(BaseModel):
    """What of a candidate is changed; what is left out stays as it is. `trained_on` names all its sources and no others."""

    model_config = ConfigDict(extra="forbid")

    label: str = ""
    changed: str = ""
    significant: bool = False
    because: str = ""
    artifact: str = ""
    digest: str = ""
    evaluation: str = ""
    trained_on: list[TrainedIn] = Field(default_factory=list)

    def applied_to(self, facts: VersionFacts, sources: Sequence[int]) -> VersionFacts:
        """The facts with the given fields changed; `sources` are the numbers of `trained_on`, in that order."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"trained_on"}}
        if "trained_on" in self.model_fields_set:
            sent["trained_on"] = _learned(self.trained_on, sources)
        return replace(facts, **sent)


class VersionIn(VersionChange):
    """What adds a version. A field nobody knows is refused, not ignored."""

    label: str
    changed: str
    significant: bool

    def facts(self, sources: Sequence[int]) -> VersionFacts:
        """As the rules read it; `sources` are the numbers of what it was trained on, in that order."""
        stated = self.model_dump(exclude={"trained_on"})
        return VersionFacts(**stated, trained_on=_learned(self.trained_on, sources))


class VersionWithdrawIn(BaseModel):
    """Why a version is taken out of use for good; one that is live needs a reason."""

    model_config = ConfigDict(extra="forbid")

    because: str = ""


class BesideIn(BaseModel):
    """Another version and its share."""

    model_config = ConfigDict(extra="forbid")

    label: str
    share: int


class LiveIn(BaseModel):
    """The share of use the version gets, in percent, and who has the rest; alone with all of it unless told."""

    model_config = ConfigDict(extra="forbid")

    share: int = WHOLE
    beside: list[BesideIn] = Field(default_factory=list)


def _learned(named: Sequence[TrainedIn], sources: Sequence[int]) -> tuple[TrainedOn, ...]:
    periods = zip(sources, named, strict=True)
    return tuple(TrainedOn(number, each.from_on, each.to_on) for number, each in periods)


def whole(
    model: ModelVersion, live: LivePeriod | None, learned: Sequence[Learned], people: Mapping[int, Person]
) -> dict[str, Any]:
    """One version with everything stated of it; people by e-mail address, None where it was the registry itself."""

    def email(number: int | None) -> str | None:
        person = people.get(number or 0)
        return person.email if person else None

    def instant(at: Any) -> str | None:
        return at.isoformat() if at else None

    return {
        "number": model.id,
        "label": model.label,
        "state": model.state.value,
        "live_share": live.share if live else None,
        "live_since": instant(live.from_at if live else None),
        "significant": model.significant,
        "changed": model.changed,
        "because": model.because,
        "artifact": model.artifact,
        "digest": model.digest,
        "evaluation": model.evaluation,
        "trained_on": [
            {
                "source": source.key,
                "name": source.name,
                "from_on": instant(row.from_on),
                "to_on": instant(row.to_on),
            }
            for row, source in learned
        ],
        "added_by": email(model.added_by_id),
        "added_at": instant(model.added_at),
        "approved_by": email(model.approved_by_id),
        "approved_at": instant(model.approved_at),
        "withdrawn_at": instant(model.withdrawn_at),
        "withdrawn_because": model.withdrawn_because,
        "version": model.version,
    }

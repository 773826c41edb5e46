"""Incident JSON, in; and how a list of incidents is narrowed in an address."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)

from registry.incidents.queries.incidents import Narrowing
from registry.incidents.queries.sorts import SORTS
from registry.incidents.rules.kinds import DetectedBy, Harm, Kind, Linked, Pattern, Severity, Status
from registry.incidents.rules.receiving import Source
from registry.incidents.rules.record import IncidentFacts
from registry.kernel.errors import Problem, RuleBroken
from registry.packs.rules import UNCLASSIFIED
from registry.systems.rules.record import Tier
from registry.web.describing import Asked
from registry.web.sorting import sorted_as

Value = TypeVar("Value")

_UNCLOSED = "unclosed"
_STATUSES = (_UNCLOSED, *Status)
NARROWING = (
    Asked("status", "Only those that stand so.", words=_STATUSES),
    Asked("severity", "Only those of this severity or worse.", kind="integer", least=1, most=5),
    Asked("pattern", "Only this pattern of failure.", words=Pattern),
    Asked("kind", "Only this kind.", words=Kind),
    Asked("tier", "Only on systems of this tier.", words=(*Tier, UNCLASSIFIED)),
    Asked("since", "Detected at this instant or later.", kind="date-time"),
    Asked("until", "Detected before this instant.", kind="date-time"),
)
SORTED = sorted_as(SORTS, "by when they were noticed, the last first,")
_SAY_AN_INSTANT = "Give an instant with its zone, such as 2026-11-03T10:00:00Z."


def _text_alone(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(_SAY_AN_INSTANT[:1].lower() + _SAY_AN_INSTANT[1:])  # noqa: TRY004 - only that becomes a problem
    return value


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError("this lies outside the calendar") from beyond


Moment = Annotated[AwareDatetime, BeforeValidator(_text_alone), AfterValidator(_in_utc)]
"""An instant with its zone, in UTC from here on: held to a text (a number of seconds would be read as one else) and to the
calendar, whatever its zone makes of its first and last day.
"""


class LinkIn(BaseModel):
    """Something of a system the incident touches, by its number."""

    model_config = ConfigDict(extra="forbid")

    kind: Linked
    id: int = Field(strict=True, ge=1)


class IncidentIn(BaseModel):
    """What opens an incident. `source` and `source_ref`, both or neither, are the client's own name for it."""

    model_config = ConfigDict(extra="forbid")

    title: str
    summary: str = ""
    kind: Kind = Kind.INCIDENT
    severity: Severity
    pattern: Pattern
    harms: list[Harm] = Field(default_factory=list)
    affected_count: int | None = Field(default=None, strict=True)
    affected_people: str = ""
    detected_by: DetectedBy
    started_at: Moment | None = None
    detected_at: Moment
    link: LinkIn | None = None
    source: str = ""
    source_ref: str = ""

    @field_validator("severity", mode="before")
    @classmethod
    def is_a_number(cls, value: Any) -> Any:
        """Holds the severity to a number: neither true nor "3" is one."""
        if type(value) is not int:
            raise ValueError("give a whole number from 1 to 5")
        return value

    def facts(self) -> IncidentFacts:
        """As the rules read it."""
        return IncidentFacts(
            title=self.title,
            summary=self.summary,
            kind=self.kind,
            severity=self.severity,
            pattern=self.pattern,
            harms=tuple(harm.value for harm in self.harms),
            affected_count=self.affected_count,
            affected_people=self.affected_people,
            detected_by=self.detected_by,
            started_at=self.started_at,
            detected_at=self.detected_at,
        )

    def named(self) -> Source:
        """The client's own name for it."""
        return Source(self.source, self.source_ref)


class EntryIn(BaseModel):
    """What adds an entry to a timeline; without `at` it is of now."""

    model_config = ConfigDict(extra="forbid")

    text: str
    at: Moment | None = None
    evidence: str = ""


def narrowing_of(args: Mapping[str, str], system_id: int | None = None) -> Narrowing:
    """What an address narrows a list to: status, severity (that or worse), pattern, kind, tier, since, until. Raises RuleBroken."""
    problems: list[Problem] = []

    def asked(name: str, read: Callable[[str], Value], says: str) -> Value | None:
        text = args.get(name, "")
        if not text:
            return None
        try:
            return read(text)
        except (ValueError, OverflowError):
            problems.append(Problem(name, says))
            return None

    status = asked("status", _status, f"Give one of {', '.join(_STATUSES)}.")
    by = Narrowing(
        system_id=system_id,
        status=status if isinstance(status, Status) else None,
        unclosed=status == _UNCLOSED,
        severity_from=asked("severity", _severity, "Give a whole number from 1 to 5."),
        pattern=asked("pattern", Pattern, f"Give one of {', '.join(Pattern)}."),
        kind=asked("kind", Kind, f"Give one of {', '.join(Kind)}."),
        tier=asked("tier", _tier, f"Give one of {', '.join([*Tier, UNCLASSIFIED])}."),
        detected_from=asked("since", _instant, _SAY_AN_INSTANT),
        detected_to=asked("until", _instant, _SAY_AN_INSTANT),
    )
    if problems:
        raise RuleBroken(problems)
    return by


def _status(text: str) -> Status | str:
    return text if text == _UNCLOSED else Status(text)


def _tier(text: str) -> str:
    return "" if text == UNCLASSIFIED else Tier(text).value


def _severity(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise ValueError(text)
    return int(text)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC)

"""FIELDS: what a file may state of a system, in the order it is written, and how each of it is spelled

What is decided, accepted or measured is not here: stage, tier, seats, reviews, readings. No file sets any of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registry.data_sources.rules.sources import Purpose
from registry.dependencies.rules.dependency import Direction, OnFailure
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.objectives.rules.metric import Aggregation
from registry.objectives.rules.metric import Direction as Better
from registry.objectives.rules.metric import Kind as MetricKind
from registry.objectives.rules.objective import TEXTS as OBJECTIVE_TEXTS
from registry.systems.rules.record import Kind, Reversibility, Visibility

Value = str | int | Decimal | date | tuple[str, ...] | tuple[tuple[str, str], ...] | None
"""What stands in one field. Choices, people, units, sources and systems are texts here; links are pairs of label and address."""

ID_LIMIT: Final = 60
PATH_LIMIT: Final = 300
COMMIT_LIMIT: Final = 64


class Spelled(StrEnum):
    """How a field is written in a file."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    COUNT = "count"
    NUMBER = "number"
    DAY = "day"
    EMAIL = "email"
    UNIT = "unit"
    WORDS = "words"
    LINKS = "links"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the file, how it is spelled, which words it takes, what stands where nothing is stated.

    `fact` is its name among the facts of its feature, where that is another one.
    """

    name: str
    spelled: Spelled = Spelled.LINE
    words: type[StrEnum] | None = None
    empty: Value = ""
    fact: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The words it takes; none where it takes any."""
        return tuple(each.value for each in self.words) if self.words else ()

    @property
    def facts_name(self) -> str:
        """Its name among the facts of its feature."""
        return self.fact or self.name


def _choice(name: str, words: type[StrEnum]) -> Field:
    return Field(name, Spelled.CHOICE, words, None)


def _text(name: str) -> Field:
    return Field(name, Spelled.TEXT)


def _number(name: str) -> Field:
    return Field(name, Spelled.NUMBER, None, None)


def _count(name: str, empty: int | None = None) -> Field:
    return Field(name, Spelled.COUNT, None, empty)


def _day(name: str) -> Field:
    return Field(name, Spelled.DAY, None, None)


SYSTEM: Final[Sequence[Field]] = (
    Field("name"),
    Field("summary"),
    Field("unit", Spelled.UNIT, None, None, "unit_id"),
    _choice("visibility", Visibility),
    _choice("kind", Kind),
    Field("technique"),
    Field("modality"),
    _text("description"),
    _text("intended_use"),
    _text("users"),
    _text("affected_people"),
    _count("affected_count"),
    _text("out_of_scope"),
    _count("autonomy"),
    _choice("reversibility", Reversibility),
    _text("oversight_plan"),
    _count("volume_per_day"),
    Field("vendor_name"),
    Field("vendor_contract"),
    _text("vendor_data_access"),
    _text("vendor_exit"),
    Field("deployed_where"),
    Field("regions"),
    _text("legal_roles"),
    _day("in_service_on"),
    Field("complaints_contact"),
    _text("known_limitations"),
    Field("links", Spelled.LINKS, None, ()),
)
OBJECTIVE: Final[Sequence[Field]] = (
    *map(_text, OBJECTIVE_TEXTS),
    _number("expected_value"),
    Field("currency"),
)
BOUNDS: Final[Sequence[Field]] = (_number("low"), _number("high"), _text("because"))
METRIC: Final[Sequence[Field]] = (
    _choice("kind", MetricKind),
    Field("name"),
    Field("unit"),
    _choice("direction", Better),
    _number("baseline"),
    _day("baseline_on"),
    _number("target"),
    _day("target_on"),
    _choice("warn_bound", Bound),
    _number("warn_low"),
    _number("warn_high"),
    _choice("breach_bound", Bound),
    _number("breach_low"),
    _number("breach_high"),
    _count("minimum_sample"),
    _choice("aggregation", Aggregation),
    _choice("cadence", Cadence),
    _count("grace_days", 0),
    Field("origin"),
    Field("number_owner", Spelled.EMAIL, None, None, "number_owner_id"),
    Field("groups", Spelled.WORDS, None, ()),
    _text("why_appropriate"),
)
SOURCE: Final[Sequence[Field]] = (_text("note"),)
DEPENDENCY: Final[Sequence[Field]] = (
    Field("contract_format"),
    Field("contract_version"),
    _count("freshness_minutes"),
    _number("timeout_seconds"),
    _choice("on_failure", OnFailure),
    _text("failure_words"),
    _text("fallback"),
    Field("owner", Spelled.EMAIL, None, None, "owner_id"),
)

PARTS: Final[Mapping[str, Sequence[Field]]] = {"objective": OBJECTIVE, "override_bounds": BOUNDS}
"""What is written under one heading."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of things, each told from the others by the fields of `named_by` and stating those of `fields`.

    Of `named_by`, those in `optional` may be left out.
    """

    named_by: Sequence[Field]
    fields: Sequence[Field]
    optional: frozenset[str] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether each is a line by itself, because it states nothing beside its name."""
        return not self.fields and len(self.named_by) == 1


LISTS: Final[Mapping[str, Listed]] = {
    "tags": Listed((Field("tag"),), ()),
    "metrics": Listed((Field("slug"),), METRIC),
    "sources": Listed((Field("source"), _choice("purpose", Purpose)), SOURCE),
    "dependencies": Listed(
        (_choice("direction", Direction), Field("system"), Field("service"), Field("interface")),
        DEPENDENCY,
        frozenset({"system", "service", "interface"}),
    ),
}
HEAD: Final[Sequence[Field]] = (Field("id"), Field("key"), Field("owner", Spelled.EMAIL, None, None))
"""Which system is meant; and who answers for one that is new: a seat passes on by offer and acceptance, not by a file."""


def coded(value: Value) -> object:
    """A value as it is compared, kept and told: numbers and days as text, the same for equal numbers however written."""
    if isinstance(value, Decimal):
        return "0" if value.is_zero() else format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [list(each) if isinstance(each, tuple) else each for each in value]
    return value

"""What a profile is: how one inventory's columns become fields of a system."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, Final

from registry.interchange.rules.targets import REGISTRY_ID
from registry.interchange.rules.texts import folded
from registry.kernel.dates import DateStyle

_BY_ID: Final = (
    "A row with an id updates that system: what its cells say otherwise is written, an empty cell changes nothing. "
    "Tags are added and none is taken off. Who answers for a system changes by hand-over alone. "
    "Columns that are left out are not kept."
)


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where one field comes from: the first of these columns that states anything, read by a table of wordings if any."""

    target: str
    columns: tuple[str, ...]
    words: Mapping[str, Any] | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """A column that describes data the system uses. `parts` are headings inside the text, each with its purpose."""

    name: str
    column: str
    purpose: str
    personal_data: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitPart:
    """One step of the path to the unit: a column, or a name that holds for the whole file."""

    column: str = ""
    constant: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows that describe a system at all: the column must say one of these; else the row is refused with the reason."""

    column: str
    says: frozenset[str]
    otherwise: str
    when_blank: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of inventory: what identifies it, what makes a row the same system, and where each field comes from."""

    id: str
    title: str
    fields: tuple[FieldMap, ...]
    source: str = ""
    recognises: frozenset[str] = frozenset()
    exactly: bool = False
    filename: str = ""
    natural_key: tuple[str, ...] = ()
    unit: tuple[UnitPart, ...] = ()
    same_unit_as: str = ""
    constants: Mapping[str, Any] = field(default_factory=dict)
    data_sources: tuple[SourceMap, ...] = ()
    only_when: Condition | None = None
    dates: DateStyle = field(default_factory=DateStyle)
    notes: tuple[str, ...] = ()
    refuses: str = ""

    def columns_of(self, target: str) -> tuple[str, ...]:
        """The columns a field is read from."""
        return tuple(column for each in self.fields if each.target == target for column in each.columns)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be told of the file as a whole: the profile's notes, and what none of its columns states."""
        if self.columns_of(REGISTRY_ID):
            return (*self.notes, _BY_ID)
        missing = []
        if not self.columns_of("stage") and "stage" not in self.constants and not self.notes:
            missing.append("No column states a stage, so every system is recorded as proposed.")
        if not self.columns_of("summary") and not self.columns_of("description"):
            missing.append("No column describes the systems; their summaries say so.")
        if not self.unit:
            missing.append("No column names a unit.")
        return (*self.notes, *missing)


def recognise(columns: Sequence[str], profiles: Sequence[Profile], filename: str = "") -> Profile | None:
    """The profile these headings identify, or None: of several, the one that knows the most of them.

    Headings that any agency might use name a profile only together with a file name that tells whose they are.
    """
    present = {folded(column) for column in columns}
    known = [profile for profile in profiles if _identified(profile, present, filename)]
    return max(known, key=lambda profile: len(profile.recognises), default=None)


def _identified(profile: Profile, present: Collection[str], filename: str) -> bool:
    if not profile.recognises or not profile.recognises <= set(present):
        return False
    if profile.exactly and profile.recognises != set(present):
        return False
    words = "".join(sign if sign.isalnum() else " " for sign in PurePath(filename).stem.casefold()).split()
    return not profile.filename or profile.filename in words


def fitted(profile: Profile, columns: Sequence[str]) -> Profile:
    """The profile for one file: its columns under the names they have there, and those absent left out."""
    there = {folded(column): column for column in reversed(columns)}

    def named(wanted: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(there[folded(column)] for column in wanted if folded(column) in there))

    def one(wanted: str) -> str:
        return there.get(folded(wanted), "")

    fields = tuple(replace(each, columns=named(each.columns)) for each in profile.fields)
    sources = tuple(
        replace(each, column=one(each.column), personal_data=one(each.personal_data))
        for each in profile.data_sources
    )
    condition = profile.only_when
    return replace(
        profile,
        fields=tuple(each for each in fields if each.columns),
        natural_key=named(profile.natural_key),
        unit=tuple(
            replace(part, column=one(part.column))
            for part in profile.unit
            if part.constant or one(part.column)
        ),
        same_unit_as=one(profile.same_unit_as),
        data_sources=tuple(each for each in sources if each.column),
        only_when=replace(condition, column=one(condition.column))
        if condition and one(condition.column)
        else None,
    )

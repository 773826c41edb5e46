"""The shapes a composed card is made of: sections, groups, fields, and the kinds of value a field can hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from registry.systems.rules.record import Link

Line = TypeVar("Line")

NOT_STATED = "not stated"
NOT_MEASURED = "not measured"
NOT_THEN = "not on cards of that time"
NOTHING = "\u2013"
"""In a table's cell where nothing is to be expected."""


class Need(StrEnum):
    """When a field must be filled in (standards paper, section 1k)."""

    ALWAYS = "R"
    HIGH_RISK = "H"
    CONDITIONAL = "C"
    OPTIONAL = "O"


@dataclass(frozen=True, slots=True)
class Prose:
    """A text somebody wrote in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash in hexadecimal."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """Several short texts, one below the other."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Named web addresses."""

    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. Every row has as many cells as there are headings, and no cell is blank.

    `parts` are the titles that stand over rows which belong together, each by the number of the row it comes before.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    parts: tuple[tuple[int, str], ...] = ()


Value = str | Prose | Digest | Items | Links | Table


@dataclass(frozen=True, slots=True)
class Field:
    """One numbered field. A `value` of None prints `absent`; it never vanishes and never becomes a number.

    `asked` says whether this record must fill it in, `kept` whether this registry records it at all. A field that
    is `tabled` stands in the table of its section, where things of one kind are compared, and not in its group.
    """

    number: str
    label: str
    need: Need
    value: Value | None
    absent: str = NOT_STATED
    asked: bool = True
    kept: bool = True
    tabled: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether there is something to print."""
        return self.value is not None

    @property
    def counts(self) -> bool:
        """Whether the field counts towards how complete the card is."""
        return self.kept and self.asked


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong to one thing among several: one metric, one source. `chart` names its drawing."""

    title: str
    fields: tuple[Field, ...]
    chart: str = ""


def compared(kind: str, groups: Sequence[Group]) -> Table | None:
    """The tabled fields of several groups as one table, a row for each group; None when there are no groups."""
    if not groups:
        return None
    header = tuple(field.label for field in groups[0].fields if field.tabled)
    rows = tuple(
        (group.title, *(str(field.value or field.absent) for field in group.fields if field.tabled))
        for group in groups
    )
    return Table((kind, *header), rows)


def at_most(lines: Sequence[Line], most: int, rest: Callable[[int], Line]) -> tuple[Line, ...]:
    """The first lines, with one more that counts the rest where there are more than `most`."""
    more = len(lines) - most
    return (*lines[:most], rest(more)) if more > 0 else tuple(lines)


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered part of the card. `statement` says in words what its fields cannot."""

    number: int
    title: str
    fields: tuple[Field, ...]
    groups: tuple[Group, ...] = ()
    statement: str = ""

    def all_fields(self) -> Iterator[Field]:
        """The fields of the section and of its groups."""
        yield from self.fields
        for group in self.groups:
            yield from group.fields

    @property
    def printed(self) -> tuple[Field, ...]:
        """The fields this registry records, in their order."""
        return tuple(each for each in self.fields if each.kept)

    @property
    def not_kept(self) -> tuple[Field, ...]:
        """The fields that belong here and for which this registry has none."""
        return tuple(each for each in self.fields if not each.kept and each.absent != NOT_THEN)

    @property
    def not_then(self) -> tuple[Field, ...]:
        """The fields that cards have got since this one was frozen."""
        return tuple(each for each in self.fields if each.absent == NOT_THEN)

    @property
    def stated(self) -> int:
        """How many of the fields that count are filled in."""
        return sum(each.counts and each.is_stated for each in self.all_fields())

    @property
    def asked(self) -> int:
        """How many fields count."""
        return sum(each.counts for each in self.all_fields())


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that should be filled in and is not, and where it stands."""

    number: str
    label: str
    of: str


@dataclass(frozen=True, slots=True)
class Card:
    """The composed card: every section in its fixed order."""

    sections: tuple[Section, ...]
    sha256: str
    missing: tuple[Missing, ...] = ()

    @property
    def stated(self) -> int:
        """How many fields that count are filled in, over all sections."""
        return sum(section.stated for section in self.sections)

    @property
    def asked(self) -> int:
        """How many fields count, over all sections."""
        return sum(section.asked for section in self.sections)

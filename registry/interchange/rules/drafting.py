"""draft_of(): a row read through a profile."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from registry.interchange.rules.data_described import data_described
from registry.interchange.rules.drafts import DataDraft, Draft, Problem, Refused, cells_digest
from registry.interchange.rules.keys import natural_key
from registry.interchange.rules.labels import tags_from
from registry.interchange.rules.profiles import FieldMap, Profile
from registry.interchange.rules.targets import GATHERED, TAG_LIMIT, TARGETS, Reader, limit_of_target
from registry.interchange.rules.texts import folded, one_line, prose, summarised, tidy
from registry.interchange.rules.values import (
    Reading,
    is_withheld,
    read_count,
    read_email,
    read_line,
    read_links,
    read_list_line,
    read_prose,
    read_tags,
    read_word,
    says_not_applicable,
    says_nothing,
)
from registry.kernel.dates import read_date
from registry.kernel.text import shortened
from registry.people.rules import NAME_LIMIT as UNIT_LIMIT
from registry.systems.rules.record import MAX_LINKS, SUMMARY_LIMIT, Kind, Stage

NOT_DESCRIBED: Final = "The source gives no description."
_SHOWN: Final = 80


class Flaw(Protocol):
    """Something the reader of the file found wrong with a row."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def refuses(self) -> bool: ...


class SourceRow(Protocol):
    """A row as the reader of the file hands it over."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> dict[str, str]: ...
    @property
    def problems(self) -> Sequence[Flaw]: ...


@dataclass(slots=True)
class _Work:
    """A row while it is read: what it gave, which columns are carried word for word, what has to be told."""

    profile: Profile
    row: SourceRow
    values: dict[str, Any] = field(default_factory=dict)
    carried: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def cell(self, column: str) -> str:
        return self.row.cells.get(column, "")

    def tell(self, column: str, message: str) -> None:
        self.problems.append(Problem(self.row.number, column, shortened(self.cell(column), _SHOWN), message))

    def take(self, column: str, reading: Reading) -> Any:
        if reading.problem:
            self.tell(column, reading.problem)
        if reading.whole:
            self.carried.add(column)
        return reading.value


def draft_of(profile: Profile, row: SourceRow) -> Draft | Refused:
    """The draft of a system, or why the row cannot be one. The profile must be `fitted` to the file's columns.

    A row is refused when the reader of the file refused it, when the profile says it describes no system, and when
    it has no name. Everything else that cannot be read is told and the row goes on.
    """
    work = _Work(profile, row)
    work.problems += [Problem(flaw.row, flaw.column, flaw.value, flaw.message) for flaw in row.problems]
    if reason := _flawed(row) or _not_a_system(work) or _nameless(work):
        return Refused(row.number, reason, cells_digest(row.cells), tuple(work.problems))
    for target in dict.fromkeys(each.target for each in profile.fields):
        _fill(work, target)
    _summarise(work)
    _settle_words(work)
    _settle_tags(work)
    unit = _unit(work)
    sources = _data_sources(work)
    key_cells = [work.cell(column) for column in profile.natural_key]
    identity = key_cells if any(cell.strip() for cell in key_cells) else [*unit, work.values["name"]]
    facts = tuple(
        (column, cell) for column, cell in row.cells.items() if cell.strip() and column not in work.carried
    )
    return Draft(
        row=row.number,
        profile=profile.id,
        key=natural_key(profile.id, identity),
        unit=unit,
        data_sources=sources,
        source_facts=facts,
        problems=tuple(work.problems),
        **{**profile.constants, **work.values},
    )


# Refusals


def _flawed(row: SourceRow) -> str:
    return next((flaw.message for flaw in row.problems if flaw.refuses), "")


def _not_a_system(work: _Work) -> str:
    condition = work.profile.only_when
    if condition is None or folded(work.cell(condition.column)) in condition.says:
        return ""
    reason = condition.when_blank if says_nothing(work.cell(condition.column)) else condition.otherwise
    work.tell(condition.column, reason)
    return reason


def _nameless(work: _Work) -> str:
    columns = work.profile.columns_of("name")
    column = next(
        (each for each in columns if not says_nothing(work.cell(each))), columns[0] if columns else ""
    )
    reason = _objection_to_name(work.cell(column))
    if reason:
        work.tell(column, reason)
    return reason


def _objection_to_name(name: str) -> str:
    if is_withheld(name):
        return "The publisher withheld this row: it has no name under which a system could be registered."
    if says_nothing(name):
        return "The row has no name. Give every system a name in the column that is mapped to it."
    if re.fullmatch(r"[\s\d.,#-]+", name):
        return (
            "The name is only a number. If the headings stand one column aside, "
            "say in a map file which column holds the name."
        )
    return ""


# Fields


def _fill(work: _Work, target: str) -> None:
    maps = [each for each in work.profile.fields if each.target == target]
    stating = [
        (each, column) for each in maps for column in each.columns if not says_nothing(work.cell(column))
    ]
    if target in GATHERED:
        found = [item for each, column in stating for item in work.take(column, _read(work, each, column))]
        work.values[target] = tuple(dict.fromkeys(found))[:MAX_LINKS]
    elif stating:
        each, column = stating[0]
        value = work.take(column, _read(work, each, column))
        if value is not None:
            work.values[target] = value


def _read(work: _Work, each: FieldMap, column: str) -> Reading:
    reader = TARGETS[each.target]
    text = work.cell(column)
    if reader is Reader.WORD:
        falls_to = Stage.PROPOSED if each.target == "stage" else None
        return read_word(text, each.words or {}, falls_to, each.target)
    if reader is Reader.DATE:
        return _read_date(work, text)
    if reader is Reader.LINKS:
        return read_links(text, each.label or column)
    if reader is Reader.TAGS:
        return read_tags(text, each.words, TAG_LIMIT)
    if each.target == "summary":
        # Read as it stands: how much of it fits is settled together with the description.
        return Reading(tidy(text), whole=tidy(text) == text.strip())
    return _PLAIN_READERS[reader](text, limit_of_target(each.target))


def _read_date(work: _Work, text: str) -> Reading:
    if says_not_applicable(text):
        return Reading(None, whole=False)
    found = read_date(text, work.profile.dates)
    if isinstance(found, str):
        return Reading(None, whole=False, problem=found)
    return Reading(found, whole=found.said == text.strip())


_PLAIN_READERS: Final[Mapping[Reader, Callable[[str, int], Reading]]] = {
    Reader.LINE: read_line,
    Reader.LIST_LINE: read_list_line,
    Reader.PROSE: read_prose,
    Reader.COUNT: lambda text, _limit: read_count(text),
    Reader.EMAIL: lambda text, _limit: read_email(text),
}


def _summarise(work: _Work) -> None:
    """A summary of whole sentences; a text it cannot hold, or that has paragraphs, also goes into the description."""
    text = work.values.pop("summary", "")
    summary = summarised(text, SUMMARY_LIMIT)
    if len(one_line(text)) > SUMMARY_LIMIT or "\n\n" in text:
        _describe(work, text)
    elif summary != text:
        work.carried -= set(work.profile.columns_of("summary"))
    if not summary:
        summary = summarised(_plain_description(work), SUMMARY_LIMIT)
    if not summary and (columns := work.profile.columns_of("summary")):
        work.tell(columns[0], "No description is given, which is what the summary then says.")
    work.values["summary"] = summary or NOT_DESCRIBED


def _describe(work: _Work, text: str) -> None:
    """Put the text above what the description says already; what does not fit stays among the source facts."""
    marked, complete = prose(text, limit_of_target("description"))
    said = work.values.get("description", "")
    both = f"{marked}\n\n{said}" if said and said != marked else marked
    fits = len(both) <= limit_of_target("description")
    work.values["description"] = both if fits else marked
    if not (complete and fits):
        work.carried -= {*work.profile.columns_of("summary"), *work.profile.columns_of("description")}


def _plain_description(work: _Work) -> str:
    return next(
        (tidy(cell) for column in work.profile.columns_of("description") if (cell := work.cell(column))), ""
    )


def _settle_words(work: _Work) -> None:
    columns = work.profile.columns_of("stage")
    if "stage" not in work.values and columns and "stage" not in work.profile.constants:
        work.tell(columns[0], "No stage is given, so it is recorded as proposed.")
    for target, words in (("stage", Stage), ("kind", Kind)):
        if target in work.values:
            work.values[target] = words(work.values[target])


def _settle_tags(work: _Work) -> None:
    given = work.values.get("tags", ())
    kept, remark = tags_from(given)
    if kept == given:
        return
    work.values["tags"] = kept
    columns = [each for each in work.profile.columns_of("tags") if work.cell(each)]
    work.carried -= set(columns)
    if remark:
        work.tell(columns[0] if columns else "", remark)


def _unit(work: _Work) -> tuple[str, ...]:
    """The path from the top unit down; a step that repeats the one above it, or is not stated, is left out."""
    same = folded(work.cell(work.profile.same_unit_as)) if work.profile.same_unit_as else None
    path: list[str] = []
    for part in work.profile.unit:
        name = part.constant or one_line(tidy(work.cell(part.column)))
        if says_nothing(name):
            continue
        if name == work.cell(part.column).strip() and len(name) <= UNIT_LIMIT:
            work.carried.add(part.column)
        if folded(name) != same and (not path or folded(name) != folded(path[-1])):
            path.append(shortened(name, UNIT_LIMIT))
    if not path and work.profile.unit:
        work.tell(next((part.column for part in work.profile.unit), ""), "No unit is named.")
    return tuple(path)


def _data_sources(work: _Work) -> tuple[DataDraft, ...]:
    found: list[DataDraft] = []
    for source in work.profile.data_sources:
        drafts, whole = data_described(
            source, work.cell(source.column), work.cell(source.personal_data), work.values["name"]
        )
        found += drafts
        if whole:
            work.carried.add(source.column)
    return tuple(found)

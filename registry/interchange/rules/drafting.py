"""draft_of(): a row read through a profile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from registry.interchange.rules.data_described import data_described
from registry.interchange.rules.drafts import DataDraft, Draft, Problem, Refused, cells_digest
from registry.interchange.rules.keys import natural_key
from registry.interchange.rules.labels import tags_from
from registry.interchange.rules.profiles import FieldMap, Profile
from registry.interchange.rules.refusals import refusal
from registry.interchange.rules.targets import (
    GATHERED,
    REGISTRY_ID,
    TAG_LIMIT,
    TARGETS,
    Reader,
    limit_of_target,
)
from registry.interchange.rules.texts import folded, one_line, prose, summarised, tidy
from registry.interchange.rules.values import (
    Reading,
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
from registry.interchange.rules.working import SourceRow, Work
from registry.kernel.dates import Precision, read_date
from registry.kernel.text import shortened
from registry.people.rules import NAME_LIMIT as UNIT_LIMIT
from registry.people.rules.unit_paths import path_of, problem_with_path
from registry.systems.rules.record import MAX_LINKS, SUMMARY_LIMIT, Kind, Stage

NOT_DESCRIBED: Final = "The source gives no description."


def draft_of(profile: Profile, row: SourceRow) -> Draft | Refused:
    """The draft of a system, or why the row cannot be one. The profile must be `fitted` to the file's columns.

    A row is refused when the reader of the file refused it, when the profile says it describes no system, and when
    it has no name. Everything else that cannot be read is told and the row goes on.
    """
    work = Work(profile, row)
    work.problems += [Problem(flaw.row, flaw.column, flaw.value, flaw.message) for flaw in row.problems]
    if reason := refusal(work):
        return Refused(row.number, reason, cells_digest(row.cells), tuple(work.problems))
    for target in dict.fromkeys(each.target for each in profile.fields if each.target != REGISTRY_ID):
        _fill(work, target)
    _summarise(work)
    _settle_words(work)
    _settle_tags(work)
    _tell_of_what_has_no_field(work)
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
        key=work.key or natural_key(profile.id, identity),
        unit=unit,
        data_sources=sources,
        source_facts=facts,
        problems=tuple(work.problems),
        assumed=frozenset(work.assumed),
        **{**profile.constants, **work.values},
    )


# Fields


def _fill(work: Work, target: str) -> None:
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


def _read(work: Work, each: FieldMap, column: str) -> Reading:
    reader = TARGETS[each.target]
    text = work.cell(column)
    if reader is Reader.WORD:
        falls_to = Stage.PROPOSED if each.target == "stage" and not work.key else None
        found = read_word(text, each.words or {}, falls_to, each.target)
        stays = f"This {each.target} is not known here, so it stays as it is."
        return replace(found, problem=stays) if found.problem and work.key else found
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


def _read_date(work: Work, text: str) -> Reading:
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


def _summarise(work: Work) -> None:
    """A summary of whole sentences; a text it cannot hold, or that has paragraphs, also goes into the description."""
    text = work.values.pop("summary", "")
    summary = summarised(text, SUMMARY_LIMIT)
    if work.key:
        # Of a system that is here, each field is what its own column says.
        work.values["summary"] = summary
        if len(one_line(text)) > SUMMARY_LIMIT:
            work.tell(work.profile.columns_of("summary")[0], f"Shortened to {SUMMARY_LIMIT} characters.")
        return
    if len(one_line(text)) > SUMMARY_LIMIT or "\n\n" in text:
        _describe(work, text)
    elif summary != text:
        work.carried -= set(work.profile.columns_of("summary"))
    if not summary:
        summary = summarised(_plain_description(work), SUMMARY_LIMIT)
    if not summary and (columns := work.profile.columns_of("summary")):
        work.tell(columns[0], "No description is given, which is what the summary then says.")
    work.values["summary"] = summary or NOT_DESCRIBED


def _describe(work: Work, text: str) -> None:
    """Put the text above what the description says already; what does not fit stays among the source facts."""
    marked, complete = prose(text, limit_of_target("description"))
    said = work.values.get("description", "")
    both = f"{marked}\n\n{said}" if said and said != marked else marked
    fits = len(both) <= limit_of_target("description")
    work.values["description"] = both if fits else marked
    if not (complete and fits):
        work.carried -= {*work.profile.columns_of("summary"), *work.profile.columns_of("description")}


def _plain_description(work: Work) -> str:
    return next(
        (tidy(cell) for column in work.profile.columns_of("description") if (cell := work.cell(column))), ""
    )


def _settle_words(work: Work) -> None:
    columns = work.profile.columns_of("stage")
    if work.key and "stage" not in {*work.values, *work.profile.constants}:
        work.assumed.add("stage")
    elif "stage" not in work.values and columns and "stage" not in work.profile.constants:
        work.tell(columns[0], "No stage is given, so it is recorded as proposed.")
    for target, words in (("stage", Stage), ("kind", Kind)):
        if target in work.values:
            work.values[target] = words(work.values[target])


def _settle_tags(work: Work) -> None:
    given = work.values.get("tags", ())
    kept, remark = tags_from(given)
    if kept == given:
        return
    work.values["tags"] = kept
    columns = [each for each in work.profile.columns_of("tags") if work.cell(each)]
    work.carried -= set(columns)
    if remark:
        work.tell(columns[0] if columns else "", remark)


def _tell_of_what_has_no_field(work: Work) -> None:
    """A new system's description takes such things in; that of a system that is here is not written over for them."""
    since = work.values.get("in_service_on")
    partly = since is not None and since.precision is not Precision.DAY
    for target in ("objective_outputs", "retired_on", *(["in_service_on"] if partly else [])):
        if work.key and work.values.get(target):
            work.tell(work.profile.columns_of(target)[0], "The record has no field for this; it is left out.")


def _unit(work: Work) -> tuple[str, ...]:
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
            path.append(_as_long_as_a_unit(name))
    if not path and work.profile.unit and not work.key:
        work.tell(next((part.column for part in work.profile.unit), ""), "No unit is named.")
    return tuple(path)


def _as_long_as_a_unit(name: str) -> str:
    """The name, or a path of several, each as long as a unit's name may be."""
    steps = path_of(name)
    fits = len(steps) > 1 and not problem_with_path(steps)
    return name if fits else shortened(name, UNIT_LIMIT)


def _data_sources(work: Work) -> tuple[DataDraft, ...]:
    found: list[DataDraft] = []
    for source in work.profile.data_sources:
        drafts, whole = data_described(
            source, work.cell(source.column), work.cell(source.personal_data), work.values["name"]
        )
        found += drafts
        if whole:
            work.carried.add(source.column)
    return tuple(found)

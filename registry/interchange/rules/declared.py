"""profile_of(): a profile or a map file, as written, checked and turned into a Profile."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry.interchange.rules.profiles import Condition, FieldMap, Profile, SourceMap, UnitPart
from registry.interchange.rules.statements import MapProblem, Statement, nearest
from registry.interchange.rules.targets import ALIASES, GATHERED, PURPOSES, REGISTRY_ID, TARGETS, Reader
from registry.interchange.rules.texts import folded
from registry.kernel.dates import DateStyle, Order
from registry.kernel.text import listed
from registry.systems.rules.record import Kind, Stage

_ABOUT: Final = frozenset(
    {"id", "title", "source", "recognises", "exactly", "filename", "natural_key", "unit", "same_unit_as"}
    | {"constants", "data_sources", "only_when", "dates", "month_year", "notes", "refuses", "fields"}
)
_OWN_ID: Final = "mapped"
_MOST_COLUMNS_IN_KEY: Final = 6
_COLUMNS_SHOWN: Final = 30


def profile_of(
    document: Any, wordings: Mapping[str, Mapping[str, Any]], columns: Sequence[str] | None = None
) -> tuple[Profile | None, list[MapProblem]]:
    """The profile a document declares, or every reason why it declares none.

    Fields stand at the top level or under `fields`: a column, a list of columns of which the first that states
    anything counts, or `{column, words, label}`. `wordings` are the tables that stage, kind and autonomy are read by
    unless the document brings its own, which are tried first. With `columns`, every column named must be among them.
    """
    if not isinstance(document, Mapping):
        return None, [MapProblem("", "A map file is a list of entries such as “name: Title of the system”.")]
    statement = Statement({str(key): value for key, value in document.items()}, wordings, columns)
    profile = _profile(statement)
    return (None, statement.problems) if statement.problems else (profile, [])


def _profile(statement: Statement) -> Profile:
    document = statement.document
    fields = _fields(statement)
    refuses = statement.text("refuses")
    if not refuses and not any(each.target in ("name", REGISTRY_ID) for each in fields):
        there = (
            f" The file has: {', '.join(statement.columns[:_COLUMNS_SHOWN])}." if statement.columns else ""
        )
        statement.tell("name", f"Say which column holds the name: “name: …”.{there}")
    return Profile(
        id=_id(statement),
        title=statement.text("title") or "Own map file",
        source=statement.text("source"),
        recognises=frozenset(folded(heading) for heading in statement.texts("recognises")),
        exactly=statement.text("exactly") == "true",
        filename=statement.text("filename").casefold(),
        fields=fields,
        natural_key=_natural_key(statement),
        unit=_unit(statement),
        same_unit_as=statement.column("same_unit_as", document.get("same_unit_as")),
        constants=_constants(statement),
        data_sources=_data_sources(statement),
        only_when=_condition(statement, document.get("only_when")),
        dates=_dates(statement),
        notes=statement.texts("notes"),
        refuses=refuses,
    )


# Fields


def _fields(statement: Statement) -> tuple[FieldMap, ...]:
    given = [(name, value) for name, value in statement.document.items() if name not in _ABOUT]
    nested = statement.document.get("fields", {})
    if not isinstance(nested, Mapping):
        statement.tell("fields", "Write the fields as “field: column”, one per line.")
        nested = {}
    found: list[FieldMap] = []
    for name, value in [*given, *((str(key), value) for key, value in nested.items())]:
        target = ALIASES.get(name, name)
        if target not in TARGETS:
            statement.tell(name, f"There is no field “{name}”.{nearest(name, [*TARGETS, *_ABOUT])}")
        elif target in GATHERED and isinstance(value, list):
            found += [_map(statement, target, item) for item in value]
        else:
            found.append(_map(statement, target, value))
    return tuple(found)


def _map(statement: Statement, target: str, value: Any) -> FieldMap:
    words, label, named = None, "", value
    if isinstance(value, Mapping):
        named = value.get("column")
        words = statement.words(target, value.get("words"))
        label = str(value.get("label") or "")
        for key in value.keys() - {"column", "words", "label"}:
            statement.tell(target, f"“{key}” means nothing here; use column, words and label.")
    columns = [statement.column(target, each) for each in (named if isinstance(named, list) else [named])]
    if not named:
        statement.tell(target, "Name the column this field is read from.")
    if words is None and TARGETS[target] is Reader.WORD:
        words = statement.wordings.get(target, {})
    return FieldMap(target, tuple(column for column in columns if column), words, label)


# What else a document says


def _id(statement: Statement) -> str:
    given = str(statement.document.get("id") or _OWN_ID)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", given):
        statement.tell("id", "Use up to 40 small letters, digits, hyphens and underscores.")
    return given


def _natural_key(statement: Statement) -> tuple[str, ...]:
    items = statement.items("natural_key")
    if len(items) > _MOST_COLUMNS_IN_KEY:
        statement.tell("natural_key", f"At most {_MOST_COLUMNS_IN_KEY} columns make up a key.")
    return tuple(column for item in items if (column := statement.column("natural_key", item)))


def _unit(statement: Statement) -> tuple[UnitPart, ...]:
    parts: list[UnitPart] = []
    for item in statement.items("unit"):
        if isinstance(item, str) and item.startswith("="):
            parts.append(UnitPart(constant=item[1:].strip()))
        elif column := statement.column("unit", item):
            parts.append(UnitPart(column=column))
    return tuple(parts)


def _constants(statement: Statement) -> dict[str, Any]:
    given = statement.document.get("constants", {})
    if not isinstance(given, Mapping):
        statement.tell("constants", "Write constants as “field: value”, one per line.")
        return {}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in TARGETS or TARGETS[name] not in (Reader.LINE, Reader.LIST_LINE, Reader.WORD):
            statement.tell("constants", f"“{name}” is no field that can hold for a whole file.")
        elif isinstance(value, Mapping | list):
            statement.tell("constants", f"Give “{name}” one value.")
        else:
            found[name] = statement.meant(name, value)
    return {} if statement.problems else {name: _as_stored(name, value) for name, value in found.items()}


def _as_stored(name: str, value: Any) -> Any:
    if name == "stage":
        return Stage(value)
    return Kind(value) if name == "kind" else value


def _data_sources(statement: Statement) -> tuple[SourceMap, ...]:
    found: list[SourceMap] = []
    for item in statement.items("data_sources"):
        if not isinstance(item, Mapping):
            statement.tell("data_sources", "Describe each as name, column and purpose.")
            continue
        given = item.get("parts")
        parts = {str(label): str(each) for label, each in given.items()} if isinstance(given, Mapping) else {}
        purpose = str(item.get("purpose") or "operational_input")
        for each in [purpose, *parts.values()]:
            if each not in PURPOSES:
                statement.tell(
                    "data_sources", f"“{each}” is no purpose; use {listed(sorted(PURPOSES), 'or')}."
                )
        if not item.get("column"):
            statement.tell("data_sources", "Name the column that describes the data.")
        column = statement.column("data_sources", item.get("column"))
        personal = statement.column("data_sources", item.get("personal_data"))
        found.append(SourceMap(str(item.get("name") or "Data"), column, purpose, personal, parts))
    return tuple(found)


def _condition(statement: Statement, given: Any) -> Condition | None:
    if given is None:
        return None
    says = given.get("says") if isinstance(given, Mapping) else None
    if not says:
        statement.tell("only_when", "Write column, says and otherwise.")
        return None
    otherwise = str(given.get("otherwise") or "The map file takes no system from this row.")
    accepted = frozenset(folded(str(item)) for item in (says if isinstance(says, list) else [says]))
    column = statement.column("only_when", given.get("column"))
    return Condition(column, accepted, otherwise, str(given.get("when_blank") or otherwise))


def _dates(statement: Statement) -> DateStyle:
    order = statement.text("dates")
    if order not in {each.value for each in Order}:
        statement.tell("dates", "Say “month_first” for 7/1/2023 meaning July, “day_first” for 1 July.")
        return DateStyle()
    return DateStyle(Order(order), year_first=statement.text("month_year") == "year_first")

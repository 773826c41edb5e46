"""What one document declares of one system: every field read as it is spelled, or named with what is wrong with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from registry.declarations.rules.fields import (
    HEAD,
    ID_LIMIT,
    LISTS,
    PARTS,
    SYSTEM,
    Field,
    Listed,
    Spelled,
    Value,
)
from registry.declarations.rules.reading import Node, at
from registry.kernel.errors import Problem
from registry.kernel.text import SYSTEM_PREFIX, clean, number_of, public_key
from registry.people.rules.directory import same_email

FORM: Final = "1"
MOST_ITEMS: Final = 500
_ID: Final = re.compile(rf"[a-z][a-z0-9-]{{0,{ID_LIMIT - 1}}}", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,15}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,16}(\.\d{1,12})?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Item = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Declared:
    """What a document states, and nothing it does not: fields by path ("objective.problem"), and things by list.

    `lines` holds where each stands, by the path that objections to it are given.
    """

    path: str
    id: str
    key: str = ""
    owner: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    items: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def problem(self, name: str, says: str) -> Problem:
        """An objection to one of its fields, with the place of that field or of what it stands in."""
        whole = name
        while name and name not in self.lines:
            name = name.rpartition(".")[0]
        return at(self.path, self.lines.get(name, 1), whole, says)


_MOST_PROBLEMS: Final = 100


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}

    def refuse(self, node: Node, name: str, says: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(at(self.path, node.line, name, says))

    def mapping(self, node: Node, name: str, known: Sequence[str]) -> dict[str, Node]:
        """What stands in a mapping; what has no business there is objected to."""
        if not isinstance(node.value, dict):
            self.refuse(node, name, "Here stands a mapping: names with values, one below the other.")
            return {}
        for each, child in node.value.items():
            if each not in known:
                near = get_close_matches(each[:80], known, 1) if len(self.problems) < _MOST_PROBLEMS else []
                meant = f" Did you mean {near[0]}?" if near else ""
                self.refuse(child, _joined(name, each[:80]), f"No field has this name.{meant}")
        return {each: child for each, child in node.value.items() if each in known}

    def fields(
        self, found: Mapping[str, Node], name: str, fields: Sequence[Field]
    ) -> Iterator[tuple[str, Value]]:
        """The fields that are stated, each with what it says."""
        for each in fields:
            if each.name in found:
                path = _joined(name, each.name)
                self.lines[path] = found[each.name].line
                yield each.name, self.value(found[each.name], path, each)

    def value(self, node: Node, name: str, what: Field) -> Value:
        if node.value is None:
            return what.empty
        if what.spelled in (Spelled.WORDS, Spelled.LINKS):
            return self._several(node, name, what)
        if not isinstance(node.value, str):
            self.refuse(node, name, "Here stands one value, not several.")
            return what.empty
        try:
            return _spelled(clean(node.value), what)
        except ValueError as reason:
            self.refuse(node, name, str(reason))
            return what.empty

    def _several(self, node: Node, name: str, what: Field) -> Value:
        if not isinstance(node.value, list):
            self.refuse(node, name, "Here stands a list, each of it behind a hyphen.")
            return ()
        if what.spelled is Spelled.WORDS:
            line = Field(what.name)
            return tuple(
                str(self.value(each, f"{name}.{place}", line)) for place, each in enumerate(node.value)
            )
        return tuple(self._link(each, f"{name}.{place}") for place, each in enumerate(node.value))

    def _link(self, node: Node, name: str) -> tuple[str, str]:
        parts = self.mapping(node, name, ("label", "url"))
        told = dict(self.fields(parts, name, (Field("label"), Field("url"))))
        return str(told.get("label", "")), str(told.get("url", ""))

    def listed(self, node: Node, name: str, what: Listed) -> list[Item]:
        self.lines[name] = node.line
        if node.value is None:
            return []
        if not isinstance(node.value, list) or len(node.value) > MOST_ITEMS:
            self.refuse(node, name, f"Here stands a list of at most {MOST_ITEMS}, each behind a hyphen.")
            return []
        return [self._item(each, f"{name}.{place}", what) for place, each in enumerate(node.value)]

    def _item(self, node: Node, name: str, what: Listed) -> Item:
        if what.is_plain:
            return self._line(node, name, what.named_by[0])
        every = (*what.named_by, *what.fields)
        self.lines[name] = node.line
        parts = self.mapping(node, name, [each.name for each in every])
        told = dict(self.fields(parts, name, every))
        for each in what.named_by:
            if each.name not in what.optional and not told.get(each.name):
                self.refuse(
                    node, _joined(name, each.name), "This is what it is told from the others by. Give it."
                )
        return told

    def _line(self, node: Node, name: str, what: Field) -> Item:
        self.lines[name] = node.line
        told = self.value(node, name, what)
        if not told and node.value in (None, ""):
            self.refuse(node, name, "Here stands a line of text.")
        return {what.name: told}


def declared(node: Node, path: str) -> tuple[Declared, list[Problem]]:
    """What a document declares, and every objection to how it is written. `path` names its file."""
    reader = _Reader(path)
    heads, plain = [each.name for each in HEAD], [each.name for each in SYSTEM]
    found = reader.mapping(node, "", ["registry", *heads, *plain, *PARTS, *LISTS])
    form = found.get("registry")
    if form is None or form.value != FORM:
        reader.refuse(
            form or node, "registry", f"Begin with “registry: {FORM}”: the form this file is written in."
        )
    head = dict(reader.fields(found, "", HEAD))
    values = dict(reader.fields(found, "", SYSTEM))
    for part, fields in PARTS.items():
        if part in found and found[part].value is not None:
            inner = reader.mapping(found[part], part, [each.name for each in fields])
            values |= {f"{part}.{name}": value for name, value in reader.fields(inner, part, fields)}
    items = {name: reader.listed(found[name], name, what) for name, what in LISTS.items() if name in found}
    number = number_of(SYSTEM_PREFIX, str(head.get("key") or ""))
    if head.get("key") and number is None:
        reader.refuse(found["key"], "key", "Give the id of a system, such as AI-0042, or leave it out.")
    told = str(head.get("id") or "")
    if not _ID.fullmatch(told):
        says = f"Choose a name for it: a small letter, then small letters, digits and hyphens, {ID_LIMIT} at most."
        reader.refuse(found.get("id", node), "id", says)
    owner = str(head["owner"]) if head.get("owner") else None
    key = public_key(SYSTEM_PREFIX, number) if number else ""
    return Declared(path, told, key, owner, values, items, reader.lines), reader.problems


def _spelled(text: str, what: Field) -> Value:
    """A text as its field is spelled. Raises ValueError with what is wrong."""
    if text == "" and what.spelled not in (Spelled.LINE, Spelled.TEXT):
        return what.empty
    match what.spelled:
        case Spelled.CHOICE:
            if text not in what.choices:
                raise ValueError(f"Give one of {', '.join(what.choices)}.")
        case Spelled.COUNT:
            if not _COUNT.fullmatch(text):
                raise ValueError("Give a whole number, zero or more.")
            return int(text)
        case Spelled.NUMBER:
            if not _NUMBER.fullmatch(text):
                raise ValueError("Give a number with a point and no more than 12 decimals, such as 0.92.")
            return Decimal(text)
        case Spelled.DAY:
            return _day(text)
        case Spelled.EMAIL:
            return same_email(text)
        case _:
            pass
    return text


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("Give a day, such as 2026-11-03.")


def _joined(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part

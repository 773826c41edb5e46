"""A pack from its YAML text, read against the types of the dataclasses it is made of, with every objection by its line."""

import dataclasses
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from registry.packs.rules.checks import Objection
from registry.packs.rules.shapes import Pack

MOST_CHARACTERS = 1_000_000
MOST_OBJECTIONS = 100
_MOST_TEXT = 4_000
_DEEPEST = 20
# The parser in C is thirty times as fast; it comes with most builds of the library, not with all.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotAPack(ValueError):
    """A text that is no rule pack, with everything that is wrong with its shape."""

    def __init__(self, objections: list[Objection]) -> None:
        super().__init__("this is not a rule pack: " + "; ".join(str(each) for each in objections[:5]))
        self.objections = objections


def read(text: str) -> Pack:
    """A pack from its YAML text. Raises NotAPack with every unknown, missing, doubled or empty entry and its line.

    References within the file (YAML anchors) are refused: a few lines of them can unfold into gigabytes.
    """
    return read_with_lines(text)[0]


def read_with_lines(text: str) -> tuple[Pack, dict[str, int]]:
    """The same, and the line of each entry by its path, so that objections to what it says can name it too."""
    reading = _Reading()
    try:
        pack = reading.value(_root(text), Pack, "")
    except yaml.YAMLError as error:
        raise NotAPack([_of_yaml(error)]) from None
    if reading.objections or not isinstance(pack, Pack):
        raise NotAPack(reading.objections)
    return pack, reading.lines


def _root(text: str) -> yaml.Node:
    if len(text) > MOST_CHARACTERS:
        raise NotAPack([Objection("", f"it is longer than {MOST_CHARACTERS:,} characters; split it")])
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise NotAPack([Objection("YAML", f"write out what *{event.anchor} stands for", line)])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise NotAPack([Objection("YAML", f"its entries lie more than {_DEEPEST} deep", line)])
    root = yaml.compose(text, Loader=_LOADER)
    if root is None:
        raise NotAPack([Objection("", "it is empty")])
    return root


def _of_yaml(error: yaml.YAMLError) -> Objection:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read as YAML"
    return Objection("YAML", str(said), mark.line + 1 if mark else None)


@cache
def _fields(shape: Any) -> Mapping[str, tuple[Any, bool]]:
    hints = get_type_hints(shape)
    return {
        each.name: (
            hints[each.name],
            each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING,
        )
        for each in dataclasses.fields(shape)
    }


class _Reading:
    """One walk over the nodes of a text. What cannot be read becomes an objection and a None in its place."""

    def __init__(self) -> None:
        self.objections: list[Objection] = []
        self.lines: dict[str, int] = {}

    def value(self, node: yaml.Node, wanted: Any, path: str) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if get_origin(wanted) is UnionType:
            [wanted] = [each for each in get_args(wanted) if each is not NoneType]
        if dataclasses.is_dataclass(wanted):
            return self._record(node, wanted, path)
        if get_origin(wanted) is tuple:
            return self._list(node, get_args(wanted)[0], path)
        if get_origin(wanted) is Mapping:
            return self._mapping(node, get_args(wanted)[1], path)
        return self._scalar(node, wanted, path)

    def _object(self, node: yaml.Node, path: str, says: str) -> None:
        if len(self.objections) < MOST_OBJECTIONS:
            self.objections.append(Objection(path, says, node.start_mark.line + 1))

    def _entries(self, node: yaml.Node, path: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._object(node, path, "entries with names are wanted here, such as  id: ...")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._object(key, path, "a name is wanted here, not a list")
            elif key.value in found:
                self._object(key, _below(path, key.value), "stands twice; keep one")
            else:
                found[key.value] = value
        return found

    def _record(self, node: yaml.Node, shape: Any, path: str) -> Any:
        found, fields = self._entries(node, path), _fields(shape)
        if not isinstance(node, yaml.MappingNode):
            return None
        for name in found.keys() - fields.keys():
            self._object(found[name], _below(path, name), f"is not known here; known are {', '.join(fields)}")
        for name, (_, needed) in fields.items():
            if needed and name not in found:
                self._object(node, _below(path, name), "is missing; add it")
        read = {
            name: self.value(value, fields[name][0], _below(path, name))
            for name, value in found.items()
            if name in fields
        }
        whole = not any(needed and read.get(name) is None for name, (_, needed) in fields.items())
        return shape(**read) if whole and not self.objections else None

    def _list(self, node: yaml.Node, wanted: Any, path: str) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return self._object(node, path, "a list is wanted here")
        return tuple(self.value(each, wanted, f"{path}[{at}]") for at, each in enumerate(node.value))

    def _mapping(self, node: yaml.Node, wanted: Any, path: str) -> Any:
        found = self._entries(node, path)
        return {name: self.value(value, wanted, _below(path, name)) for name, value in found.items()}

    def _scalar(self, node: yaml.Node, wanted: Any, path: str) -> Any:
        kind = node.tag.rsplit(":", 1)[-1] if isinstance(node, yaml.ScalarNode) else ""
        if wanted is str:
            return self._text(node, kind, path)
        if wanted is date:
            return self._day(node, path)
        if wanted is bool and kind == "bool":
            return node.value.lower() in ("true", "yes", "on")
        if (wanted, kind) in _NUMBERS and _NUMBERS[wanted, kind].fullmatch(node.value):
            return wanted(node.value)
        return self._object(node, path, f"{_WORDS[wanted]} is wanted here")

    def _text(self, node: yaml.Node, kind: str, path: str) -> Any:
        text = str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
        if kind in ("int", "float", "bool", "timestamp"):
            says = f"is not read as text; write it in quotes: '{text}'"
        elif kind not in ("str", "null"):
            says = "a text is wanted here"
        elif not text or kind == "null":
            says = "is empty; say something or leave the entry out"
        elif len(text) > _MOST_TEXT:
            says = f"has {len(text):,} characters; at most {_MOST_TEXT:,} are kept"
        elif any(ord(each) < 32 and each not in "\n\t" for each in text):
            says = "holds a control character; take it out"
        else:
            return text
        return self._object(node, path, says)

    def _day(self, node: yaml.Node, path: str) -> Any:
        try:
            if isinstance(node.value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.value):
                return date.fromisoformat(node.value)
        except ValueError:
            pass
        return self._object(node, path, "a day is wanted here, written 2026-11-26")


_WHOLE, _BROKEN = re.compile(r"-?[0-9]{1,9}"), re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}")
_NUMBERS: dict[tuple[Any, str], re.Pattern[str]] = {
    (int, "int"): _WHOLE,
    (float, "int"): _WHOLE,
    (float, "float"): _BROKEN,
}
_WORDS = {int: "a whole number", float: "a number", bool: "true or false"}


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

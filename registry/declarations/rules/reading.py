"""A text to its YAML documents, each value with its line: nothing constructed, nothing repeated, nothing ambiguous

Built from events rather than from nodes: the composer recurses, and a hundred thousand opening brackets end the process.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from registry.kernel.errors import Problem, RuleBroken

MOST_DOCUMENTS: Final = 500
MOST_CHARACTERS: Final = 4_000_000
_DEEPEST: Final = 8
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line it begins on, from one: a text, None for nothing, a list of nodes, or nodes by name."""

    value: "str | list[Node] | dict[str, Node] | None"
    line: int


@dataclass(slots=True)
class _Open:
    node: Node
    name: str | None = None
    names: dict[str, int] = field(default_factory=dict)


class _WrongError(Exception):
    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line, self.says = line, says


def documents(text: str, path: str) -> list[Node]:
    """The documents of a text; empty ones are left out. `path` names the file in what is said of it.

    Raises RuleBroken for what is no YAML, for a name that stands twice, and for anchors, aliases and tags: a file that
    is kept is read by people, and says each thing once.
    """
    if len(text) > MOST_CHARACTERS:
        raise RuleBroken(
            [Problem("files", f"{path} is longer than {MOST_CHARACTERS:,} characters. Part it.")]
        )
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except _WrongError as wrong:
        raise RuleBroken([at(path, wrong.line, "", wrong.says)]) from wrong
    except yaml.MarkedYAMLError as reason:
        mark = reason.problem_mark or reason.context_mark
        says = f"This is not YAML: {reason.problem or reason.context}."
        raise RuleBroken([at(path, mark.line + 1 if mark else 1, "", says)]) from reason
    except (yaml.YAMLError, ValueError) as reason:
        raise RuleBroken([at(path, 1, "", "It holds characters that YAML does not allow.")]) from reason
    return builder.found


def at(path: str, line: int, name: str, says: str) -> Problem:
    """An objection to what stands in a file, with the field's name and the place."""
    return Problem(name, f"{says} ({path}, line {line})")


class _Builder:
    def __init__(self) -> None:
        self.found: list[Node] = []
        self._open: list[_Open] = []

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _WrongError(line, "Write it out: anchors and aliases are not taken.")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            raise _WrongError(line, "Leave the tag out: what a field holds follows from its name.")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _scalar(self, event: Any, line: int) -> None:
        holder = self._open[-1] if self._open else None
        if holder and isinstance(holder.node.value, dict) and holder.name is None:
            if event.value in holder.node.value:
                raise _WrongError(line, f"“{event.value[:60]}” stands here twice.")
            holder.name = event.value
            return
        plain = event.style in (None, "")
        self._place(Node(None if plain and event.value in _NULLS else event.value, line))

    def _begin(self, value: "list[Node] | dict[str, Node]", line: int) -> None:
        if len(self._open) >= _DEEPEST:
            raise _WrongError(line, f"It is nested more than {_DEEPEST} levels deep.")
        holder = self._open[-1] if self._open else None
        if holder and isinstance(holder.node.value, dict) and holder.name is None:
            raise _WrongError(line, "A name is a text, not a list or a mapping.")
        node = Node(value, line)
        self._place(node)
        self._open.append(_Open(node))

    def _place(self, node: Node) -> None:
        if not self._open:
            if node.value is not None:
                if len(self.found) >= MOST_DOCUMENTS:
                    raise _WrongError(node.line, f"A file holds at most {MOST_DOCUMENTS} documents.")
                self.found.append(node)
            return
        holder = self._open[-1]
        if isinstance(holder.node.value, list):
            holder.node.value.append(node)
        elif isinstance(holder.node.value, dict):
            holder.node.value[holder.name or ""] = node
            holder.name = None

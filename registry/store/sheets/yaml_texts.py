"""YAML to a sheet, built from its events: every scalar stays text, nothing is constructed, nothing multiplies.

Building from events rather than from nodes matters: the C composer recurses, and 100,000 opening brackets end the process.
"""

from typing import Any

import yaml

from registry.store.sheets.documents import sheet_of, too_many_values
from registry.store.sheets.encodings import Encoding, decoded
from registry.store.sheets.headings import distinct
from registry.store.sheets.shapes import Limits, Sheet, SheetRefused
from registry.store.sheets.sources import Source

_DEEPEST = 60
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# What aliases may repeat altogether; an inventory's defaults need a handful, a bomb needs millions.
_MOST_REPEATED = 20_000
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def yaml_sheet(source: Source, encoding: Encoding, sheet: str | None, limits: Limits) -> Sheet:
    """A sheet of a YAML document. Raises SheetRefused for invalid YAML, deep nesting, recursion and alias bombs."""
    if source.size > limits.yaml_bytes:
        raise SheetRefused(
            f"YAML files of up to {limits.yaml_bytes / 1e6:,.0f} MB are read. Save this one as JSON or CSV."
        )
    return sheet_of("yaml", parsed(decoded(source, encoding), limits), encoding, limits, sheet=sheet)


def parsed(text: str, limits: Limits) -> Any:
    """The document as dictionaries, lists and text; None for a plain null. The same refusals as yaml_sheet."""
    builder = _Builder(limits)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as reason:
        mark = reason.problem_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise SheetRefused(f"The file is not valid YAML ({where}{reason.problem}).") from reason
    except (yaml.YAMLError, ValueError) as reason:
        raise SheetRefused("The file holds characters YAML does not allow.") from reason
    return builder.root


class _Builder:
    """A document put together event by event, counting what it holds once its aliases are followed."""

    def __init__(self, limits: Limits) -> None:
        self.root: Any = None
        self._limits = limits
        self._open: list[_Node] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._values = 0
        self._repeated = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """The next event of the stream."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise SheetRefused("The file holds several YAML documents. Put the records into one list.")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            node = self._open.pop()
            self._place(node.value, node.anchor, self._values - node.values_before)
        elif isinstance(event, yaml.ScalarEvent):
            plain = event.style in (None, "") and event.tag is None
            self._grow(1)
            self._place(None if plain and event.value in _NULLS else event.value, event.anchor, 1)
        elif isinstance(event, yaml.AliasEvent):
            self._repeat(event.anchor)

    def _begin(self, event: Any) -> None:
        if len(self._open) >= _DEEPEST:
            raise SheetRefused("The YAML is nested too deeply to be a list of records.")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Node(value, event.anchor, self._values))
        self._grow(1)

    def _repeat(self, anchor: str | None) -> None:
        if anchor is None or anchor not in self._anchors:
            raise SheetRefused(
                "The YAML refers to itself or to a name it has not given. Write the values out."
            )
        value, size = self._anchors[anchor]
        self._repeated += size
        if self._repeated > _MOST_REPEATED:
            raise SheetRefused(
                "The YAML repeats its contents by reference more often than is read. Write them out."
            )
        self._grow(size)
        self._place(value, None, size)

    def _grow(self, values: int) -> None:
        self._values += values
        too_many_values(self._values, self._limits)

    def _place(self, value: Any, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, size)
        if self._open:
            self._open[-1].add(value, self._limits)
        else:
            self.root = value


class _Node:
    """A mapping or list being filled; a field name given twice keeps both values."""

    def __init__(self, value: Any, anchor: str | None, values_before: int) -> None:
        self.value = value
        self.anchor = anchor
        self.values_before = values_before
        self._name: str | None = None
        self._repeated = 0

    def add(self, value: Any, limits: Limits) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self._name is None:
            if isinstance(value, dict | list):
                raise SheetRefused("The YAML uses a list or an object as a field name.")
            self._name = value or "(no name)"
        else:
            self._repeated += self._name in self.value
            if self._repeated > limits.columns:
                raise SheetRefused("The YAML gives the same field name over and over in one object.")
            self.value[distinct(self._name, self.value)] = value
            self._name = None

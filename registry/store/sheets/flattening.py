"""Nested records to flat cells: dotted names for what is nested, lists joined."""

import json
from collections.abc import Mapping
from typing import Any

from registry.store.sheets.headings import distinct, tidy
from registry.store.sheets.shapes import Limits, SheetRefused

_DEEPEST = 12


def flat(record: Mapping[str, Any], limits: Limits) -> dict[str, str]:
    """One record's cells by dotted name. Raises SheetRefused for more names than columns are allowed."""
    cells: dict[str, str] = {}
    _add(cells, "", record, limits, 0)
    return cells


def _add(cells: dict[str, str], prefix: str, record: Mapping[str, Any], limits: Limits, depth: int) -> None:
    for key, value in record.items():
        name = tidy(f"{prefix}{key}") or "(no name)"
        if isinstance(value, Mapping) and value and depth < _DEEPEST:
            _add(cells, f"{name}.", value, limits, depth + 1)
            continue
        if len(cells) >= limits.columns:
            raise SheetRefused(
                f"A record has more than {limits.columns:,} fields, which is more than are read."
            )
        cells[distinct(name, cells)] = text_of(value)


def text_of(value: Any) -> str:
    """A value as the text of one cell: lists of plain values joined by semicolons, anything deeper as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if any(isinstance(item, Mapping | list) for item in value):
            return json.dumps(value, ensure_ascii=False)
        return "; ".join(text_of(item) for item in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(value)


def unfolded(document: Any, wanted: str | None) -> tuple[list[Any], tuple[str, ...], str | None]:
    """The records of a document, the names of the lists it holds, and the one that was taken.

    A list is taken as it is. Of an object the list of records it holds is taken (the longest, unless one is named),
    and an object without any is a single record.
    """
    if isinstance(document, list):
        return document, (), None
    if not isinstance(document, Mapping):
        raise SheetRefused(
            "The file holds a single value, not records. Give a list of objects, one per system."
        )
    lists = _lists_in(document)
    if wanted:
        if wanted not in lists:
            raise SheetRefused(
                f"There is no list “{wanted}” in this file. It holds: {', '.join(lists) or 'none'}."
            )
        return lists[wanted], tuple(lists), wanted
    if not lists:
        return [document], (), None
    longest = max(lists, key=lambda name: len(lists[name]))
    return lists[longest], tuple(lists), longest


def _lists_in(document: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for key, value in document.items():
        if (
            isinstance(value, list)
            and value
            and sum(isinstance(item, Mapping) for item in value) * 2 > len(value)
        ):
            found[f"{prefix}{key}"] = value
        elif isinstance(value, Mapping) and depth < 2 and not found:
            found |= _lists_in(value, f"{prefix}{key}.", depth + 1)
    return found

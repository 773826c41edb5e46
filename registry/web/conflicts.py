"""A conflicting edit: what stands now beside what was typed, merged so that nothing is lost on either side."""

from collections.abc import Mapping
from typing import Any

from registry.web.formkit import Form, said_of


def merge(form: Form, current: Mapping[str, Any], base: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Fill the form with both people's changes and list every field in which they differ.

    `base` is the record as the editor had opened it. A field only the other person changed takes their
    value, a field only the editor changed keeps the editor's, and where both did the editor's stands in
    the form with the other's beside it. Saving again writes on top of the current revision.
    """
    rows = []
    for name, theirs in current.items():
        field = form._fields.get(name)
        if field is None or name == "version" or _same(field.data, theirs):
            continue
        only_theirs = base is not None and name in base and _same(field.data, base[name])
        rows.append(
            {
                "field": name,
                "label": field.label.text,
                "theirs": _said(field, theirs),
                "yours": _said(field, field.data),
                "taken": "theirs" if only_theirs else "yours",
            }
        )
        if only_theirs:
            _put(field, theirs)
    _put(form["version"], current["version"])
    return rows


def _said(field: Any, value: Any) -> str:
    """The value in the words of the form: a record chosen from a list by its name, not its number."""
    choices = getattr(field, "choices", None) if isinstance(value, int) else None
    for choice in choices or ():
        if choice.value == str(value):
            return str(choice.label)
    return said_of(value)


def _same(left: Any, right: Any) -> bool:
    return said_of(left).replace("\r\n", "\n") == said_of(right).replace("\r\n", "\n")


def _put(field: Any, value: Any) -> None:
    field.data = value
    field.raw_data = None

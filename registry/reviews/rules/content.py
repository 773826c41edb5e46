"""What a decision binds to: the material statements of a system's record as one hash, and what differs between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from registry.kernel.canonical import canonical, sha256_hex

Value = str | int | bool | None | list[Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """One material statement: what it is called, the value that is hashed, and how that value reads.

    A person or a unit is hashed by number, so that a new name changes nothing; `said` names them.
    """

    label: str
    value: Value
    said: str


@dataclass(frozen=True)
class Content:
    """Every material statement of a record at one moment, by path. A path such as metric.7.target lies under metric.7."""

    fields: Mapping[str, Stated]

    @cached_property
    def sha256(self) -> str:
        """The hash decisions, signatures and attestations name, as 64 hexadecimal digits (RFC 8785, then SHA-256)."""
        return sha256_hex(canonical({path: each.value for path, each in self.fields.items()}))

    def as_json(self) -> dict[str, Any]:
        """The form in which it is kept beside what was decided on it; `content_from` reads it again."""
        return {path: [each.label, each.value, each.said] for path, each in self.fields.items()}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One material statement that differs: how it read before and reads now; None where it was or is not there."""

    path: str
    label: str
    before: str | None
    after: str | None


def content_from(kept: Mapping[str, Any]) -> Content:
    """The content that `as_json` wrote down."""
    return Content({path: Stated(*each) for path, each in kept.items()})


def changed(before: Content, after: Content) -> list[FieldChange]:
    """What differs between two contents, by what their values are and not by how they read; in the order of the record.

    Of a thing that came or went as a whole, such as a metric, only the thing itself is named.
    """
    found = []
    for path in [*after.fields, *(each for each in before.fields if each not in after.fields)]:
        old, new = before.fields.get(path), after.fields.get(path)
        if old is not None and new is not None and old.value == new.value:
            continue
        if (old is None or new is None) and _lies_under_what_came_or_went(path, before, after):
            continue
        label = new.label if new else old.label if old else ""
        found.append(FieldChange(path, label, old.said if old else None, new.said if new else None))
    return found


def _lies_under_what_came_or_went(path: str, before: Content, after: Content) -> bool:
    above = path.rpartition(".")[0]
    while above:
        if (above in before.fields) != (above in after.fields):
            return True
        above = above.rpartition(".")[0]
    return False


def named(changes: list[FieldChange], most: int = 3) -> str:
    """The labels of what changed, as a sentence goes on with them: "intended use, autonomy and 2 more"."""
    labels = [each.label[:1].lower() + each.label[1:] for each in changes]
    if len(labels) > most:
        return f"{', '.join(labels[:most])} and {len(labels) - most} more"
    return ", ".join(labels[:-1]) + (" and " if len(labels) > 1 else "") + "".join(labels[-1:])

"""What a decision binds to: the material statements of a system's record as one hash, and what differs between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from registry.kernel.canonical import canonical, sha256_hex

Value = str | int | bool | None | list[Any]
# The list of what is material has grown: each statement tells with which of the lists it came, each content by which it was
# written. Two contents are compared by the older of their lists, so that a list that grows makes no old approval stale.
LIST: Final = 2


@dataclass(frozen=True, slots=True)
class Stated:
    """One material statement: what it is called, the value that is hashed, and how that value reads.

    A person or a unit is hashed by number, so that a new name changes nothing; `said` names them. `since` is the list
    with which the statement became material.
    """

    label: str
    value: Value
    said: str
    since: int = 1


@dataclass(frozen=True)
class Content:
    """Every material statement of a record at one moment, by path. A path such as metric.7.target lies under metric.7.

    `listed` is the list of what is material by which it was written.
    """

    fields: Mapping[str, Stated]
    listed: int = LIST

    @cached_property
    def sha256(self) -> str:
        """The hash decisions, signatures and attestations name, as 64 hexadecimal digits (RFC 8785, then SHA-256)."""
        return sha256_hex(canonical({path: each.value for path, each in self.fields.items()}))

    def as_json(self) -> dict[str, Any]:
        """The form in which it is kept beside what was decided on it; `content_from` reads it again.

        The statements are a list, since a database may put the keys of an object in an order of its own.
        """
        stated = [[path, each.label, each.value, each.said, each.since] for path, each in self.fields.items()]
        return {"list": self.listed, "stated": stated}

    def by_list(self, listed: int) -> Mapping[str, Stated]:
        """Its statements that were material by that list."""
        return {path: each for path, each in self.fields.items() if each.since <= listed}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One material statement that differs: how it read before and reads now; None where it was or is not there."""

    path: str
    label: str
    before: str | None
    after: str | None


def content_from(kept: Mapping[str, Any]) -> Content:
    """The content that `as_json` wrote down, now or when the first list was all there was: then by path, in no order."""
    if "stated" in kept:
        return Content({path: Stated(*each) for path, *each in kept["stated"]}, kept["list"])
    return Content({path: Stated(*each) for path, each in kept.items()}, 1)


def changed(before: Content, after: Content) -> list[FieldChange]:
    """What differs between two contents, by what their values are and not by how they read; in the order of the record.

    Of a thing that came or went as a whole, such as a metric, only the thing itself is named.
    """
    listed = min(before.listed, after.listed)
    was, now = before.by_list(listed), after.by_list(listed)
    found = []
    for path in [*now, *(each for each in was if each not in now)]:
        old, new = was.get(path), now.get(path)
        if old is not None and new is not None and old.value == new.value:
            continue
        if (old is None or new is None) and _lies_under_what_came_or_went(path, was, now):
            continue
        label = new.label if new else old.label if old else ""
        found.append(FieldChange(path, label, old.said if old else None, new.said if new else None))
    return found


def _lies_under_what_came_or_went(path: str, was: Mapping[str, Stated], now: Mapping[str, Stated]) -> bool:
    above = path.rpartition(".")[0]
    while above:
        if (above in was) != (above in now):
            return True
        above = above.rpartition(".")[0]
    return False


def named(changes: list[FieldChange], most: int = 3) -> str:
    """The labels of what changed, as a sentence goes on with them: "intended use, autonomy and 2 more"."""
    labels = [each.label[:1].lower() + each.label[1:] for each in changes]
    if len(labels) > most:
        return f"{', '.join(labels[:most])} and {len(labels) - most} more"
    return ", ".join(labels[:-1]) + (" and " if len(labels) > 1 else "") + "".join(labels[-1:])

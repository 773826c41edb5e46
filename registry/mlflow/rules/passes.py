"""How a sync goes: its parts one after the other, what was counted, what was not understood and why, and when it reads everything again"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

WHOLE_EVERY: Final = timedelta(hours=24)
"""After so long everything is compared again: what MLflow changes without saying when, and what is gone."""
GIVEN_UP_AFTER: Final = timedelta(hours=24)
"""A sync that was broken off longer ago than this does not go on: the lists it was reading have moved."""
KEPT: Final = 30
"""So many syncs of a server are remembered."""
_MOST_REMARKS: Final = 40
_MOST_EXAMPLES: Final = 3
MORE: Final = "And other reasons, each rarer."


class Phase(StrEnum):
    """What a sync does, in this order."""

    MODELS = "models"
    VERSIONS = "versions"
    SETTLING = "settling"
    CANDIDATES = "candidates"
    READINGS = "readings"
    DONE = "done"

    @property
    def said(self) -> str:
        """What is being done, in words."""
        return _SAID[self]

    @property
    def following(self) -> "Phase":
        """What comes after it."""
        order = list(Phase)
        return order[min(order.index(self) + 1, len(order) - 1)]


_SAID: Final = {
    Phase.MODELS: "Reading the models",
    Phase.VERSIONS: "Reading the versions",
    Phase.SETTLING: "Finding what was renamed or removed",
    Phase.CANDIDATES: "Adding candidates",
    Phase.READINGS: "Reading the metrics of the runs",
    Phase.DONE: "Done",
}


class Counted(StrEnum):
    """What a sync counts."""

    MODELS = "models"
    VERSIONS = "versions"
    CANDIDATES = "candidates"
    READINGS = "readings"
    KNOWN = "known"
    RENAMED = "renamed"
    GONE = "gone"


def counted(counts: Mapping[str, int], **more: int) -> dict[str, int]:
    """The counts with these added."""
    found = {each.value: counts.get(each.value, 0) for each in Counted}
    for name, count in more.items():
        found[Counted(name).value] += count
    return found


def remarked(
    remarks: Iterable[Mapping[str, Any]], says: str, name: str, count: int = 1
) -> list[dict[str, Any]]:
    """The remarks with one more; those of one reason are counted together and shown by a few examples."""
    found = [dict(each) for each in remarks]
    same = next((each for each in found if each["says"] == says), None)
    if same is None and len(found) >= _MOST_REMARKS and says != MORE:
        return remarked(found, MORE, name, count)
    if same is None:
        same = {"says": says, "count": 0, "examples": []}
        found.append(same)
    same["count"] += count
    if name and name not in same["examples"] and len(same["examples"]) < _MOST_EXAMPLES:
        same["examples"] = [*same["examples"], name]
    return found


def place_written(place: tuple[int, int, int]) -> str:
    """A place among the versions of a server, as a sync keeps it."""
    return "/".join(map(str, place))


def place_read(text: str) -> tuple[int, int, int]:
    """The same, read; the beginning where there is none."""
    model, number, row = map(int, text.split("/")) if text else (0, 0, 0)
    return model, number, row


def is_whole_due(last_whole: datetime | None, at: datetime) -> bool:
    """Whether everything is to be compared again."""
    return last_whole is None or at - last_whole >= WHOLE_EVERY


def is_given_up(began: datetime, at: datetime) -> bool:
    """Whether a sync that was broken off begins anew instead of going on."""
    return at - began >= GIVEN_UP_AFTER

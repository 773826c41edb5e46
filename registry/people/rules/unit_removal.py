"""Whether a unit was only ever a mistake: what is or was in it, and so stands in the way of removing it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.kernel.text import counted


@dataclass(frozen=True, slots=True)
class UnitTraces:
    """What a unit has left behind.

    `now` counts the records that name it, by kind; `ever` are the kinds that have named it at any time since it was made;
    `changed` says that it has stood elsewhere or had another head than the one it was made with.
    """

    now: Mapping[str, int] = field(default_factory=dict)
    ever: Collection[str] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing in the way of removing a unit, and how it is moved; `kind` is empty where nothing moves it."""

    kind: str
    says: str
    mend: str


# One, many, what was once, and how those that are there are moved elsewhere.
_WORDS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "person": (
        *("person is in it", "people are in it", "People were in it once."),
        "Choose another unit for each, leavers included.",
    ),
    "system": (
        *("system is run by it", "systems are run by it", "Systems were run by it once."),
        "Choose another unit for each.",
    ),
    "business_unit": (
        *("unit stands below it", "units stand below it", "Units stood below it once."),
        "Move each elsewhere.",
    ),
    "team": (
        *("team belongs to it", "teams belong to it", "Teams belonged to it once."),
        "Choose another unit for each.",
    ),
    "saved_view": (
        *("view of the register is shared with it", "views of the register are shared with it"),
        *("Views of the register were shared with it once.", "Whoever made them shares them otherwise."),
    ),
}
_OTHER: Final = (
    *("record names it", "records name it", "Other records named it once."),
    "Ask an administrator of the register what they are.",
)
_STAYS: Final = "Nothing: the ledger tells of it by this unit."


def hindrances(traces: UnitTraces) -> list[Hindrance]:
    """Everything in the way of removing a unit: what is in it now, then what was, then what it was itself."""
    found = []
    for kind, count in traces.now.items():
        one, many, _, mend = _WORDS.get(kind, _OTHER)
        if count:
            found.append(Hindrance(kind, f"{counted(count, one, many)}.", mend))
    once = sorted(kind for kind in traces.ever if not traces.now.get(kind))
    found += [Hindrance("", _WORDS.get(kind, _OTHER)[2], _STAYS) for kind in once]
    if traces.changed:
        found.append(Hindrance("", "It has stood elsewhere or had another head.", _STAYS))
    return found

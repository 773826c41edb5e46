"""Where the unit that a row names stands: a unit there is, one below it, or a new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from registry.kernel.text import counted
from registry.people.rules.unit_paths import Path, UnitIndex, path_of

NOT_STATED: Final[Path] = ("Unit not stated",)
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Placing:
    """The whole path of a unit, with what has to be told where the file's words fit several units.

    The first `known` steps are those of a unit there is; those after them would be added.
    """

    path: Path
    known: int
    says: str = ""

    @property
    def added(self) -> tuple[str, ...]:
        """The paths of the units that would be added, from the top down."""
        return tuple(said(self.path[:length]) for length in range(self.known + 1, len(self.path) + 1))


def placed(stated: Path, units: UnitIndex) -> Placing:
    """Where a row's unit stands. `stated` is what its cells say, from the top unit down; a first cell may hold a path.

    What ends the path of exactly one unit means that unit. Where it ends several, or none, the longest beginning that
    means one unit counts, and what follows is new below it.
    """
    steps = (*_parted(stated[0]), *stated[1:]) if stated else ()
    path = tuple(" ".join(step.split()) for step in steps if step.strip()) or NOT_STATED
    says = ""
    for length in range(len(path), 0, -1):
        found = units.meant(path[:length])
        if len(found) == 1:
            home = units.paths[found[0]]
            return Placing((*home, *path[length:]), len(home), says)
        if found and not says:
            says = (
                f"{counted(len(found), 'unit')} are called “{said(path[:length])}”, so another is added. "
                "Write the whole path to mean one of them."
            )
    return Placing(path, 0, says)


def _parted(cell: str) -> Path:
    # The end of a tag parts nothing: a cell with markup in it is taken as it stands.
    return (cell,) if "<" in cell else path_of(cell)


def said(path: Path) -> str:
    """A path as a page shows it."""
    return " / ".join(path)


def remark_on_added(paths: Iterable[str]) -> str:
    """A sentence with the units that would be added, or "" where there are none."""
    new = sorted(set(paths))
    if not new:
        return ""
    more = f"; and {len(new) - _LISTED:,} more" if len(new) > _LISTED else ""
    return f"Units that would be added: {len(new):,} ({'; '.join(new[:_LISTED])}{more})."

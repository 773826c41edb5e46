"""Units as files name them: by a path, by a name alone, or by a name and that of the unit above."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from registry.people.rules.directory import NAME_LIMIT, chain_of, tidy_line

Path = tuple[str, ...]

DEEPEST: Final = 20
# A lone slash belongs to many names ("Human Resources/Payroll"), so a path is parted by one between spaces.
_PARTING: Final = re.compile(r"\s+/\s+|\s*[>»]\s*|\s*\\\s*")


@dataclass(frozen=True, slots=True)
class UnitIndex:
    """The units there are, by every ending of their paths: ("cards",) and ("retail", "cards") both find Bank / Retail / Cards."""

    paths: Mapping[int, Path]
    by_ending: Mapping[Path, tuple[int, ...]] = field(default_factory=dict)

    def meant(self, path: Path) -> tuple[int, ...]:
        """The units a path may mean: the one whose whole path it is, else all whose paths end with it."""
        wanted = compared(path)
        found = self.by_ending.get(wanted, ())
        whole = [number for number in found if len(self.paths[number]) == len(path)]
        return tuple(whole) or found

    def home_of(self, path: Path) -> tuple[int, ...]:
        """The units that the longest known beginning of a path may mean; () when even its first step is unknown."""
        for length in range(len(path), 0, -1):
            if found := self.meant(path[:length]):
                return found
        return ()


def index_of(parents: Mapping[int, int | None], names: Mapping[int, str]) -> UnitIndex:
    """The index over a tree of units."""
    paths = {
        unit: tuple(names[each] for each in reversed(chain_of(unit, parents))) for unit in sorted(parents)
    }
    endings: dict[Path, list[int]] = {}
    for unit, path in paths.items():
        same = compared(path)
        for start in range(len(same)):
            endings.setdefault(same[start:], []).append(unit)
    return UnitIndex(paths, {ending: tuple(units) for ending, units in endings.items()})


def compared(path: Path) -> Path:
    """A path as it is compared: letter case and doubled spaces make no difference."""
    return tuple(tidy_line(step).casefold() for step in path)


def path_of(text: str) -> Path:
    """The steps of a path as a cell writes it: "Bank / Retail", "Bank > Retail" or a name alone."""
    return tuple(step for step in map(tidy_line, _PARTING.split(text.strip(" /"))) if step)


def problem_with_path(path: Path) -> str:
    """Why no unit can stand at this path, or ""."""
    if len(path) > DEEPEST:
        return f"The path has more than {DEEPEST} steps."
    if any(len(step) > NAME_LIMIT for step in path):
        return f"A unit's name has at most {NAME_LIMIT} characters."
    return ""


def chained(pairs: Iterable[tuple[Path, Path]]) -> dict[tuple[Path, Path], Path]:
    """The path of every unit that a file states as (unit, unit above), each put below what the file says stands above it.

    A name that the file puts below two different units is not followed further, and neither is a circle.
    """
    stated = list(dict.fromkeys(pairs))
    above: dict[Path, set[Path]] = {}
    for unit, parent in stated:
        if parent:
            above.setdefault(compared(unit), set()).add(parent)
    return {(unit, parent): _put_below(unit, parent, above) for unit, parent in stated}


def _put_below(unit: Path, parent: Path, above: Mapping[Path, set[Path]]) -> Path:
    path, seen = unit, {compared(unit)}
    while parent and compared(parent) not in seen:
        path = parent + path
        seen.add(compared(parent))
        further = {compared(each): each for each in above.get(compared(parent), ())}
        parent = next(iter(further.values())) if len(further) == 1 else ()
    return path

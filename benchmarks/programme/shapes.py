"""What an entry of the programme is made of: what is run, at which size, and the fault by which it proves that it can fail."""

import os
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Defect:
    """A fault put into a copy of the product: in `file` the text `before`, which stands there once, becomes `after`.

    Without `before` the file is new. `caught_by` are the tests, or none for the program of the entry, of which at least one
    must fail.
    """

    says: str
    file: str
    before: str
    after: str
    caught_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """What is run by `python -m` beside tests, `{database}` standing for the kind; it leaves with 0 where all held.

    `needs` is the variable of the environment that names a program of somebody else, without which it is not tried.
    """

    short: tuple[str, ...]
    full: tuple[str, ...]
    by_database: bool = True
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the programme.

    `tests` are run in both sizes, in full with those marked "long"; `only_short` and `only_full` in one alone, whatever their
    mark. `thorough` are entries whose properties are drawn a thousand times in full. `lacks` says what of the size asked is not
    shown; an entry without tests and program is open.
    """

    id: str
    title: str
    asked: str
    tests: tuple[str, ...] = ()
    only_short: tuple[str, ...] = ()
    only_full: tuple[str, ...] = ()
    program: Program | None = None
    defect: Defect | None = None
    thorough: bool = False
    lacks: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing shows it yet."""
        return not self.every_test and self.program is None

    @property
    def missing(self) -> str:
        """The variable that names a program this entry needs, where nothing names it; "" otherwise."""
        needs = self.program.needs if self.program is not None else ""
        return "" if os.environ.get(needs) else needs

    @property
    def every_test(self) -> tuple[str, ...]:
        """All that is named of it, in either size."""
        return (*self.tests, *self.only_short, *self.only_full)

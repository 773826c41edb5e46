"""The ways to refuse: NotFound, Forbidden, NotYet, Unavailable, TooManyTries, Conflict, RuleBroken and their kinds; and a Problem, one objection to one field."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Problem:
    """One objection: the field it belongs to ("" for the whole record) and what to do about it, in plain words."""

    field: str
    message: str


class Refusal(Exception):
    """A request that is understood and declined; `says` is shown to the person as it stands."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class NotFound(Refusal):
    """There is no such thing, or the person may not know that there is."""

    def __init__(self, says: str = "There is nothing at this address.") -> None:
        super().__init__(says)


class SignInNeeded(Refusal):
    """Nobody is signed in, or the session has ended."""

    def __init__(self, says: str = "Please sign in to go on.") -> None:
        super().__init__(says)


class Forbidden(Refusal):
    """The person may know of the thing but may not do this to it."""

    def __init__(self, says: str = "Your roles do not allow this.") -> None:
        super().__init__(says)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people changed: what stands now and what was about to be written."""

    field: str
    theirs: object
    yours: object


class NotYet(Refusal):
    """What was asked for is being made: of `total` parts `done` are, where that is known. Ask again in some seconds."""

    def __init__(self, says: str, *, done: int = 0, total: int = 0) -> None:
        super().__init__(says)
        self.done, self.total = done, total


class TooManyWaiting(Refusal):
    """So much of it is being made already that no more is taken on; the text says what to do meanwhile."""

    again_after: Final = 60


class Unavailable(Refusal):
    """It cannot be had as this registry is set up or stands just now; the text says who can mend that, and how.

    `again_after` is said where it passes by itself: in so many seconds it is worth asking again.
    """

    def __init__(self, says: str, *, again_after: int | None = None) -> None:
        super().__init__(says)
        self.again_after = again_after


class TooManyTries(Refusal):
    """It was tried too often from there; in so many seconds it may be tried again."""

    def __init__(self, says: str, *, again_after: int) -> None:
        super().__init__(says)
        self.again_after = again_after


class Conflict(Refusal):
    """Somebody else changed the record meanwhile. Carries the revision that stands now."""

    def __init__(self, says: str, current_version: int, differences: Sequence[Difference] = ()) -> None:
        super().__init__(says)
        self.current_version = current_version
        self.differences = tuple(differences)


class UnderWay(Conflict):
    """The very same is being done at this moment by another request; in some seconds it will be done."""

    again_after: Final = 1

    def __init__(self, says: str) -> None:
        super().__init__(says, 0)


class RuleBroken(Refusal):
    """The request breaks one or more rules; every objection is listed, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class Unreadable(RuleBroken):
    """The request itself cannot be read, whatever stands in the register: an address or a header asks for what there is none of."""


class NotProven(RuleBroken):
    """What was given as proof of who somebody is does not hold: a try that is counted."""


def refuse_if(problems: Sequence[Problem]) -> None:
    """Raise RuleBroken when there is any objection."""
    if problems:
        raise RuleBroken(problems)

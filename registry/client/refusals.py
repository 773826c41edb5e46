"""Why readings did not arrive: the registry said no, or was not there"""

from collections.abc import Iterable

from .points import Receipt


class Refused(Exception):
    """The registry understood and said no. Sending the same again will not help.

    `problems` holds pairs of a field ("snapshots.3.value", counted over all points given) and what is wrong with it;
    `receipt` tells what of the same call was taken before.
    """

    def __init__(self, status: int, says: str, problems: Iterable[tuple[str, str]] = ()) -> None:
        self.status, self.says, self.problems, self.receipt = status, says, tuple(problems), Receipt()
        super().__init__(
            "\n".join([f"{status}: {says}", *(f"{name}: {text}" for name, text in self.problems)])
        )


class Unreachable(Exception):
    """The registry could not be reached, however often it was tried. `wait` is how long to leave it alone, in seconds."""

    def __init__(self, says: str, wait: float = 0.0) -> None:
        super().__init__(says)
        self.wait = wait

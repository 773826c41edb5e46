"""What a command says: its exit codes, its one answer on standard output, and the rest on standard error"""

import sys
from typing import Any, Final

DONE: Final = 0
REFUSED: Final = 1
WRONG_USE: Final = 2
BROKEN: Final = 3

Said = tuple[dict[str, Any], str, int]
"""The document, the same in words, and the exit code."""


def tell(says: str) -> None:
    """A line on standard error, so that standard output holds the answer alone."""
    print(says, file=sys.stderr)  # noqa: T201 - a command speaks

"""The database as it stood at an earlier moment: the same tables under the same names, with the rows of then."""

from registry.store.past.days import Reads, as_of, board_of, ended, put_plainly, reads_of
from registry.store.past.keeping import Pasts, forget, obstacle, sweep
from registry.store.past.recipe import (
    NO_PAST,
    Mark,
    PastBusy,
    PastRefused,
    PastTooLarge,
    PastUnknown,
    Recipe,
)

__all__ = [
    "NO_PAST",
    "Mark",
    "PastBusy",
    "PastRefused",
    "PastTooLarge",
    "PastUnknown",
    "Pasts",
    "Reads",
    "Recipe",
    "as_of",
    "board_of",
    "ended",
    "forget",
    "obstacle",
    "put_plainly",
    "reads_of",
    "sweep",
]

"""The database as it stood at an earlier moment: the same tables under the same names, with the rows of then."""

from registry.store.past.days import as_of, board_of, ended
from registry.store.past.keeping import Pasts, forget, obstacle, sweep
from registry.store.past.recipe import Mark, PastBusy, PastRefused, PastTooLarge, PastUnknown, Recipe

__all__ = [
    "Mark",
    "PastBusy",
    "PastRefused",
    "PastTooLarge",
    "PastUnknown",
    "Pasts",
    "Recipe",
    "as_of",
    "board_of",
    "ended",
    "forget",
    "obstacle",
    "sweep",
]

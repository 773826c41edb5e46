"""The database as it stood at an earlier moment: the same tables under the same names, with the rows of then."""

from registry.store.past.days import as_of, ended
from registry.store.past.keeping import Pasts, forget, sweep
from registry.store.past.recipe import Mark, PastBusy, PastUnknown, Recipe

__all__ = ["Mark", "PastBusy", "PastUnknown", "Pasts", "Recipe", "as_of", "ended", "forget", "sweep"]

"""The whole programme in its order."""

from typing import Final

from benchmarks.programme.integrity import INTEGRITY
from benchmarks.programme.security import SECURITY
from benchmarks.programme.shapes import Entry

ENTRIES: Final[tuple[Entry, ...]] = tuple(sorted((*INTEGRITY, *SECURITY), key=lambda entry: entry.id))

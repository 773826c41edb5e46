"""Files of systems: which there are, what the register states in their words, and what a file means in the register's"""

from registry.declarations.queries.files import (
    by_name,
    file_of,
    last_of,
    named,
    named_by_number,
    systems_called,
)
from registry.declarations.queries.keeping import Kept, kept_in
from registry.declarations.queries.meaning import Meant, meant
from registry.declarations.queries.stating import exported, standing_of

__all__ = [
    "Kept",
    "Meant",
    "by_name",
    "exported",
    "file_of",
    "kept_in",
    "last_of",
    "meant",
    "named",
    "named_by_number",
    "standing_of",
    "systems_called",
]

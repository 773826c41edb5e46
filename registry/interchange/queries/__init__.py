"""What the import reads: profiles, files, what earlier imports made, how an import stands, what undoing it would do."""

from registry.interchange.queries.profiles import (
    choose_profile,
    profile_in,
    profile_named,
    profiles,
    saved_profiles,
    wordings,
)
from registry.interchange.queries.records import held_from, record_by_key, records_of

__all__ = [
    "choose_profile",
    "held_from",
    "profile_in",
    "profile_named",
    "profiles",
    "record_by_key",
    "records_of",
    "saved_profiles",
    "wordings",
]

"""Reading the ledger: the history of a thing, and whether everything still is as it was written."""

from registry.audit.queries.follow import Happened, entries_after, last_about, state_of
from registry.audit.queries.history import (
    Change,
    HistoryItem,
    ObjectChange,
    changes_among,
    changes_to,
    entries,
    entries_about,
    entries_at,
    history_of,
)
from registry.audit.queries.since import (
    changed_since,
    first_entry,
    first_told,
    hands_on,
    kinds_that_named,
    last_entry,
    told_of,
)
from registry.audit.queries.verification import Verification, verify

__all__ = [
    "Change",
    "Happened",
    "HistoryItem",
    "ObjectChange",
    "Verification",
    "changed_since",
    "changes_among",
    "changes_to",
    "entries",
    "entries_about",
    "entries_after",
    "entries_at",
    "first_entry",
    "first_told",
    "hands_on",
    "history_of",
    "kinds_that_named",
    "last_about",
    "last_entry",
    "state_of",
    "told_of",
    "verify",
]

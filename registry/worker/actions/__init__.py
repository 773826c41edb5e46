"""Follow the ledger into jobs, put what is due by the clock in its slots, run jobs under a lease, tell who works, read long."""

from registry.worker.actions.following import (
    Handler,
    Relay,
    Unreachable,
    ask,
    by_name,
    follow,
    follow_from,
    place_of,
    put_in_slots,
)
from registry.worker.actions.keeping import beat, forget_old, leave, retry
from registry.worker.actions.reading import reading_long
from registry.worker.actions.running import GivenBack, PartDone, give_back, run_next

__all__ = [
    "GivenBack",
    "Handler",
    "PartDone",
    "Relay",
    "Unreachable",
    "ask",
    "beat",
    "by_name",
    "follow",
    "follow_from",
    "forget_old",
    "give_back",
    "leave",
    "place_of",
    "put_in_slots",
    "reading_long",
    "retry",
    "run_next",
]

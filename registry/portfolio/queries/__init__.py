"""What waits for a person; how many systems have what; the search across everything."""

from registry.portfolio.queries.desk import Owned, Waiting, coverage, left_owners, owned_by, waiting_for
from registry.portfolio.queries.searching import Hits, Results, address_of, search

__all__ = [
    "Hits",
    "Owned",
    "Results",
    "Waiting",
    "address_of",
    "coverage",
    "left_owners",
    "owned_by",
    "search",
    "waiting_for",
]

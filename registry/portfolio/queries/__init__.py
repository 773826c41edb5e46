"""What waits for a person and is to be reconsidered; how many systems have what; how ownership stands; the search across everything."""

from registry.portfolio.queries.addresses import Known, address_of
from registry.portfolio.queries.asked import met_by_systems
from registry.portfolio.queries.belongings import KINDS, Hits, Part, belongings
from registry.portfolio.queries.confirming import (
    Asked,
    Chase,
    asked_of,
    asks_for_confirmation,
    coming,
    due_of,
    rule_in_force,
    to_chase,
    tree_and_heads,
)
from registry.portfolio.queries.desk import (
    Owned,
    Owning,
    Returned,
    Waiting,
    coverage,
    left_owners,
    owned_by,
    returned_to,
    waiting_for,
)
from registry.portfolio.queries.findings import (
    Finding,
    Scope,
    findings_count,
    findings_page,
    seats_filled,
)
from registry.portfolio.queries.load import Load, LoadOrder, load_of, load_page
from registry.portfolio.queries.nearly import Near, meant_in_register
from registry.portfolio.queries.on_day import (
    Answered,
    DayAsked,
    answered_count,
    answered_on,
    ever_held,
    seats_on,
)
from registry.portfolio.queries.reconsidering import Told, Touched, told, touched
from registry.portfolio.queries.searching import Results, search

__all__ = [
    "KINDS",
    "Answered",
    "Asked",
    "Chase",
    "DayAsked",
    "Finding",
    "Hits",
    "Known",
    "Load",
    "LoadOrder",
    "Near",
    "Owned",
    "Owning",
    "Part",
    "Results",
    "Returned",
    "Scope",
    "Told",
    "Touched",
    "Waiting",
    "address_of",
    "answered_count",
    "answered_on",
    "asked_of",
    "asks_for_confirmation",
    "belongings",
    "coming",
    "coverage",
    "due_of",
    "ever_held",
    "findings_count",
    "findings_page",
    "left_owners",
    "load_of",
    "load_page",
    "meant_in_register",
    "met_by_systems",
    "owned_by",
    "returned_to",
    "rule_in_force",
    "search",
    "seats_filled",
    "seats_on",
    "to_chase",
    "told",
    "touched",
    "tree_and_heads",
    "waiting_for",
]

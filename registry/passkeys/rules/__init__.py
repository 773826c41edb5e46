"""For which site passkeys are made, how many and how named; what one answers, and when that holds."""

from registry.passkeys.rules.keeping import (
    ASKED_SECONDS,
    MOST,
    NAME_LIMIT,
    Purpose,
    is_last_way_in,
    problems_with_another,
    problems_with_name,
    went_back,
)
from registry.passkeys.rules.site import Site, Terms, site_at

__all__ = [
    "ASKED_SECONDS",
    "MOST",
    "NAME_LIMIT",
    "Purpose",
    "Site",
    "Terms",
    "is_last_way_in",
    "problems_with_another",
    "problems_with_name",
    "site_at",
    "went_back",
]

"""A system's owners, now and on a day; hand-overs; seats; and ownership across the whole register."""

from registry.ownership.pages import findings, handovers, load, on_day, seats, system, transfer
from registry.ownership.pages.shared import pages

__all__ = ["findings", "handovers", "load", "on_day", "pages", "seats", "system", "transfer"]

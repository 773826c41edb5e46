"""A system's owners, now and on a day; hand-overs; seats; and ownership across the whole register."""

from registry.ownership.pages import handovers, seats, system
from registry.ownership.pages.shared import pages

__all__ = ["handovers", "pages", "seats", "system"]

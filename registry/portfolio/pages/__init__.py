"""My desk: what needs me; and the offers that wait for me, answered together."""

from registry.portfolio.pages import offers
from registry.portfolio.pages.desk import pages

__all__ = ["offers", "pages"]

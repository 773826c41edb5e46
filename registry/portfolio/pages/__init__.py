"""My desk: what needs me; the offers that wait for me, answered together; the search across everything."""

from registry.portfolio.pages import offers, search
from registry.portfolio.pages.desk import pages

__all__ = ["offers", "pages", "search"]

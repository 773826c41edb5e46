"""My desk: what needs me; the offers that wait for me, answered together; the search across everything."""

from registry.portfolio.pages import desk, offers, search
from registry.portfolio.pages.desk import pages

__all__ = ["desk", "offers", "pages", "search"]

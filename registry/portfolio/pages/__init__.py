"""My desk: what needs me; the offers that wait for me, answered together; the search across everything; how we stand, and the reports on it; why AI fails."""

from registry.portfolio.pages import desk, offers, overview, reports, search, why
from registry.portfolio.pages.desk import pages

__all__ = ["desk", "offers", "overview", "pages", "reports", "search", "why"]

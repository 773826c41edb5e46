"""The figures of the portfolio, gathered from every feature: set-based, the same number of statements however many systems."""

from registry.portfolio.queries.figures.gathering import figures, headline
from registry.portfolio.queries.figures.lists import vendors_in

__all__ = ["figures", "headline", "vendors_in"]

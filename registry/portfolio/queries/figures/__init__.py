"""The figures of the portfolio, gathered from every feature: set-based, the same number of statements however many systems."""

from registry.portfolio.queries.figures.gathering import figures, headline

__all__ = ["figures", "headline"]

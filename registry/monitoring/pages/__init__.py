"""A system's monitoring tab; the readings of one metric; a number typed in."""

from registry.monitoring.pages import readings
from registry.monitoring.pages.tab import pages

__all__ = ["pages", "readings"]

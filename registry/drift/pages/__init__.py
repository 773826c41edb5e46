"""Drift of a system's features: the map of all of them; one feature, its windows, measures and baselines"""

from registry.drift.pages import feature
from registry.drift.pages.system import pages

__all__ = ["feature", "pages"]

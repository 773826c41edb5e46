"""The catalogue; one source with its users and checks; quality across sources; what a system is fed with."""

from registry.data_sources.pages import checks, quality, source, system
from registry.data_sources.pages.catalogue import pages

__all__ = ["checks", "pages", "quality", "source", "system"]

"""The catalogue; one source with its users and checks; what a system is fed with."""

from registry.data_sources.pages import checks, source, system
from registry.data_sources.pages.catalogue import pages

__all__ = ["checks", "pages", "source", "system"]

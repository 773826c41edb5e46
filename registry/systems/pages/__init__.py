"""The register and registering; one system's record."""

from registry.systems.pages import record
from registry.systems.pages.register import pages

__all__ = ["pages", "record"]

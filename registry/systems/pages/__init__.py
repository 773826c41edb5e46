"""The register and registering; one system's record and links; a change to several at once."""

from registry.systems.pages import bulk, links, record
from registry.systems.pages.register import pages

__all__ = ["bulk", "links", "pages", "record"]

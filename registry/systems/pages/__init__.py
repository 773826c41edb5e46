"""The register and registering; saved views and exports; one system's record and links; a change to several at once."""

from registry.systems.pages import bulk, export, links, record, views
from registry.systems.pages.register import pages

__all__ = ["bulk", "export", "links", "pages", "record", "views"]

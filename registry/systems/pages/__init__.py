"""The register and registering; saved views and exports of it; one system's record."""

from registry.systems.pages import export, record, views
from registry.systems.pages.register import pages

__all__ = ["export", "pages", "record", "views"]

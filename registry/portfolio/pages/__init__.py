"""Home: what needs me."""

from registry.portfolio.pages import desk
from registry.portfolio.pages.desk import pages

__all__ = ["desk", "pages"]

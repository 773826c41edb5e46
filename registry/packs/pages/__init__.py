"""Frameworks with their statements of applicability; editions of rule packs for administrators."""

from registry.packs.pages.editions import pages
from registry.packs.pages.frameworks import frameworks

__all__ = ["frameworks", "pages"]

"""Every tag and who carries it; the tags and notes of one system."""

from registry.annotations.pages import notes
from registry.annotations.pages.tags import pages

__all__ = ["notes", "pages"]

"""Importing in the browser: an inventory by upload, columns, dry run, import, report and undo; one system by its model card."""

from registry.interchange.pages import cards, report, show, steps
from registry.interchange.pages.start import pages

__all__ = ["cards", "pages", "report", "show", "steps"]

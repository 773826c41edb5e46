"""Importing an inventory in the browser: upload, columns, dry run, import, report, undo."""

from registry.interchange.pages import report, show, steps
from registry.interchange.pages.start import pages

__all__ = ["pages", "report", "show", "steps"]

"""Directory; a person and everything they hold; units; teams."""

from registry.people.pages import person, teams, unit_edits, units
from registry.people.pages.directory import pages

__all__ = ["pages", "person", "teams", "unit_edits", "units"]

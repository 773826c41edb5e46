"""Directory; a person and everything they hold; units; teams."""

from registry.people.pages import importing, person, teams, unit_edits, unit_removal, units
from registry.people.pages.directory import pages

__all__ = ["importing", "pages", "person", "teams", "unit_edits", "unit_removal", "units"]

"""Add, edit, mark as left; units and teams; bring in a people file."""

from registry.people.actions.directory import (
    add_person,
    add_team,
    add_unit,
    edit_person,
    edit_team,
    edit_unit,
    mark_as_here,
    mark_as_left,
)
from registry.people.actions.importing import import_people

__all__ = [
    "add_person",
    "add_team",
    "add_unit",
    "edit_person",
    "edit_team",
    "edit_unit",
    "import_people",
    "mark_as_here",
    "mark_as_left",
]

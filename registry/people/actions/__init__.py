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

__all__ = [
    "add_person",
    "add_team",
    "add_unit",
    "edit_person",
    "edit_team",
    "edit_unit",
    "mark_as_here",
    "mark_as_left",
]

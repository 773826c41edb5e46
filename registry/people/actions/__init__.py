"""Add, edit, mark as left; units and teams; bring in a people file."""

from registry.people.actions.directory import (
    add_person,
    add_team,
    add_unit,
    edit_person,
    edit_team,
    edit_unit,
    mark_as_gone,
    mark_as_here,
    mark_as_left,
    remove_unit,
)
from registry.people.actions.importing import import_people
from registry.people.actions.uploads import finish_upload, keep_upload

__all__ = [
    "add_person",
    "add_team",
    "add_unit",
    "edit_person",
    "edit_team",
    "edit_unit",
    "finish_upload",
    "import_people",
    "keep_upload",
    "mark_as_gone",
    "mark_as_here",
    "mark_as_left",
    "remove_unit",
]

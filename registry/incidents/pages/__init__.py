"""Every incident one may see; one incident with its story; opening one, and each step it goes on by."""

from registry.incidents.pages import (
    actions_list,
    comparing,
    lists,
    measures,
    one,
    opening,
    reports,
    steps,
    tying,
)
from registry.incidents.pages.shared import pages

__all__ = [
    "actions_list",
    "comparing",
    "lists",
    "measures",
    "one",
    "opening",
    "pages",
    "reports",
    "steps",
    "tying",
]

"""What a saved view of the register must state, who sees it, and who may change it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from registry.annotations.rules.tags import folded
from registry.kernel.actor import Role
from registry.kernel.errors import Problem
from registry.kernel.text import clean

VIEW_NAME_LIMIT = 80
ADDRESS_LIMIT = 4_000


class Sharing(StrEnum):
    """Whom a view is shown to besides the person who saved it."""

    NOBODY = "nobody"
    UNIT = "unit"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """A view as somebody saves it. `address` is the part of the register's address after the question mark."""

    name: str
    address: str
    sharing: Sharing = Sharing.NOBODY
    unit_id: int | None = None


def problems_with_view(facts: ViewFacts, *, name_taken: bool, unit_is_known: bool) -> list[Problem]:
    """Every objection to a view. Its filters are no matter of this rule: what a view cannot show later, it says then."""
    problems = []
    if not facts.name:
        problems.append(Problem("name", "Give the view a name."))
    elif len(facts.name) > VIEW_NAME_LIMIT:
        problems.append(Problem("name", f"Shorten the name to {VIEW_NAME_LIMIT} characters."))
    elif name_taken:
        problems.append(Problem("name", "You already have a view of this name."))
    if not _storable(facts.name):
        problems.append(Problem("name", "The name holds a character that cannot be stored."))
    if len(facts.address) > ADDRESS_LIMIT or not _storable(facts.address):
        problems.append(Problem("", "These filters are too many to be kept. Take some away."))
    if facts.sharing is Sharing.UNIT and facts.unit_id is None:
        problems.append(Problem("unit_id", "Choose the unit to share the view with."))
    elif facts.sharing is not Sharing.UNIT and facts.unit_id is not None:
        problems.append(Problem("unit_id", "Leave the unit empty, or share the view with a unit."))
    elif not unit_is_known:
        problems.append(Problem("unit_id", "There is no such unit."))
    return problems


def names_tag(address: str, tag: str) -> bool:
    """Whether a view is narrowed by this tag, whatever the capitals."""
    return any(_is_tag(pair, tag) for pair in parse_qsl(address, keep_blank_values=True))


def following_tag(address: str, before: str, now: str) -> str:
    """The address of a view with one tag called by its name of now."""
    kept = parse_qsl(address, keep_blank_values=True)
    # Where a tag is merged into one that the view names too, it is named once.
    return urlencode(list(dict.fromkeys(("tag", now) if _is_tag(pair, before) else pair for pair in kept)))


def _is_tag(pair: tuple[str, str], tag: str) -> bool:
    return pair[0] == "tag" and folded(pair[1]) == folded(tag)


def may_change_view(owner_id: int, actor_id: int | None, roles: Collection[Role]) -> bool:
    """Whether somebody may rename, overwrite or delete a view: whoever saved it, and administrators."""
    return owner_id == actor_id or Role.ADMINISTRATOR in roles


def _storable(text: str) -> bool:
    try:
        clean(text)
    except ValueError:
        return False
    return True

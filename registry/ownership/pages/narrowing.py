"""What the pages about the whole register are narrowed to, as their address says it."""

from collections.abc import Iterable
from typing import Any

from flask import request, url_for

from registry.ownership.forms import WithinForm
from registry.people import queries as people
from registry.people.rules import below
from registry.store.paging import cursor_of
from registry.web.flask_app import actor, session


def offered_units(form: WithinForm) -> dict[int, str]:
    """Every unit by its path, which the form now offers."""
    paths = people.unit_paths(session())
    form.unit.offer(paths)
    return paths


def units_of(form: WithinForm) -> frozenset[int] | None:
    """The units asked for with all below them, and of those only such as the reader heads where that is asked; None: all."""
    chosen = form.unit.data
    wide = None if chosen is None else frozenset({chosen}) | below(frozenset({chosen}), _tree())
    if not form.mine.data:
        return wide
    headed = actor().headed_units
    return headed if wide is None else wide & headed


def _tree() -> dict[int, int | None]:
    return people.parents(session())


def address(endpoint: str, **changes: Any) -> str:
    """This page with all that its address says, changed or (None) left out; from its beginning unless `after` is given."""
    kept: dict[str, Any] = {name: values for name, values in request.args.lists() if name != "after"}
    return url_for(endpoint, **{name: value for name, value in (kept | changes).items() if value})


def next_address(endpoint: str, place: tuple[Any, ...] | None) -> str | None:
    """The address of the next page of a list, if there is one."""
    return address(endpoint, after=cursor_of(*place)) if place else None


def stated(names: Iterable[str]) -> list[tuple[str, str]]:
    """What the address says under these names, to be carried along by another form of the page."""
    return [(name, value) for name in names for value in request.args.getlist(name) if value]

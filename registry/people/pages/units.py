"""The tree of units, and one unit: its people, its systems, the units below it, and what happened to it."""

from datetime import UTC, date, datetime, time
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem
from registry.ownership import queries as ownership
from registry.people import queries
from registry.people.forms import PastDayForm
from registry.people.models import BusinessUnit
from registry.people.pages.directory import PAGE, pages
from registry.people.queries import Narrowing
from registry.people.rules import chain_of, outline
from registry.people.rules.moving import with_those_below
from registry.people.rules.unit_history import Tree, replayed, steps_of
from registry.systems import queries as systems
from registry.systems.queries import Search
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_STORY = 100


@pages.get("/units")
@needs(Permission.PEOPLE_READ)
def units() -> ResponseReturnValue:
    found = {unit.id or 0: unit for unit in queries.units(session())}
    tree = {number: unit.parent_id for number, unit in found.items()}
    names = {number: unit.name for number, unit in found.items()}
    order = [(found[number], chain_of(found[number].parent_id, tree)) for number, _ in outline(tree, names)]
    return render_template(
        "people/units.html", order=order, names=names, **_heads(list(found.values())), **_unit_counts(tree)
    )


def _heads(shown_units: list[BusinessUnit]) -> dict[str, Any]:
    heads = queries.people_by_id(session(), {unit.head_id for unit in shown_units if unit.head_id})
    return {"heads": heads, "today": clock.today()}


def _unit_counts(tree: dict[int, int | None]) -> dict[str, Any]:
    people_in = queries.people_by_unit(session(), clock.today())
    systems_in = systems.count_by_unit(session(), actor())
    return {
        "people_in": people_in,
        "people_below": with_those_below(people_in, tree),
        "systems_in": systems_in,
        "systems_below": with_those_below(systems_in, tree),
    }


@pages.get("/units/<int:number>")
@needs(Permission.PEOPLE_READ)
def unit(number: int) -> ResponseReturnValue:
    found = queries.unit_by_id(session(), number)
    every = {each.id or 0: each for each in queries.units(session())}
    below = [each for each in every.values() if each.parent_id == number]
    tree = {each: row.parent_id for each, row in every.items()}
    only = frozenset({number})
    listed = systems.page(session(), actor(), Search(unit_ids=only), limit=PAGE).items
    page = render_template(
        "people/unit.html",
        unit=found,
        above=[every[each] for each in reversed(chain_of(found.parent_id, tree))],
        below=below,
        people=queries.people_page(session(), Narrowing(unit_ids=only, on=clock.today()), limit=PAGE).items,
        systems=listed,
        owners=ownership.owners_of(session(), [system.id or 0 for system in listed]),
        teams=queries.teams_of_unit(session(), number),
        story=_story(number, {each: row.name for each, row in every.items()}),
        **_on_a_day(number),
        **_heads([found, *below]),
        **_unit_counts(tree),
    )
    return page


def _story(number: int, names: dict[int, str]) -> list[dict[str, Any]]:
    """What happened to the unit, newest first, as the timeline shows it."""
    changes = queries.changes_of_unit(session(), number, limit=_STORY)
    heads = {each for change in changes for each in change.moved.get("head_id", ()) if each}
    people = {key: person.name for key, person in queries.people_by_id(session(), heads).items()}
    return [
        {"at": change.at, "who": change.who, "said": said}
        for change in changes
        for said in reversed(steps_of(change, names, people))
    ]


def _on_a_day(number: int) -> dict[str, Any]:
    """Which units stood above this one when the day asked for ended, by the ledger."""
    form = PastDayForm(request.args)
    asked = form.on.data if form.validate() else None
    if asked is not None and asked > clock.today():
        form.take([Problem("on", "This day has not come yet. Choose today or a day before.")])
        asked = None
    tree = _tree_on(asked, number) if asked else Tree()
    above = [
        (each, tree.names.get(each, ""))
        for each in reversed(chain_of(tree.parents.get(number), tree.parents))
    ]
    return {"day_form": form, "asked": asked, "stood": tree.names.get(number), "above_then": above}


def _tree_on(day: date, number: int) -> Tree:
    # The number may have been that of a unit that was removed: its story is not this one's.
    made = queries.made_at(session(), number)
    changes = queries.changes_of_units(session(), datetime.combine(day, time.max, UTC))
    return replayed(each for each in changes if each.unit_id != number or each.seq >= made)

"""What stands around the register's lines: facets with counts, filters in force, headings to sort by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from flask import url_for

from registry.kernel.actor import Actor
from registry.people.models import BusinessUnit
from registry.people.rules import chain_of, outline, path_said
from registry.systems.models import SavedView
from registry.systems.queries import FACETS, FILTERS, SORTS, Counted, Facet, Shown
from registry.systems.rules.record import Visibility
from registry.systems.rules.search import COLUMNS, EVERY_SYSTEM, Listing, address_of

_FEW, _MANY = 8, 300
_TABS = 6
_TREE_SHOWN_WHOLE = 12
_OPEN = frozenset({"stage", "tier", "unit"})
_HEADINGS = {"key": "Id", "name": "System", **COLUMNS}


@dataclass(frozen=True)
class Organisation:
    """The units as a tree, and the names of the people an answer mentions."""

    units: Sequence[BusinessUnit]
    people: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def tree(self) -> dict[int, int | None]:
        """Each unit's number with that of the unit above it."""
        return {unit.id or 0: unit.parent_id for unit in self.units}

    @cached_property
    def names(self) -> dict[int, str]:
        """Each unit's number with its own name."""
        return {unit.id or 0: unit.name for unit in self.units}

    @cached_property
    def short_paths(self) -> dict[int, str]:
        """The paths without the unit that all others stand under, where there is one."""
        tops = [number for number, above in self.tree.items() if above is None]
        first = f"{self.names[tops[0]]} / " if len(tops) == 1 else ""
        return {number: path.removeprefix(first) for number, path in self.paths.items()}

    @cached_property
    def paths(self) -> dict[int, str]:
        """Each unit's number with its whole path."""
        return {number: path_said(number, self.tree, self.names) for number in self.tree}


def url(listing: Listing, *more: tuple[str, str], endpoint: str = "systems.register_page") -> str:
    """The address of this list, with further parameters."""
    pairs: dict[str, list[str]] = {}
    for name, value in [*address_of(listing), *more]:
        pairs.setdefault(name, []).append(value)
    return url_for(endpoint, **pairs)  # type: ignore[arg-type]


def most_chosen(counts: Mapping[str, int], chosen: Sequence[str], *, everything: bool) -> list[str]:
    """The values of an open facet that are shown: the most frequent, and whatever is picked."""
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    shown = ranked[: _MANY if everything else _FEW]
    return shown + [value for value in chosen if value not in shown]


def groups(
    listing: Listing, counted: Counted, organisation: Organisation, opened: Sequence[str]
) -> list[dict[str, Any]]:
    """Every facet worth showing, with its choices and how many systems each would show."""
    return [
        group
        for facet in FACETS
        if _tells(facet, listing, counted)
        for group in [_group(facet, listing, counted.facets[facet.name], organisation, opened)]
        if group["options"]
    ]


def _tells(facet: Facet, listing: Listing, counted: Counted) -> bool:
    # Only whoever sees a restricted system is told that there is such a thing.
    if facet.name == "visibility":
        restricted = Visibility.RESTRICTED.value in counted.facets[facet.name]
        return restricted or bool(listing.search.values(facet.name))
    return True


def _group(
    facet: Facet,
    listing: Listing,
    counts: Mapping[str, int],
    organisation: Organisation,
    opened: Sequence[str],
) -> dict[str, Any]:
    chosen, everything = listing.search.values(facet.name), facet.name in opened
    if facet.tree:
        options, hidden = _units(counts, chosen, organisation, everything=everything)
    else:
        known = [value for value in facet.said if value in counts or value in chosen]
        values = known if facet.said else most_chosen(counts, chosen, everything=everything)
        hidden = 0 if facet.said else len(counts.keys() - set(values))
        options = [
            {"value": value, "label": said(facet, value, organisation), "count": counts.get(value, 0)}
            for value in values
        ]
    for option in options:
        option["chosen"] = option["value"] in chosen
    more = {"label": f"{hidden:,} more", "url": url(listing, ("more", facet.name))} if hidden else None
    return {
        "name": facet.name,
        "label": facet.label,
        "options": options,
        "open": facet.name in _OPEN or everything,
        "more": more if not everything else None,
    }


def said(facet: Facet, value: str, organisation: Organisation) -> str:
    """A facet's value in words."""
    if facet.said:
        return facet.said[value]
    if value == facet.unstated:
        return "not stated"
    if facet.tree:
        return organisation.paths.get(int(value), "a unit that is not there")
    if facet.numbers:
        return organisation.people.get(int(value), "somebody who is not there")
    return value


def _units(
    counts: Mapping[str, int], chosen: Sequence[str], organisation: Organisation, *, everything: bool
) -> tuple[list[dict[str, Any]], int]:
    """The tree of units that hold something, each with what is below it, as far down as is of use now."""
    held: dict[int, int] = {}
    for value, count in counts.items():
        for above in chain_of(int(value), organisation.tree):
            held[above] = held.get(above, 0) + count
    picked = {int(value) for value in chosen}
    opened = {above for number in picked for above in chain_of(number, organisation.tree)}
    whole = everything or len(held) <= _TREE_SHOWN_WHOLE
    options, hidden = [], 0
    for number, level in outline(organisation.tree, organisation.names):
        if number not in held and number not in picked:
            continue
        if whole or level <= 1 or number in opened or organisation.tree[number] in opened:
            count, name = held.get(number, 0), organisation.names[number]
            options.append({"value": str(number), "label": name, "count": count, "level": min(level, 4)})
        else:
            hidden += 1
    return options[:_MANY], hidden


def in_force(listing: Listing, organisation: Organisation) -> list[dict[str, str]]:
    """The filters in force, each with the address that takes it away."""
    search = listing.search
    words = replace(listing, search=replace(search, words=""))
    items = [{"label": "Words:", "value": search.words, "url": url(words)}] if search.words else []
    for facet in FACETS:
        for value in search.values(facet.name):
            without = replace(listing, search=search.without(facet.name, value))
            items.append(
                {
                    "label": f"{facet.label}:",
                    "value": said(facet, value, organisation),
                    "url": url(without),
                }
            )
    for each in FILTERS:
        for value in search.values(each.name):
            without = replace(listing, search=search.without(each.name, value))
            items.append({"label": f"{each.label}:", "value": each.said[value], "url": url(without)})
    return items


def headings(listing: Listing) -> list[dict[str, Any]]:
    """The columns shown, each with the address that sorts by it, or the other way round where it does already."""
    found = []
    for name in ("key", "name", *listing.columns):
        here = name == listing.sort
        heading: dict[str, Any] = {"name": name, "label": _HEADINGS[name], "narrow": name == "key"}
        if name in SORTS:
            turned = replace(listing, sort=name, descending=here and not listing.descending)
            heading["sort_url"] = url(turned)
        if here:
            heading["sorted"] = "descending" if listing.descending else "ascending"
        found.append(heading)
    return found


def people_named(listing: Listing, counted: Counted, opened: Sequence[str]) -> set[int]:
    """The numbers of the people whose names the facets need."""
    return {
        int(value)
        for facet in FACETS
        if facet.numbers and not facet.tree
        for value in most_chosen(
            counted.facets[facet.name], listing.search.values(facet.name), everything=facet.name in opened
        )
        if value != facet.unstated
    }


def turns(listing: Listing, shown: Shown) -> dict[str, str | None]:
    """The addresses of the pages before and after this one."""
    cursor, said = SORTS[listing.sort].cursor, listing.sort_said
    return {
        "next_url": url(listing, ("after", cursor(said, shown.after))) if shown.after else None,
        "previous_url": url(listing, ("before", cursor(said, shown.before))) if shown.before else None,
    }


def view_url(number: int | None, address: str) -> str:
    """The address that opens a saved view."""
    where = url_for("systems.register_page")
    return f"{where}?{address}&view={number}" if address else f"{where}?view={number}"


def view_tabs(
    views: Sequence[tuple[SavedView, str]], current: SavedView | None, reader: Actor
) -> list[dict[str, Any]]:
    """The whole register, one's own views and the shared ones, as tabs; beyond a few, the page of views lists them."""
    tabs = [
        {
            "label": "All systems",
            "url": url_for("systems.register_page", view=EVERY_SYSTEM),
            "current": current is None,
        }
    ]
    shown = [row for row in views if row[0] is current or views.index(row) < _TABS]
    for view, owner in shown:
        whose = "" if view.person_id == reader.person_id else f" · {owner}"
        tabs.append(
            {
                "label": f"{view.name}{whose}",
                "url": view_url(view.id, view.address),
                "current": view is current,
            }
        )
    if views and not reader.looks_back:
        tabs.append({"label": "Manage views", "url": url_for("systems.views"), "current": False})
    return tabs

"""Reading a search, and how it is shown, from the parameters of an address."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.text import listed, shortened
from registry.store.orders import Place
from registry.systems.queries.facets import FACETS, Facet
from registry.systems.queries.filters import FILTERS, Filter
from registry.systems.queries.sorts import SORTS
from registry.systems.rules.search import (
    COLUMNS,
    EVERY_SYSTEM,
    MOST_VALUES,
    NOT_STATED,
    WORDS_LIMIT,
    Listing,
    Search,
    columns_from,
    storable,
)

# The parameters of the register that are no facet.
_OTHERS = ("q", "sort", "col", "view", "after", "before", "more")
_NARROWING: Sequence[Facet | Filter] = (*FACETS, *FILTERS)
# What of a stale address a sentence repeats.
_MOST_NAMED, _NAMED_LENGTH = 5, 60


class Arguments(Protocol):
    """The parameters of an address: `request.args`, or anything that answers getlist."""

    def getlist(self, key: str, /) -> Sequence[str]:
        """Every value of one parameter, in order."""
        ...


def search_from(args: Arguments) -> Search:
    """The search an address means: `q` and one parameter per facet and filter, each any number of times.

    Asks no database, and takes no notice of parameters it does not know (sort, columns, cursors). Raises
    RuleBroken naming each facet and value that does not exist.
    """
    search, problems = read(args)
    if problems:
        raise RuleBroken(problems)
    return search


def read(args: Arguments) -> tuple[Search, list[Problem]]:
    """The search an address means as far as it can be understood, and what could not be."""
    words = "".join(args.getlist("q")[:1]).replace("\x00", "").strip()[:WORDS_LIMIT]
    chosen, problems = [], []
    for facet in _NARROWING:
        values = tuple(dict.fromkeys(value for value in args.getlist(facet.name) if value))
        known = tuple(value for value in values[:MOST_VALUES] if facet.knows(value) and storable([value]))
        if len(known) < len(values):
            lost = [value for value in values if value not in known]
            problems.append(Problem(facet.name, _unknown(facet.label, values, lost)))
        if known:
            chosen.append((facet.name, known))
    return Search(words, tuple(chosen)), problems


def listing_from(args: Arguments) -> tuple[Listing, list[Problem]]:
    """The search, order and columns an address means as far as it can be understood, and what could not be."""
    search, problems = read(args)
    sort, descending, lost_order = _order(args)
    problems += lost_order
    named = [name for name in dict.fromkeys(args.getlist("col")) if name]
    there = {*COLUMNS, NOT_STATED}
    columns = columns_from([name for name in named if name in there])
    if lost := [name for name in named if name not in there]:
        problems.append(Problem("col", f"Columns: there is no {_quoted(lost, 'or')}."))
    view = "".join(args.getlist("view")[:1])
    view = view if view == EVERY_SYSTEM or (view.isascii() and view.isdigit() and len(view) < 10) else ""
    return Listing(search, sort, descending, columns, view), problems


def sorted_from(args: Arguments) -> Listing:
    """The search and the order an address means. Raises RuleBroken naming each facet, value and order that does not exist."""
    search, problems = read(args)
    sort, descending, lost = _order(args)
    refuse_if([*problems, *lost])
    return Listing(search, sort, descending)


def _order(args: Arguments) -> tuple[str, bool, list[Problem]]:
    """By what it is sorted and whether downwards; by name where that cannot be, with the objection."""
    said = "".join(args.getlist("sort")[:1])
    sort = said.removeprefix("-") or Listing().sort
    if sort in SORTS:
        return sort, said.startswith("-"), []
    return Listing().sort, False, [Problem("sort", f"The register cannot be sorted by {_quoted([sort])}.")]


def lost_in(names: Iterable[str]) -> list[Problem]:
    """What an address narrows by that the register does not know any more, given the names of its parameters."""
    known = {*_OTHERS, *(each.name for each in _NARROWING)}
    lost = [name for name in dict.fromkeys(names) if name not in known]
    if not lost:
        return []
    said = "The filter {} does not exist" if len(lost) == 1 else "The filters {} do not exist"
    return [Problem(lost[0], f"{said.format(_quoted(lost))} any more.")]


def still_there(
    listing: Listing, units: Collection[int], people: Collection[int]
) -> tuple[Listing, list[Problem]]:
    """The listing narrowed only to units and people there are, by their numbers; and what it was narrowed to besides."""
    search, problems = listing.search, []
    for facet in FACETS:
        there = units if facet.tree else people
        lost = [value for value in search.values(facet.name) if facet.numbers and int(value) not in there]
        for value in lost:
            search = search.without(facet.name, value)
        if lost:
            said = f"{facet.label}: there is no {_quoted(lost, 'or')} any more."
            problems.append(Problem(facet.name, said))
    return replace(listing, search=search), problems


def place_from(args: Arguments, listing: Listing) -> Place | None:
    """Where the page begins (`after`) or ends (`before`). Raises RuleBroken for a place this order does not have."""
    for name in ("after", "before"):
        cursor = "".join(args.getlist(name)[:1])
        if cursor:
            return place_at(listing, name, cursor, back=name == "before")
    return None


def place_at(listing: Listing, name: str, cursor: str, *, back: bool = False) -> Place:
    """The place that the parameter of that name has. Raises RuleBroken for one this order does not have."""
    try:
        return SORTS[listing.sort].place(listing.sort_said, cursor, back=back)
    except ValueError as error:
        raise RuleBroken([Problem(name, "This place in the list was not issued here.")]) from error


def _unknown(label: str, values: Sequence[str], lost: Sequence[str]) -> str:
    if len(values) > MOST_VALUES:
        return f"{label}: choose at most {MOST_VALUES} at a time."
    return f"{label}: there is no {_quoted(lost, 'or')} to choose."


def _quoted(texts: Sequence[str], last: str = "and") -> str:
    """The first few of these texts as a sentence can name them: an address may hold anything, and any number of it."""
    plain = ["".join(sign if sign.isprintable() else "�" for sign in text) for text in texts[:_MOST_NAMED]]
    said = [f"“{shortened(text, _NAMED_LENGTH)}”" for text in plain]
    if more := len(texts) - len(plain):
        said.append(f"{more:,} more")
    return listed(said, last)

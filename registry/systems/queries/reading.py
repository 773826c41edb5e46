"""Reading a search, and how it is shown, from the parameters of an address."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from registry.kernel.errors import Problem, RuleBroken
from registry.systems.queries.facets import FACETS
from registry.systems.queries.sorts import SORTS, Place
from registry.systems.rules.search import (
    EVERY_SYSTEM,
    MOST_VALUES,
    WORDS_LIMIT,
    Listing,
    Search,
    columns_from,
    storable,
)


class Arguments(Protocol):
    """The parameters of an address: `request.args`, or anything that answers getlist."""

    def getlist(self, key: str, /) -> Sequence[str]:
        """Every value of one parameter, in order."""
        ...


def search_from(args: Arguments) -> Search:
    """The search an address means: `q` and one parameter per facet, each any number of times.

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
    for facet in FACETS:
        values = tuple(dict.fromkeys(value for value in args.getlist(facet.name) if value))
        known = tuple(value for value in values[:MOST_VALUES] if facet.knows(value) and storable([value]))
        if len(known) < len(values):
            problems.append(Problem(facet.name, _unknown(facet.label, values)))
        if known:
            chosen.append((facet.name, known))
    return Search(words, tuple(chosen)), problems


def listing_from(args: Arguments) -> tuple[Listing, list[Problem]]:
    """The search, order and columns an address means as far as it can be understood, and what could not be."""
    search, problems = read(args)
    said = "".join(args.getlist("sort")[:1])
    sort = said.removeprefix("-") or Listing().sort
    if sort not in SORTS:
        problems.append(Problem("sort", "The register cannot be sorted by what this address says."))
        said = sort = Listing().sort
    columns = columns_from(args.getlist("col"))
    view = "".join(args.getlist("view")[:1])
    view = view if view == EVERY_SYSTEM or (view.isascii() and view.isdigit() and len(view) < 10) else ""
    return Listing(search, sort, said.startswith("-"), columns, view), problems


def lost_in(names: Iterable[str]) -> list[Problem]:
    """What a saved view narrowed by that the register does not know any more, given the names of its parameters."""
    known = {"q", "sort", "col", *(facet.name for facet in FACETS)}
    return [
        Problem(name, f"The filter “{name}” does not exist any more.")
        for name in dict.fromkeys(names)
        if name not in known
    ]


def place_from(args: Arguments, listing: Listing) -> Place | None:
    """Where the page begins (`after`) or ends (`before`). Raises RuleBroken for a place this order does not have."""
    for name in ("after", "before"):
        cursor = "".join(args.getlist(name)[:1])
        if cursor:
            try:
                return SORTS[listing.sort].place(cursor, back=name == "before")
            except ValueError as error:
                raise RuleBroken([Problem(name, "This place in the list was not issued here.")]) from error
    return None


def _unknown(label: str, values: Sequence[str]) -> str:
    if len(values) > MOST_VALUES:
        return f"{label}: choose at most {MOST_VALUES} at a time."
    return f"{label}: one of the choices in this address does not exist."

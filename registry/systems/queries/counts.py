"""How many systems each choice of each facet would show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.systems.models import System
from registry.systems.queries.facets import BY_NAME, FACETS, MARK, Facet, with_ownership
from registry.systems.queries.remembering import remembered
from registry.systems.queries.searching import count, narrowed, over_systems
from registry.systems.rules.search import Search

# Between the systems of one text. No text of the register holds a control character (kernel/text.py).
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a search holds: systems found, systems there are, and for each facet how many have each value."""

    found: int
    everything: int
    facets: Mapping[str, Mapping[str, int]]


def counted(session: Session, actor: Actor, search: Search) -> Counted:
    """Count a search and every facet of it among what the actor may see.

    Filters narrow, and nothing is counted for them. One statement, one more for each facet picked from, and one for all systems where no other counts them anyway.

    A facet's counts leave out what is picked in that facet itself, so that each says what picking it as well would
    bring.

    The database goes through the systems once and hands back each facet's values as one text, counted here. A row per
    system took about twice as long at ten thousand systems on SQLite, most of it for making rows. It is remembered until
    something is recorded.
    """
    return remembered(session, actor, "facets", search, lambda: _counted(session, actor, search))


def _counted(session: Session, actor: Actor, search: Search) -> Counted:
    chosen = {name for name, _ in search.chosen}
    total, tallies = _tallied(session, actor, search, [facet for facet in FACETS if facet.name not in chosen])
    everything = None if search.narrows else total
    for name in (name for name, _ in search.chosen if name in BY_NAME):
        without = search.without_facet(name)
        number, alone = _tallied(session, actor, without, [BY_NAME[name]])
        tallies |= alone
        everything = everything if without.narrows else number
    return Counted(total, count(session, actor) if everything is None else everything, tallies)


def _tallied(
    session: Session, actor: Actor, search: Search, facets: Sequence[Facet]
) -> tuple[int, dict[str, Counter[str]]]:
    """How many systems the search finds, and how many of them have each value of these facets."""
    today, texts, joins = clock.today(), [], []
    read = [facet for facet in facets if not facet.having and not facet.among]
    by_sets = [facet for facet in facets if facet.having or facet.among]
    for facet in read:
        text = facet.text(today)
        if facet.read:
            text, joined = facet.read()
            joins.append(joined)
        texts.append(_gathered(func.coalesce(text, "")))
    sets = [
        each.subquery()
        for facet in by_sets
        for each in (
            *(having(today) for having in facet.having.values()),
            *(among(today, actor) for among in facet.among.values()),
        )
    ]
    if sets:
        numbers = [_numbers(next(iter(each.c)), each) for each in sets]
        texts += [_gathered(cast(col(System.id), String)), *numbers]
    query: Any = select(func.count(), *texts)
    seated = any(facet.seated for facet in facets)
    query = with_ownership(query) if seated else over_systems(query, search)
    for table, on in joins:
        query = query.join(table, on, isouter=True)
    total, *found = session.execute(query.where(*narrowed(session, actor, search, today))).one()
    tallies = {facet.name: _tally(facet, values) for facet, values in zip(read, found, strict=False)}
    tallies |= _by_sets(by_sets, found[len(read) :])
    return total, tallies


def _gathered(text: Any) -> Any:
    return func.aggregate_strings(text, _BETWEEN)


def _numbers(number: Any, having: Any) -> Any:
    return select(_gathered(cast(number, String))).select_from(having).scalar_subquery()


def _by_sets(facets: Sequence[Facet], found: Sequence[str | None]) -> dict[str, Counter[str]]:
    """How many of the systems found first are not among those found for each value, or are."""
    if not facets:
        return {}
    systems, *having = (frozenset(_parts(each)) for each in found)
    following = iter(having)
    return {
        facet.name: Counter(
            {value: len(systems) - len(systems & next(following)) for value in facet.having}
            or {value: len(systems & next(following)) for value in facet.among}
        )
        for facet in facets
    }


def _parts(joined: str | None) -> Sequence[str]:
    return joined.split(_BETWEEN) if joined is not None else ()


def _tally(facet: Facet, joined: str | None) -> Counter[str]:
    whole = Counter(_parts(joined))
    if not facet.several:
        return Counter({value or facet.unstated: number for value, number in whole.items()})
    tally: Counter[str] = Counter()
    for values, number in whole.items():
        for value in values.split(MARK)[:-1]:
            tally[value] += number
    return tally

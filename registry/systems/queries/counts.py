"""How many systems each choice of each facet would show."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, literal
from sqlmodel import Session, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.systems.queries.facets import BY_NAME, FACETS, MARK, Facet, clause_of, with_owner
from registry.systems.queries.searching import count, narrowed
from registry.systems.rules.search import Search


@dataclass(frozen=True, slots=True)
class Counted:
    """What a search holds: systems found, systems there are, and for each facet how many have each value."""

    found: int
    everything: int
    facets: Mapping[str, Mapping[str, int]]


def counted(session: Session, actor: Actor, search: Search) -> Counted:
    """Count a search and every facet of it among what the actor may see; two statements at most.

    A facet's counts leave out what is picked in that facet itself, so that each says what picking it as well would
    bring: a system counts everywhere if nothing picked leaves it out, and in one facet alone if only that facet does.

    The values are read in one pass and counted here: at ten thousand systems on SQLite, which sorts anew for each
    facet it groups by, grouping in the database took one and a half times as long.
    """
    picked = [name for name, _ in search.chosen]
    rows = session.execute(_values(actor, search))
    by_outcome: dict[str | None, list[Sequence[str | None]]] = {}
    for row in rows:
        by_outcome.setdefault(row[0], []).append(row)
    found = _columns(by_outcome.get(None, ()))
    facets = {facet.name: _tally(facet, values) for facet, values in zip(FACETS, found, strict=True)}
    for name in picked:
        place = FACETS.index(BY_NAME[name])
        left_out = _columns(by_outcome.get(name, ()))[place]
        facets[name] = facets[name] + _tally(BY_NAME[name], left_out)
    total = len(by_outcome.get(None, ()))
    return Counted(total, count(session, actor) if search.narrows else total, facets)


def _values(actor: Actor, search: Search) -> Any:
    """Every system that at most one picked facet leaves out: the name of that facet or NULL, then its values."""
    today = clock.today()
    texts = [facet.text(today) for facet in FACETS]
    # Not NOT: a comparison with NULL is neither true nor false, and leaves the system out all the same.
    misses = [case((clause_of(BY_NAME[name], values, today), 0), else_=1) for name, values in search.chosen]
    names = [literal(name) for name, _ in search.chosen]
    by = (
        case(*((miss == 1, name) for miss, name in zip(misses, names, strict=True)))
        if names
        else literal(None)
    )
    words = Search(search.words, unit_ids=search.unit_ids)
    query = with_owner(select(by, *texts)).where(*narrowed(actor, words, today))
    return query.where(sum(misses[1:], misses[0]) <= 1) if len(misses) > 1 else query


def _columns(rows: Iterable[Sequence[str | None]]) -> Sequence[Sequence[str | None]]:
    columns = list(zip(*rows, strict=True))
    return columns[1:] if columns else [()] * len(FACETS)


def _tally(facet: Facet, values: Iterable[str | None]) -> Counter[str]:
    whole = Counter(values)
    if not facet.several:
        return Counter(
            {facet.unstated if value is None else value: number for value, number in whole.items()}
        )
    tally: Counter[str] = Counter()
    for joined, number in whole.items():
        for value in (joined or "").split(MARK)[:-1]:
            tally[value] += number
    return tally

"""Many searches of the register counted in one statement: by the very clauses that list what each of them finds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, true
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.portfolio.rules.figures import Count
from registry.systems.models import System
from registry.systems.queries.facets import BY_NAME, clause_of, with_ownership
from registry.systems.queries.filters import FILTER_BY_NAME
from registry.systems.queries.searching import narrowed
from registry.systems.rules.search import Search

Picked = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, by search; and how many people the systems that were looked at say they affect, added up."""

    found: Mapping[Search, int]
    people: int

    def of(self, search: Search | None) -> Count:
        """The number of one of the searches; where a scope excludes it, none."""
        return Count(self.found[search] if search is not None else 0, search)


def counts_of(
    session: Session, actor: Actor, base: Search, looked_at: Search | None, searches: Iterable[Search | None]
) -> Counts:
    """How many systems each of these searches finds, each of which narrows `base`, as `looked_at` does too.

    Two statements, and one more where a search asks for what a system has to show.
    """
    asked = list(dict.fromkeys(search for search in (looked_at, *searches) if search is not None))
    # Most ask about the few in use: the others of ten thousand are not asked each of that.
    of_few = [search for search in asked if looked_at and {*looked_at.chosen} <= {*search.chosen}]
    people, found = _counted(session, actor, looked_at, of_few) if looked_at else (0, {})
    _, further = _counted(session, actor, base, [search for search in asked if search not in found])
    return Counts(found | further, people)


def _counted(
    session: Session, actor: Actor, base: Search, searches: Sequence[Search]
) -> tuple[int, dict[Search, int]]:
    """The people affected by the systems of `base`, added up, and how many of those each of the searches finds."""
    # What every one of them picks is asked once, of the whole statement.
    further = [tuple(one for one in search.chosen if one not in base.chosen) for search in searches]
    clauses = _clauses(session, actor, further)
    columns = [func.count().filter(and_(true(), *(clauses[one] for one in picked))) for picked in further]
    query: Any = with_ownership(select(func.coalesce(func.sum(col(System.affected_count)), 0), *columns))
    people, *found = session.execute(query.where(*narrowed(session, actor, base))).one()
    return int(people), dict(zip(searches, found, strict=True))


def _clauses(session: Session, actor: Actor, picks: Iterable[Iterable[Picked]]) -> dict[Picked, Any]:
    today = clock.today()
    picked = dict.fromkeys(one for some in picks for one in some)
    names = {name for name, _ in picked if name in FILTER_BY_NAME}
    filters = {name: FILTER_BY_NAME[name].clauses(session, today) for name in names}
    return {
        (name, values): or_(*(filters[name][value]() for value in values))
        if name in filters
        else clause_of(BY_NAME[name], values, today, actor)
        for name, values in picked
    }

"""How many systems each choice of each facet would show, in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import cast, literal, null
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.systems.models import System
from registry.systems.queries.facets import BY_NAME, FACETS, Facet, clause_of, with_owner
from registry.systems.queries.searching import narrowed
from registry.systems.queries.visibility import visible_to
from registry.systems.rules.search import NOT_STATED, Search

_FOUND, _EVERYTHING = "found", "everything"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a search holds: systems found, systems there are, and for each facet how many have each value."""

    found: int
    everything: int
    facets: Mapping[str, Mapping[str, int]]


def counted(session: Session, actor: Actor, search: Search) -> Counted:
    """Count a search and every facet of it among what the actor may see; one statement.

    A facet's counts leave out what is picked in that facet itself, so that each says what picking it as well would
    bring. The visible systems that hold the words are read once into a table of their own (both databases keep a
    common table expression that is used more than once), with a mark per facet in force; the counts then group that.
    """
    base = _base(actor, search)
    parts = [_counts(facet, base, search) for facet in FACETS]
    parts.append(
        select(cast(literal(_FOUND), sa.String), cast(null(), sa.String), func.count())
        .select_from(base)
        .where(*_marks(base, search, but=None))
    )
    parts.append(
        select(cast(literal(_EVERYTHING), sa.String), cast(null(), sa.String), func.count())
        .select_from(System)
        .where(visible_to(actor))
    )
    found: dict[str, dict[str, int]] = {facet.name: {} for facet in FACETS}
    totals = {}
    for name, value, count in session.execute(sa.union_all(*parts)):
        if name in found:
            found[name][NOT_STATED if value is None else value] = count
        else:
            totals[name] = count
    return Counted(totals[_FOUND], totals[_EVERYTHING], found)


def _base(actor: Actor, search: Search) -> Any:
    today = clock.today()
    columns: list[Any] = [col(System.id).label("id")]
    columns += [facet.text(today).label(facet.name) for facet in FACETS if facet.text is not None]
    columns += [clause_of(BY_NAME[name], values, today).label(f"in_{name}") for name, values in search.chosen]
    words = Search(search.words, unit_ids=search.unit_ids)
    return with_owner(select(*columns)).where(*narrowed(actor, words, today)).cte("narrowed")


def _marks(base: Any, search: Search, *, but: str | None) -> list[Any]:
    return [base.c[f"in_{name}"].is_(sa.true()) for name, _ in search.chosen if name != but]


def _counts(facet: Facet, base: Any, search: Search) -> Any:
    named = cast(literal(facet.name), sa.String)
    if facet.pairs is None:
        value, source = base.c[facet.name], base
    else:
        pairs = facet.pairs().subquery()
        value, source = pairs.c.value, base.join(pairs, pairs.c.system_id == base.c.id)
    query = select(named, cast(value, sa.String), func.count()).select_from(source)
    return query.where(*_marks(base, search, but=facet.name)).group_by(value)

"""The clauses a search means; counting it, and the numbers of all systems in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.store.paging import holding
from registry.systems.models import System
from registry.systems.queries.facets import BY_NAME, clause_of, with_owner
from registry.systems.queries.visibility import visible_to
from registry.systems.rules.search import Search


def word_clause(words: str) -> ColumnElement[bool]:
    """The systems whose name, summary or id these words are found in."""
    number, pattern = number_of(SYSTEM_PREFIX, words), holding(words)
    return or_(
        func.lower(col(System.name)).like(pattern, escape="\\"),
        func.lower(col(System.summary)).like(pattern, escape="\\"),
        col(System.id) == number if number else false(),
    )


def narrowed(actor: Actor, search: Search, today: date | None = None) -> list[ColumnElement[bool]]:
    """The clauses of a search among the systems the actor may know of; over `with_owner`."""
    on = today or clock.today()
    clauses = [visible_to(actor)]
    if search.words:
        clauses.append(word_clause(search.words))
    if search.unit_ids:
        clauses.append(col(System.unit_id).in_(sorted(search.unit_ids)))
    return clauses + [clause_of(BY_NAME[name], values, on) for name, values in search.chosen]


def count(session: Session, actor: Actor, search: Search | None = None) -> int:
    """How many systems the actor can see in that search."""
    query: Any = with_owner(select(func.count()))
    return int(session.exec(query.where(*narrowed(actor, search or Search()))).one())


def numbers_in(session: Session, actor: Actor, search: Search) -> Sequence[int]:
    """The numbers of every system in a search that the actor may see, by number; in one statement."""
    query: Any = with_owner(select(System.id)).where(*narrowed(actor, search))
    return list(session.exec(query.order_by(col(System.id))))

"""The clauses a search means; counting it, and the numbers of all systems in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.store.folding import name_holds, text_holds
from registry.systems.models import System
from registry.systems.queries.facets import BY_NAME, clause_of, with_ownership
from registry.systems.queries.filters import filtered
from registry.systems.queries.visibility import visible_to
from registry.systems.rules.search import Search, words_of


def every_word(words: Sequence[str]) -> ColumnElement[bool]:
    """The systems whose name or summary holds each of these words; no word finds nothing."""
    each = [or_(name_holds(System.name, word), text_holds(System.summary, word)) for word in words]
    return and_(*each) if each else false()


def _word_clause(text: str) -> ColumnElement[bool]:
    """The systems that every word of what was typed is found in, and the one whose id it is."""
    number, found = number_of(SYSTEM_PREFIX, text), every_word(words_of(text))
    return or_(col(System.id) == number, found) if number else found


def over_systems(query: Any, search: Search) -> Any:
    """The query over systems, with the owner's seat beside each where the search asks about owners."""
    seated = any(name in BY_NAME and BY_NAME[name].seated for name, _ in search.chosen)
    return with_ownership(query) if seated else query.select_from(System)


def narrowed(
    session: Session, actor: Actor, search: Search, today: date | None = None
) -> list[ColumnElement[bool]]:
    """The clauses of a search among the systems the actor may know of; for `over_systems`."""
    on = today or clock.today()
    clauses = [visible_to(actor)]
    if search.words:
        clauses.append(_word_clause(search.words))
    if search.unit_ids:
        clauses.append(col(System.unit_id).in_(sorted(search.unit_ids)))
    return clauses + [
        clause_of(BY_NAME[name], values, on, actor)
        if name in BY_NAME
        else filtered(session, name, values, on)
        for name, values in search.chosen
    ]


def count(session: Session, actor: Actor, search: Search | None = None) -> int:
    """How many systems the actor can see in that search."""
    asked = search or Search()
    query = over_systems(select(func.count()), asked)
    return int(session.exec(query.where(*narrowed(session, actor, asked))).one())


def numbers_of(session: Session, actor: Actor, search: Search) -> Any:
    """The numbers of every system in a search that the actor may see, as a part of another statement."""
    return over_systems(select(System.id), search).where(*narrowed(session, actor, search))


def numbers_in(session: Session, actor: Actor, search: Search) -> Sequence[int]:
    """The numbers of every system in a search that the actor may see, by number; in one statement."""
    return list(session.exec(numbers_of(session, actor, search).order_by(col(System.id))))

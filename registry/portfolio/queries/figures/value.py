"""What the systems of a scope are expected to bring in a year, and what they brought. Amounts are exact, so they are added here."""

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.kernel.actor import Actor
from registry.objectives.models import Objective, ValueRealised
from registry.systems.models import System
from registry.systems.queries.searching import narrowed
from registry.systems.rules.search import Search

Amounts = list[tuple[str, Decimal]]


def expected_of(session: Session, actor: Actor, search: Search) -> Amounts:
    """Each value expected per year with its currency, in one statement."""
    query: Any = sa.select(col(Objective.currency), col(Objective.expected_value)).select_from(System)
    query = query.join(Objective, col(Objective.system_id) == col(System.id))
    query = query.where(col(Objective.expected_value).is_not(None), *narrowed(session, actor, search))
    return [(currency, amount) for currency, amount in session.execute(query)]


def realised_of(session: Session, actor: Actor, search: Search, since: date, until: date) -> Amounts:
    """Each amount realised after the first day and no later than the other, with its currency; in one statement."""
    query: Any = sa.select(col(ValueRealised.currency), col(ValueRealised.amount)).select_from(System)
    query = query.join(ValueRealised, col(ValueRealised.system_id) == col(System.id))
    query = query.where(
        col(ValueRealised.on_day) > since,
        col(ValueRealised.on_day) <= until,
        *narrowed(session, actor, search),
    )
    return [(currency, amount) for currency, amount in session.execute(query)]

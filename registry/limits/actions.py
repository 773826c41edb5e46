"""Count a try, exactly, however many count at one moment; forget counts that are over. Machinery, outside the ledger."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from registry.kernel import clock
from registry.limits.models import TryCount
from registry.limits.rules import PERIOD, Budget
from registry.store.columns import Instant


def count(session: Session, budget: Budget, cell: int) -> int:
    """Count one more; returns how many there are. One statement, so that of two at once neither is lost."""
    at, connection = clock.now(), session.connection()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(TryCount)
    is_over = (col(TryCount.since) <= at - PERIOD) | (col(TryCount.since) > at)
    counted = insert.values(budget=budget, cell=cell, count=1, since=at).on_conflict_do_update(
        index_elements=["budget", "cell"],
        set_={
            "count": sa.case((is_over, 1), else_=col(TryCount.count) + 1),
            "since": sa.case((is_over, sa.literal(at, Instant)), else_=col(TryCount.since)),
        },
    )
    so_far: int = connection.execute(counted.returning(col(TryCount.count))).scalar_one()
    return so_far


def forget_old(session: Session) -> int:
    """Delete the counts that are over; returns how many there were."""
    over = sa.delete(TryCount).where(col(TryCount.since) <= clock.now() - PERIOD)
    return session.connection().execute(over).rowcount

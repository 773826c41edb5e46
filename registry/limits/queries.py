"""How often something was tried so far."""

from sqlmodel import Session, select

from registry.limits.models import TryCount
from registry.limits.rules import Budget, Count


def count_in(session: Session, budget: Budget, cell: int) -> Count | None:
    """The count of a cell; None where it was never tried from there, or not for long."""
    query = select(TryCount.count, TryCount.since).where(TryCount.budget == budget, TryCount.cell == cell)
    found = session.exec(query).one_or_none()
    return None if found is None else Count(*found)

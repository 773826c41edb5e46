"""Units whose head has left or leaves soon."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlmodel import Session, col, select

from registry.people.models import BusinessUnit, Person
from registry.people.rules import HeadFinding, head_gap
from registry.people.rules.heads import SOON_DAYS


def heads_leaving(
    session: Session, today: date, unit_ids: Collection[int] | None = None
) -> list[HeadFinding]:
    """Units whose head has left or leaves within thirty days, the longest gone first; in one statement.

    `unit_ids` narrows to these units; None: all of them.
    """
    query = (
        select(BusinessUnit, Person)
        .join(Person, col(Person.id) == col(BusinessUnit.head_id))
        .where(col(Person.active_to) <= today + timedelta(days=SOON_DAYS))
        .order_by(col(Person.active_to), col(BusinessUnit.name), col(BusinessUnit.id))
    )
    if unit_ids is not None:
        query = query.where(col(BusinessUnit.id).in_(sorted(unit_ids)))
    return [
        HeadFinding(kind, unit.id or 0, unit.name, head.id or 0, head.name, last_day, (today - last_day).days)
        for unit, head in session.exec(query)
        if (last_day := head.active_to) and (kind := head_gap(last_day, today))
    ]

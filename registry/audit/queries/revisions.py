"""Which revision of itself a record is, as the ledger counts them, and since when."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import OBJECT
from registry.audit.queries.follow import instants

Thing = tuple[str, int]


def revisions(session: Session, things: Collection[Thing]) -> dict[Thing, tuple[int, datetime]]:
    """Of each of these records (kind and number) how many entries changed it and when the last of them was written.

    What the ledger knows nothing of is left out. In two statements, however many they are.
    """
    numbers: dict[str, set[int]] = defaultdict(set)
    for kind, number in things:
        numbers[kind].add(number)
    if not numbers:
        return {}
    wanted = sa.or_(
        *(
            sa.and_(OBJECT.c.kind == kind, OBJECT.c.object_id.in_(sorted(some)))
            for kind, some in sorted(numbers.items())
        )
    )
    query = sa.select(OBJECT.c.kind, OBJECT.c.object_id, sa.func.count(), sa.func.max(OBJECT.c.seq))
    query = query.where(wanted).group_by(OBJECT.c.kind, OBJECT.c.object_id)
    rows = session.connection().execute(query).all()
    at = instants(session, {last for *_, last in rows})
    return {(kind, number): (count, at[last]) for kind, number, count, last in rows}

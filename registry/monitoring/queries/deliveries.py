"""What holds for every kind of delivery: its entry in the ledger, and whether what came with it is as it came."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY
from registry.store.columns import Row

# Asked with every delivery; put together once.
_ENTRY_OF = (
    sa.select(ENTRY.c.seq)
    .where(ENTRY.c.subject_kind == sa.bindparam("kind"), ENTRY.c.subject_id == sa.bindparam("batch"))
    .order_by(ENTRY.c.seq)
    .limit(1)
)


def entry_of(session: Session, kind: type[Row], batch_id: int) -> int | None:
    """The first ledger entry about this delivery, or about any other row that is not changed afterwards."""
    asked = {"kind": kind.__tablename__, "batch": batch_id}
    return session.execute(_ENTRY_OF, asked).scalar_one_or_none()


def altered(rows: Iterable[Any], digest: Callable[[list[Any]], str]) -> Iterator[int]:
    """The numbers of deliveries whose rows do not give the digest they were received with.

    `rows` come in order of delivery, each with its delivery's number and digest as `delivery` and `sha256`; a delivery
    that has none stands alone, its `batch_id` empty.
    """
    for (number, expected), some in groupby(rows, key=lambda row: (row.delivery, row.sha256)):
        if digest([row for row in some if row.batch_id is not None]) != expected:
            yield number

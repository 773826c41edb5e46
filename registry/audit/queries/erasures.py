"""What was erased from the ledger, by which entry, and which records still stand as an entry left them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.queries.state import audited_tables, table_of
from registry.audit.rules.erasing import ENTRY_KIND, SHORTEST_BASIS, Erasure, problems_with
from registry.kernel.errors import Problem
from registry.kernel.events import Event

_OF_ERASURES = (ENTRY.c.subject_kind == ENTRY_KIND) & (ENTRY.c.event == Event.ENTRY_ERASED.value)


@dataclass(frozen=True, slots=True)
class Erased:
    """That the words of an entry were erased: by which entry, when, and on which basis."""

    by_seq: int
    at: datetime
    basis: str


def erasures(connection: sa.Connection) -> dict[int, int]:
    """The numbers of the entries whose words were erased, each with that of the entry that says so."""
    query = sa.select(ENTRY.c.subject_id, ENTRY.c.seq).where(_OF_ERASURES).order_by(ENTRY.c.seq.desc())
    # On SQLite a damaged number can be anything; the walk along the chain names its entry.
    return {seq: by for seq, by in connection.execute(query) if isinstance(seq, int) and seq < by}


def erased_among(session: Session, seqs: Collection[int]) -> dict[int, Erased]:
    """Of these entries the erased ones, with when and why."""
    if not seqs:
        return {}
    query = sa.select(ENTRY.c.subject_id, ENTRY.c.seq, ENTRY.c.at, PAYLOAD.c.payload)
    query = query.join_from(ENTRY, PAYLOAD, PAYLOAD.c.seq == ENTRY.c.seq)
    rows = session.connection().execute(query.where(_OF_ERASURES, ENTRY.c.subject_id.in_(sorted(seqs))))
    return {
        seq: Erased(by, datetime.fromisoformat(at), json.loads(payload)["note"].get("basis", ""))
        for seq, by, at, payload in rows
    }


def entry_row(session: Session, seq: int) -> sa.RowMapping | None:
    """The columns of an entry; None where there is none of that number."""
    return session.connection().execute(sa.select(ENTRY).where(ENTRY.c.seq == seq)).mappings().one_or_none()


def has_words(session: Session, seq: int) -> bool:
    """Whether what the entry said is still there."""
    query = sa.select(PAYLOAD.c.seq).where(PAYLOAD.c.seq == seq)
    return session.connection().execute(query).first() is not None


def hindrances(session: Session, seq: int, event: str) -> list[Problem]:
    """What stands against erasing an entry whoever asks, whoever approves and for whatever reason."""
    asked = Erasure(
        seq=seq,
        event=event,
        has_words=has_words(session, seq),
        standing=standing_as(session, seq),
        basis="-" * SHORTEST_BASIS,
        same_person=False,
        may_approve=True,
    )
    return problems_with(asked)


def standing_as(session: Session, seq: int) -> list[str]:
    """The records that stand and of which this entry is the last to tell, such as "person 4"; a statement for each kind."""
    later = OBJECT.alias()
    is_last = ~sa.exists().where(
        later.c.kind == OBJECT.c.kind, later.c.object_id == OBJECT.c.object_id, later.c.seq > seq
    )
    told = sa.select(OBJECT.c.object_id).where(OBJECT.c.seq == seq, is_last)
    kinds = session.connection().execute(sa.select(OBJECT.c.kind).distinct().where(OBJECT.c.seq == seq))
    tables = {name: table_of(kind) for name, kind in audited_tables().items()}
    found = []
    for kind in kinds.scalars().all():
        table = tables.get(kind)
        if table is None:
            continue
        stands = sa.select(table.c.id).where(table.c.id.in_(told.where(OBJECT.c.kind == kind)))
        numbers = session.connection().execute(stands.order_by(table.c.id)).scalars()
        found += [f"{kind.replace('_', ' ')} {number}" for number in numbers]
    return found

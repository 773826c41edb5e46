"""Reading forward: what has happened since, for those who react to it; and a record as it once was."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.queries.state import audited_tables, table_of
from registry.store.columns import LARGEST_NUMBER


class Happened(NamedTuple):
    """The part of an entry that a follow-up needs."""

    seq: int
    event: str
    subject_kind: str
    subject_id: int | None
    system_id: int | None


def entries_after(session: Session, seq: int, *, limit: int) -> list[Happened]:
    """The entries that follow the given one, oldest first.

    They are numbered in the order of commits, so none can appear later behind a place already read.
    """
    columns = (ENTRY.c.seq, ENTRY.c.event, ENTRY.c.subject_kind, ENTRY.c.subject_id, ENTRY.c.system_id)
    query = sa.select(*columns).where(ENTRY.c.seq > seq).order_by(ENTRY.c.seq).limit(limit)
    return [Happened(*row) for row in session.connection().execute(query)]


class Newest(NamedTuple):
    """The newest entry of a ledger, by its number and its hash."""

    seq: int
    leaf_hash: str


_WHICH, _CHANGED = "entry", "changed"
_AFTER = sa.bindparam("after", type_=sa.Integer())
_SEEN_ENTRIES = sa.or_(
    ENTRY.c.seq == _AFTER, ENTRY.c.seq == sa.select(sa.func.max(ENTRY.c.seq)).scalar_subquery()
)
# Grouped by no column as it stands: SQLite would read the index that is in that order, from its beginning.
_KIND = OBJECT.c.kind.concat("")
# Asked by most pages: put together once.
_SINCE = sa.union_all(
    sa.select(sa.literal(_WHICH), ENTRY.c.leaf_hash, ENTRY.c.seq).where(_SEEN_ENTRIES),
    sa.select(sa.literal(_CHANGED), _KIND, sa.func.max(OBJECT.c.seq))
    .where(OBJECT.c.seq > _AFTER)
    .group_by(_KIND),
)


def since(session: Session, known: Newest | None) -> tuple[Newest | None, Mapping[str, int] | None]:
    """The newest entry (None: there is none), and by kind of record the last entry after the known one that changed any.

    None for the changes where no entry is known, or this ledger does not hold that one: everything may have changed.
    In one statement.
    """
    after = known.seq if known is not None else LARGEST_NUMBER
    rows = session.connection().execute(_SINCE, {"after": after}).all()
    entries = [Newest(seq, text) for what, text, seq in rows if what == _WHICH]
    changed = {text: seq for what, text, seq in rows if what == _CHANGED}
    return max(entries, default=None), changed if known in entries else None


def instants(session: Session, seqs: Collection[int]) -> dict[int, datetime]:
    """When each of these entries was written."""
    query = sa.select(ENTRY.c.seq, ENTRY.c.at).where(ENTRY.c.seq.in_(sorted(seqs)))
    return {seq: datetime.fromisoformat(at) for seq, at in session.connection().execute(query)}


class Left(NamedTuple):
    """A row an entry changed, whether the entry added it, and the state it was left in (None: it is gone)."""

    kind: str
    is_new: bool
    after: dict[str, Any] | None


def rows_left(session: Session, seqs: Collection[int]) -> dict[int, list[Left]]:
    """Of each of these entries every row it changed, with the whole state it left; nothing of one whose words are erased."""
    query = sa.select(PAYLOAD.c.seq, PAYLOAD.c.payload).where(PAYLOAD.c.seq.in_(sorted(seqs)))
    return {
        seq: [
            Left(one["kind"], one["before"] is None, one["after"]) for one in json.loads(payload)["objects"]
        ]
        for seq, payload in session.connection().execute(query)
    }


def last_about(session: Session, system_id: int) -> tuple[int, str] | None:
    """The number and the written instant of the last entry about a system; None if there is none."""
    query = sa.select(ENTRY.c.seq, ENTRY.c.at).where(ENTRY.c.system_id == system_id)
    row = session.connection().execute(query.order_by(ENTRY.c.seq.desc()).limit(1)).first()
    return (row.seq, row.at) if row else None


def state_of(session: Session, kind: str, object_id: int, version: int | None) -> dict[str, Any] | None:
    """A record as it was at one of its revisions, every column named, as the ledger wrote it; None if the ledger
    does not know that revision.
    """
    if version is None:
        return None
    query = sa.select(PAYLOAD.c.payload).join_from(OBJECT, PAYLOAD, PAYLOAD.c.seq == OBJECT.c.seq)
    query = query.where(OBJECT.c.kind == kind, OBJECT.c.object_id == object_id).order_by(OBJECT.c.seq.desc())
    # Closed early where the revision is found: an open cursor on the server outlives its reader.
    with session.connection().execute(query.execution_options(yield_per=20)) as payloads:
        for (payload,) in payloads:
            for one in json.loads(payload)["objects"]:
                if (one["kind"], one["id"], one["version"]) == (kind, object_id, version) and one["after"]:
                    # A written state leaves out what is empty; whoever compares fields wants to see that it was.
                    state: dict[str, Any] = dict.fromkeys(_columns_of(kind)) | one["after"]
                    return state
    return None


def _columns_of(kind: str) -> list[str]:
    row = audited_tables().get(kind)
    return [column.name for column in table_of(row).columns] if row else []

"""What happened, newest first: to one record, about one system, or in the whole log."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.queries.erasures import Erased, erased_among
from registry.kernel import clock
from registry.kernel.events import Event

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One column of a row and its two values, as the ledger writes them; None for empty or not yet there."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """What an entry did to one row: "added", "changed" or "removed", and each column whose value moved."""

    kind: str
    object_id: int
    version: int | None
    verb: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One ledger entry, decoded. `actor` is the name at the time, `said` the note that the action left."""

    seq: int
    at: datetime
    event: str
    actor: str
    actor_id: int | None
    token_id: int | None
    via: str
    request_id: str
    subject_kind: str
    subject_id: int | None
    system_id: int | None
    said: dict[str, str]
    objects: tuple[ObjectChange, ...]

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Every column that moved, with its values before and after, of all rows of the entry."""
        return [(each.column, each.before, each.after) for one in self.objects for each in one.changes]


def history_of(
    session: Session, kind: str, object_id: int, *, before_seq: int | None = None, limit: int = 50
) -> list[HistoryItem]:
    """The entries that changed this record or name it as their subject, with only its own changes."""
    changed = _page(
        sa.select(OBJECT.c.seq).where(OBJECT.c.kind == kind, OBJECT.c.object_id == object_id),
        OBJECT.c.seq,
        before_seq,
        limit,
    )
    named = _page(
        sa.select(ENTRY.c.seq).where(ENTRY.c.subject_kind == kind, ENTRY.c.subject_id == object_id),
        ENTRY.c.seq,
        before_seq,
        limit,
    )
    # Each half is cut to the page before they are joined, so both are read from the end of their index.
    wanted = sa.union(sa.select(changed.subquery()), sa.select(named.subquery()))
    items = _decoded(session, ENTRY.c.seq.in_(wanted), limit)
    return [_only(item, kind, object_id) for item in items]


def entries_about(
    session: Session, system_id: int, *, before_seq: int | None = None, limit: int = 50
) -> list[HistoryItem]:
    """The entries about one system and all that belongs to it. Whether the reader may see it is the caller's care."""
    return entries(session, system_id=system_id, before_seq=before_seq, limit=limit)


def entries(
    session: Session,
    *,
    system_id: int | None = None,
    event: Event | None = None,
    actor_id: int | None = None,
    kind: str | None = None,
    from_seq: int | None = None,
    before_seq: int | None = None,
    limit: int = 50,
) -> list[HistoryItem]:
    """The log, narrowed by any of these; `kind` is that of the thing an entry is about.

    A page of it ends where the next begins (`before_seq`), and nothing before `from_seq` is told.
    """
    wanted = [
        column == value
        for column, value in (
            (ENTRY.c.system_id, system_id),
            (ENTRY.c.event, event.value if event else None),
            (ENTRY.c.actor_id, actor_id),
            (ENTRY.c.subject_kind, kind),
        )
        if value is not None
    ]
    if before_seq is not None:
        wanted.append(ENTRY.c.seq < before_seq)
    if from_seq is not None:
        wanted.append(ENTRY.c.seq >= from_seq)
    return _decoded(session, sa.and_(sa.true(), *wanted), limit)


def entries_at(session: Session, seqs: Collection[int]) -> dict[int, HistoryItem]:
    """The entries of these numbers, read some hundreds at a time."""
    ordered = sorted(seqs)
    found: dict[int, HistoryItem] = {}
    for start in range(0, len(ordered), _AT_ONCE):
        some = _decoded(session, ENTRY.c.seq.in_(ordered[start : start + _AT_ONCE]))
        found |= {item.seq: item for item in some}
    return found


def changes_to(session: Session, kind: str, until: datetime) -> list[HistoryItem]:
    """Every entry that changed a record of this kind up to that instant, oldest first."""
    changed = sa.select(OBJECT.c.seq).where(OBJECT.c.kind == kind)
    wanted = ENTRY.c.seq.in_(changed) & (ENTRY.c.at <= clock.written(until))
    return _decoded(session, wanted)[::-1]


def changes_among(
    session: Session, kind: str, object_ids: Collection[int], *, limit: int | None = 200
) -> list[HistoryItem]:
    """The newest entries that changed any of these records, in one statement; none where there are none to ask about.

    `limit` None: every one of them.
    """
    if not object_ids:
        return []
    changed = sa.select(OBJECT.c.seq).where(OBJECT.c.kind == kind, OBJECT.c.object_id.in_(sorted(object_ids)))
    return _decoded(session, ENTRY.c.seq.in_(changed), limit)


def _page(
    statement: sa.Select[tuple[int]], seq: sa.Column[int], before_seq: int | None, limit: int
) -> sa.Select[tuple[int]]:
    if before_seq is not None:
        statement = statement.where(seq < before_seq)
    return statement.order_by(seq.desc()).limit(limit)


def _decoded(session: Session, wanted: sa.ColumnElement[bool], limit: int | None = None) -> list[HistoryItem]:
    rows = (
        session.connection()
        .execute(
            sa.select(
                ENTRY.c.seq,
                ENTRY.c.at,
                ENTRY.c.event,
                ENTRY.c.actor_id,
                ENTRY.c.via,
                ENTRY.c.request_id,
                ENTRY.c.subject_kind,
                ENTRY.c.subject_id,
                ENTRY.c.system_id,
                PAYLOAD.c.payload,
            )
            .join_from(ENTRY, PAYLOAD, PAYLOAD.c.seq == ENTRY.c.seq, isouter=True)
            .where(wanted)
            .order_by(ENTRY.c.seq.desc())
            .limit(limit)
        )
        .all()
    )
    erased = erased_among(session, [row.seq for row in rows if row.payload is None])
    return [_item(row, erased.get(row.seq)) for row in rows]


def _item(row: Any, erased: Erased | None) -> HistoryItem:
    try:
        payload = json.loads(row.payload)
        actor, token, said = payload["actor"], payload.get("token"), payload["note"]
        objects = tuple(_object(one) for one in payload["objects"])
    except (ValueError, TypeError, LookupError, AttributeError):
        # Somebody changed the stored text. The page still opens; verification names the entry.
        actor, token, said, objects = "", None, {"unreadable": "What this entry said is damaged."}, ()
        if erased is not None:
            said = {"erased": f"on {erased.at:%Y-%m-%d} by entry {erased.by_seq}", "basis": erased.basis}
    return HistoryItem(
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        event=row.event,
        actor=actor,
        actor_id=row.actor_id,
        token_id=token,
        via=row.via,
        request_id=row.request_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        system_id=row.system_id,
        said=said,
        objects=objects,
    )


def _object(one: dict[str, Any]) -> ObjectChange:
    before, after = one["before"], one["after"]
    verb = "added" if before is None else "removed" if after is None else "changed"
    was, now = before or {}, after or {}
    moved: Sequence[str] = sorted(was if verb == "changed" else {**was, **now})
    return ObjectChange(
        kind=one["kind"],
        object_id=one["id"],
        version=one["version"],
        verb=verb,
        changes=tuple(Change(column, was.get(column), now.get(column)) for column in moved),
    )


def _only(item: HistoryItem, kind: str, object_id: int) -> HistoryItem:
    own = tuple(one for one in item.objects if (one.kind, one.object_id) == (kind, object_id))
    return replace(item, objects=own)

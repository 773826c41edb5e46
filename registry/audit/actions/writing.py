"""The end of a transaction: its entries take their places in the chain, under one lock."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.actions.journal import Pending, journal_of
from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.rules.entries import FIRST_LINK, leaf_bytes
from registry.audit.rules.merkle import leaf_hash
from registry.kernel import clock

# Any number no other part of the program locks on; this one spells "ledger".
_LOCK = 0x6C6564676572

_COLUMNS = [column.name for column in ENTRY.columns]

# Sent at the end of every change. A statement costs more to put together than to run, so these are put together once.
_ADD_ENTRIES, _ADD_PAYLOADS, _ADD_OBJECTS = sa.insert(ENTRY), sa.insert(PAYLOAD), sa.insert(OBJECT)
_HEAD = sa.select(ENTRY.c.seq, ENTRY.c.leaf_hash, ENTRY.c.at).order_by(ENTRY.c.seq.desc()).limit(1)


class Head(NamedTuple):
    """Where the ledger ends: the number of its last entry, that entry's hash, and its instant as written."""

    seq: int
    link: str
    at: str


class Chained(NamedTuple):
    """Rows of the three tables of the ledger, in the order of the entries."""

    entries: list[dict[str, Any]]
    payloads: list[dict[str, Any]]
    objects: list[dict[str, Any]]


def write_entries(session: Session) -> None:
    """Append the pending entries. Run by finish() as the last thing before a commit.

    The lock comes last and is held for these inserts and the commit alone: one writer at a time, so the chain
    has no gap and no fork, and its order is the order of commits. Raises UnrecordedChange for changes that no
    entry covers.
    """
    journal = journal_of(session)
    journal.refuse_if_unclaimed()
    if not journal.pending:
        return
    connection = session.connection()
    hold_ledger(connection)
    _append(connection, journal.pending)
    journal.pending.clear()


def hold_ledger(connection: sa.Connection) -> None:
    """Let no other transaction append, or sign what was appended, before this one has ended."""
    # SQLite has let in no other writer since BEGIN IMMEDIATE.
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _append(connection: sa.Connection, pending: list[Pending]) -> None:
    head = head_of(connection)
    # The clock of a machine may be set back; the ledger's never is.
    at = max(head.at, clock.written(clock.now()))
    rows, _ = in_their_places(((at, one) for one in pending), head)
    connection.execute(_ADD_ENTRIES, rows.entries)
    connection.execute(_ADD_PAYLOADS, rows.payloads)
    if rows.objects:
        connection.execute(_ADD_OBJECTS, rows.objects)


def in_their_places(pending: Iterable[tuple[str, Pending]], head: Head) -> tuple[Chained, Head]:
    """The rows of entries that follow a head, each at its instant as the ledger writes it; and the head they leave.

    The instants do not fall.
    """
    rows, seq, link, at = Chained([], [], []), head.seq, head.link, head.at
    for at, one in pending:
        seq += 1
        entry = one.columns | {"seq": seq, "at": at, "prev_hash": link}
        link = leaf_hash(leaf_bytes([entry[name] for name in _COLUMNS[:-1]], one.objects)).hex()
        rows.entries.append(entry | {"leaf_hash": link})
        rows.payloads.append({"seq": seq, "salt": one.salt, "payload": one.payload})
        rows.objects.extend(
            {"seq": seq, "position": place, "kind": kind, "object_id": number, "digest": digest}
            for place, (kind, number, digest) in enumerate(one.objects)
        )
    return rows, Head(seq, link, at)


def head_of(connection: sa.Connection) -> Head:
    """The newest entry: its number, its hash and its instant."""
    last = connection.execute(_HEAD).one_or_none()
    return Head(*last) if last else Head(0, FIRST_LINK, "")

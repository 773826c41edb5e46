"""The end of a transaction: its entries take their places in the chain, under one lock."""

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
    seq, link, at = _head(connection)
    # The clock of a machine may be set back; the ledger's never is.
    at = max(at, clock.written(clock.now()))
    entries, payloads, objects = [], [], []
    for one in pending:
        seq += 1
        entry = one.columns | {"seq": seq, "at": at, "prev_hash": link}
        link = leaf_hash(leaf_bytes([entry[name] for name in _COLUMNS[:-1]], one.objects)).hex()
        entries.append(entry | {"leaf_hash": link})
        payloads.append({"seq": seq, "salt": one.salt, "payload": one.payload})
        objects += [
            {"seq": seq, "position": place, "kind": kind, "object_id": number, "digest": digest}
            for place, (kind, number, digest) in enumerate(one.objects)
        ]
    connection.execute(_ADD_ENTRIES, entries)
    connection.execute(_ADD_PAYLOADS, payloads)
    if objects:
        connection.execute(_ADD_OBJECTS, objects)


def _head(connection: sa.Connection) -> tuple[int, str, str]:
    last = connection.execute(_HEAD).one_or_none()
    return (last[0], last[1], last[2]) if last else (0, FIRST_LINK, "")

"""Verification: the whole chain re-derived, then every row that stands compared with the last word on it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.queries.checkpoints import judge_held, promises
from registry.audit.queries.erasures import erasures
from registry.audit.queries.live import beyond, compare_live
from registry.audit.queries.state import audited_tables, table_of
from registry.audit.rules.chain import Findings, Found, Walk
from registry.store.session import hold_still

BATCH = 5_000
_ORPHANS_SHOWN = 100

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome: how many entries, the Merkle root of what is stored, and everything that does not fit.

    `erased` has the entries whose words were erased, each with the number of the entry that says so.
    """

    entries: int
    root: str
    ok: bool
    first_bad: int | None
    problems: list[Found]
    erased: dict[int, int] = field(default_factory=dict)


def verify(
    session: Session,
    *,
    live: bool = True,
    progress: Progress | None = None,
    kinds: Mapping[str, sa.Table] | None = None,
    held: str | None = None,
) -> Verification:
    """Check the whole ledger and, unless told not to, every audited row against its last entry.

    Reads one snapshot in batches, so memory stays bounded and people may go on writing. Call it first thing
    in a read-only transaction: PostgreSQL refuses to change the isolation of one already in use.
    `kinds` names the live tables; by default all audited tables of the application. `held` is the text of a
    checkpoint kept outside: alone it shows the newest entries cut off together with their rows and the stored
    checkpoints over them, or everything rewritten by whoever has the signing key.
    """
    connection = session.connection()
    # Without one snapshot for all reads, an entry written meanwhile would look like a changed row.
    hold_still(connection)
    return examine(connection, live=live, progress=progress, kinds=kinds, held=held)


def examine(
    connection: sa.Connection,
    *,
    live: bool = True,
    progress: Progress | None = None,
    kinds: Mapping[str, sa.Table] | None = None,
    held: str | None = None,
) -> Verification:
    """What verify() does, on a connection whose snapshot is the caller's care."""
    kinds = kinds if kinds is not None else _application_kinds()
    try:
        return _examined(connection, kinds if live else None, progress, held)
    except (sa.exc.OperationalError, sqlite3.OperationalError):
        if connection.dialect.name != "sqlite":
            raise
        # SQLite keeps any bytes in a text column, and its driver then refuses the whole batch. Reading with
        # care costs a call per value, so it waits until it is needed.
        with _whatever_text(connection):
            return _examined(connection, kinds if live else None, progress, held)


def _examined(
    connection: sa.Connection,
    kinds: Mapping[str, sa.Table] | None,
    progress: Progress | None,
    held: str | None,
) -> Verification:
    findings = Findings()
    promised = promises(connection, findings)
    if held is not None:
        promise, problems = judge_held(connection, held)
        promised += [promise] if promise else []
        for each in problems:
            findings.say(each.seq, each.says)
    gone = erasures(connection)
    walk = Walk(findings, promised, gone)
    seen: dict[str, int] = {}
    count = 0
    for entry, payload, objects in stored(connection, findings):
        walk.follow(entry, payload, objects)
        for row in objects:
            seen[row[2]] = entry[0]
        count += 1
        if progress and count % BATCH == 0:
            progress(count)
    walk.end()
    if kinds is not None:
        compare_live(connection, kinds, seen, gone, findings)
    return Verification(
        entries=count,
        root=walk.frontier.root().hex(),
        ok=findings.total == 0,
        first_bad=findings.first_bad,
        problems=findings.listed(),
        erased=dict(sorted(gone.items())),
    )


def stored_entry(session: Session, seq: int) -> tuple[Any, tuple[Any, Any] | None, list[Any]] | None:
    """One entry as stored() gives it; None where there is none of that number."""
    connection = session.connection()
    rows = _rows(connection, ENTRY, ENTRY.c.seq == seq)
    payloads = _rows(connection, PAYLOAD, PAYLOAD.c.seq == seq)
    objects = _rows(connection, OBJECT, OBJECT.c.seq == seq)
    return (rows[0], payloads[0][1:] if payloads else None, objects) if rows else None


def _application_kinds() -> dict[str, sa.Table]:
    tables = {name: table_of(kind) for name, kind in audited_tables().items()}
    return {name: table for name, table in tables.items() if table.metadata is SQLModel.metadata}


def stored(
    connection: sa.Connection, findings: Findings
) -> Iterator[tuple[Any, tuple[Any, Any] | None, list[Any]]]:
    """Every entry in order of seq, with its payload and objects; rows that belong to no entry become findings."""
    place: int | None = None
    while True:
        rows = _rows(connection, ENTRY, beyond(ENTRY.c.seq, place), limit=BATCH)
        if not rows:
            break
        last = rows[-1][0]
        upto = sa.literal(last, sa.BigInteger)
        payloads = {
            seq: (salt, text)
            for seq, salt, text in _rows(
                connection, PAYLOAD, beyond(PAYLOAD.c.seq, place) & (PAYLOAD.c.seq <= upto)
            )
        }
        objects: dict[int, list[Any]] = {}
        for row in _rows(connection, OBJECT, beyond(OBJECT.c.seq, place) & (OBJECT.c.seq <= upto)):
            objects.setdefault(row[0], []).append(row)
        for row in rows:
            yield row, payloads.pop(row[0], None), objects.pop(row[0], [])
        for seq in sorted({*payloads, *objects}):
            findings.say(seq, f"payload or objects are stored for entry {seq}, which does not exist")
        place = last
    _say_orphans(connection, place, findings)


def _say_orphans(connection: sa.Connection, place: int | None, findings: Findings) -> None:
    # A seq that is not even a number sorts after all numbers on SQLite, so it is found here too.
    for table in (PAYLOAD, OBJECT):
        rest = sa.select(table.c.seq).where(beyond(table.c.seq, place)).order_by(table.c.seq)
        for seq in connection.execute(rest.limit(_ORPHANS_SHOWN)).scalars():
            number = seq if isinstance(seq, int) else None
            findings.say(number, f"{table.name} holds a row for entry {seq!r}, which does not exist")


def _rows(
    connection: sa.Connection, table: sa.Table, wanted: sa.ColumnElement[bool], limit: int | None = None
) -> list[Any]:
    """The rows as the driver gives them: text and whole numbers need no conversion, and there are millions."""
    key = table.primary_key.columns.values()
    with connection.execute(sa.select(table).where(wanted).order_by(*key).limit(limit)) as result:
        cursor: Any = result.cursor
        return list(cursor.fetchall())


@contextmanager
def _whatever_text(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite hand out bytes that are no text as text that cannot be encoded, and so never matches a hash."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda stored: stored.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str

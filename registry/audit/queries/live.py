"""The rows that stand, compared with the last digest the ledger holds of each."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from registry.audit.models import OBJECT, PAYLOAD
from registry.audit.queries.state import state_from, writers_of
from registry.audit.rules.chain import Findings
from registry.audit.rules.entries import GONE, digest_of, salt_from
from registry.kernel.canonical import canonical

BATCH = 2_000

# What a stored value that is not of its column's kind makes of reading it: on SQLite any column can hold anything.
_UNREADABLE = (TypeError, ValueError, LookupError, ArithmeticError, RecursionError)

LastWord = tuple[int, int, str, str | None]
"""object_id, seq, digest and salt of the last entry about a row."""

LiveRow = tuple[int, bytes | None]
"""A row's number and its state as canonical JSON; None for a state that cannot be read."""


def beyond(column: sa.Column[int], place: int | None) -> sa.ColumnElement[bool]:
    """What lies past a place in the order of a whole-number column; everything, where there is no place yet."""
    return sa.true() if place is None else column > sa.literal(place, sa.BigInteger)


def compare_live(
    connection: sa.Connection,
    kinds: Mapping[str, sa.Table],
    seen: Mapping[str, int],
    erased: Collection[int],
    findings: Findings,
) -> None:
    """Name every row that was changed, removed or put in without an entry. `seen` has the kinds in the ledger
    with the last entry that mentions each, `erased` the entries whose words and salt were erased.
    """
    for kind in sorted(seen, key=str):
        if kind not in kinds:
            findings.say(seen[kind], f"the ledger speaks of {kind!r}, which is no audited table")
    for kind, table in sorted(kinds.items()):
        _compare(kind, _last_words(connection, kind), _live(connection, table), erased, findings)


def _compare(
    kind: str,
    words: Iterator[LastWord],
    rows: Iterator[LiveRow],
    erased: Collection[int],
    findings: Findings,
) -> None:
    """Merge the two streams, both in order of the row's number."""
    word, row = next(words, None), next(rows, None)
    while word is not None or row is not None:
        if word is None or (row is not None and row[0] < word[0]):
            findings.say(
                None, f"{kind} {row[0] if row else ''} stands in the database, but no entry tells of it"
            )
            row = next(rows, None)
        elif row is None or word[0] < row[0]:
            _judge_absent(kind, word, findings)
            word = next(words, None)
        else:
            _judge(kind, word, row[1], erased, findings)
            word, row = next(words, None), next(rows, None)


def _judge(
    kind: str, word: LastWord, written: bytes | None, erased: Collection[int], findings: Findings
) -> None:
    object_id, seq, digest, stored_salt = word
    salt = salt_from(stored_salt)
    if salt is None and seq in erased:
        # Only what no longer stands is erased, so whatever stands now came later and past the ledger.
        findings.say(
            seq, f"{kind} {object_id} stands in the database, and entry {seq}, the last on it, is erased"
        )
        return
    if salt is None:
        # An entry without its salt is named by the walk along the chain; its rows cannot be judged.
        return
    if written is None:
        findings.say(seq, f"{kind} {object_id} holds a value that is not of its column's kind")
    elif digest_of(salt, written) == digest:
        return
    elif digest_of(salt, GONE) == digest:
        findings.say(seq, f"{kind} {object_id} was deleted by entry {seq} and stands in the database again")
    else:
        findings.say(seq, f"{kind} {object_id} is not as entry {seq} left it")


def _judge_absent(kind: str, word: LastWord, findings: Findings) -> None:
    object_id, seq, digest, stored_salt = word
    salt = salt_from(stored_salt)
    if salt is not None and digest_of(salt, GONE) != digest:
        findings.say(
            seq, f"{kind} {object_id} is gone from the database; entry {seq} was the last to tell of it"
        )


def _last_words(connection: sa.Connection, kind: str) -> Iterator[LastWord]:
    place: int | None = None
    while True:
        ahead = (OBJECT.c.kind == kind) & beyond(OBJECT.c.object_id, place)
        numbers = sa.select(OBJECT.c.object_id).distinct().where(ahead).order_by(OBJECT.c.object_id)
        # What is not a whole number sorts last on SQLite, and the walk along the chain has named its entry.
        known = [each for each in connection.execute(numbers.limit(BATCH)).scalars() if isinstance(each, int)]
        if not known:
            return
        place = known[-1]
        found = connection.execute(_words_within(ahead & (OBJECT.c.object_id <= place)))
        yield from (tuple(row) for row in found)


def _words_within(stretch: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The last word on each row of a stretch: the object after which none of the same number comes.

    A window follows the index in its order, whatever the planner knows about the tables. A join with the
    highest seq of each number was quadratic on SQLite, and on PostgreSQL before its first ANALYZE.
    """
    following = sa.func.lead(OBJECT.c.seq).over(partition_by=OBJECT.c.object_id, order_by=OBJECT.c.seq)
    columns = (OBJECT.c.object_id, OBJECT.c.seq, OBJECT.c.digest, following.label("following"))
    told = sa.select(*columns).where(stretch).subquery()
    return (
        sa.select(told.c.object_id, told.c.seq, told.c.digest, PAYLOAD.c.salt)
        .join_from(told, PAYLOAD, PAYLOAD.c.seq == told.c.seq, isouter=True)
        .where(told.c.following.is_(None))
        .order_by(told.c.object_id)
    )


def _live(connection: sa.Connection, table: sa.Table) -> Iterator[LiveRow]:
    """Each row in order of its number."""
    place: int | None = None
    while True:
        rows = _batch(connection, table, place)
        yield from rows
        if len(rows) < BATCH:
            return
        place = rows[-1][0]


def _batch(connection: sa.Connection, table: sa.Table, place: int | None) -> list[LiveRow]:
    wanted = sa.select(table).where(beyond(table.c.id, place)).order_by(table.c.id).limit(BATCH)
    writers = writers_of(table)
    at = list(table.columns).index(table.c.id)
    try:
        return [(row[at], canonical(state_from(row, writers))) for row in connection.execute(wanted)]
    except _UNREADABLE:
        numbers = connection.execute(wanted.with_only_columns(table.c.id)).scalars().all()
        return [(number, _written_alone(connection, table, number)) for number in numbers]


def _written_alone(connection: sa.Connection, table: sa.Table, number: int) -> bytes | None:
    try:
        row = connection.execute(sa.select(table).where(table.c.id == number)).one()
        return canonical(state_from(row, writers_of(table)))
    except _UNREADABLE:
        return None

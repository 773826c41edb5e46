"""Many writers at once: the chain has no gap and no fork, and the database would refuse one."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import sqlalchemy as sa

from registry.audit.actions import record, writing
from registry.audit.models import ENTRY
from tests.audit.doing import ADA, EDITED, add, checked
from tests.audit.things import Thing

WRITERS, EACH = 8, 12


def links(database) -> list[tuple[int, str, str]]:
    with database.engine.connect() as connection:
        columns = (ENTRY.c.seq, ENTRY.c.prev_hash, ENTRY.c.leaf_hash)
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(ENTRY.c.seq))]


def forks_in(rows) -> list[str]:
    """The hashes that two entries claim to follow, and the places where the numbers or links do not run on."""
    twice = [hash_ for hash_, count in Counter(row[1] for row in rows).items() if count > 1]
    gaps = [f"gap at {seq}" for place, (seq, *_) in enumerate(rows, 1) if seq != place]
    breaks = [f"break at {after[0]}" for before, after in pairwise(rows) if after[1] != before[2]]
    return twice + gaps + breaks


def write_at_once(database) -> list[Exception]:
    number = add(database, Thing(name="shared"))[0]
    together = threading.Barrier(WRITERS)

    def write(name: str) -> list[Exception]:
        together.wait()
        failed: list[Exception] = []
        for each in range(EACH):
            try:
                with database.transaction() as session:
                    shared = session.get(Thing, number, with_for_update=True)
                    shared.story = f"{name} {each}"
                    session.add(Thing(name=f"{name} {each}"))
                    record(session, ADA, EDITED, shared)
            except sa.exc.DBAPIError as error:
                failed.append(error)
        return failed

    with ThreadPoolExecutor(WRITERS) as pool:
        return [error for failed in pool.map(write, "abcdefgh") for error in failed]


def test_eight_writers_make_one_chain_without_gap_or_fork(database):
    assert write_at_once(database) == []
    rows = links(database)
    assert len(rows) == 1 + WRITERS * EACH
    assert forks_in(rows) == []
    found = checked(database)
    assert (found.ok, found.entries) == (True, len(rows))


def test_the_fork_finder_finds_forks():
    assert forks_in([(1, "0", "a"), (2, "a", "b"), (3, "b", "c")]) == []
    assert forks_in([(1, "0", "a"), (2, "a", "b"), (3, "a", "c")]) == ["a", "break at 3"]
    assert forks_in([(1, "0", "a"), (3, "a", "c")]) == ["gap at 3"]


@pytest.fixture
def naive(on_postgresql, monkeypatch):
    """An append that reads the last entry and adds one, without the lock, and two writers who do so together."""
    together = threading.Barrier(2, timeout=20)
    head = writing.head_of

    def read_together(connection):
        found = head(connection)
        together.wait()
        return found

    monkeypatch.setattr(writing, "hold_ledger", lambda connection: None)
    monkeypatch.setattr(writing, "head_of", read_together)
    return on_postgresql


def two_at_once(database) -> list[Exception]:
    def write(name: str) -> list[Exception]:
        try:
            with database.transaction() as session:
                record(session, ADA, EDITED, None, subject_kind=name)
        except sa.exc.IntegrityError as error:
            return [error]
        return []

    with ThreadPoolExecutor(2) as pool:
        return [error for failed in pool.map(write, "ab") for error in failed]


def test_without_the_lock_the_database_refuses_the_second_writer(naive):
    assert len(two_at_once(naive)) == 1
    assert forks_in(links(naive)) == []


def test_without_the_lock_and_the_constraints_the_chain_would_fork(naive):
    """Keys and unique constraints dropped, foreign keys first: then nothing is left to notice but verification."""
    held = (
        "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype IN ('f', 'p', 'u')"
        " AND conrelid::regclass::text LIKE 'ledger%%' ORDER BY contype"
    )
    with naive.engine.begin() as connection:
        for table, name in connection.exec_driver_sql(held).all():
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    assert two_at_once(naive) == []
    assert forks_in(links(naive)) != []
    assert not checked(naive).ok

"""Opening a SQLite file: write-ahead logging from the first connection on, also while another process has the file."""

import sqlite3
import threading

import pytest
import sqlalchemy as sa

from registry.store import session
from registry.store.session import Database


def opened(path):
    database = Database(f"sqlite:///{path}")
    try:
        with database.engine.connect() as connection:
            return connection.execute(sa.text("PRAGMA journal_mode")).scalar_one()
    finally:
        database.dispose()


@pytest.fixture
def held(tmp_path):
    """A new file on which another connection is in the middle of writing."""
    path = tmp_path / "registry.sqlite3"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE thing (id INTEGER)")
    other.execute("BEGIN IMMEDIATE")
    yield path, other
    other.close()


def test_a_file_that_another_process_is_writing_is_opened_once_it_is_done(held):
    path, other = held
    released = threading.Timer(0.4, lambda: other.execute("COMMIT"))
    released.start()
    assert opened(path) == "wal"
    released.join()


def test_a_file_that_is_never_let_go_of_is_an_error_in_the_end(held, monkeypatch):
    path, _ = held
    monkeypatch.setattr(session, "_SQLITE_BUSY_MS", 200)
    with pytest.raises(sa.exc.OperationalError, match="locked"):
        opened(path)

"""Writers of one process take turns, and nobody who fails keeps the others waiting."""

import threading

import pytest

from registry.store.session import Database


def test_a_writer_begins_when_the_one_before_has_ended_or_failed(tmp_path):
    database, begun = Database(f"sqlite:///{tmp_path}/turns.sqlite3"), threading.Event()

    def write():
        with database.transaction():
            begun.set()

    def meanwhile():
        waiting = threading.Thread(target=write)
        waiting.start()
        with database.transaction(read_only=True):
            assert not begun.wait(0.05)
        return waiting

    with database.transaction():
        waiting = meanwhile()
    waiting.join()
    assert begun.is_set()
    begun.clear()
    with pytest.raises(ZeroDivisionError), database.transaction():
        waiting = meanwhile()
        _ = 1 / 0
    waiting.join()
    assert begun.is_set()
    database.dispose()

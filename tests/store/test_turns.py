"""Writers of one process take turns, and nobody who fails keeps the others waiting."""

import subprocess
import sys
import threading

import pytest

from registry.store.session import Database
from registry.store.turns import Turns


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


def test_a_writer_waits_for_one_of_another_process_but_not_for_ever(tmp_path):
    beside, order = tmp_path / "turn", []
    # Each opens the file for itself, as two processes do.
    mine, theirs = Turns(beside, 10), Turns(beside, 0.05)

    def write():
        with mine.taken():
            order.append("mine")

    with theirs.taken():
        waiting = threading.Thread(target=write)
        waiting.start()
        waiting.join(0.05)
        assert order == []
        order.append("theirs")
    waiting.join()
    assert order == ["theirs", "mine"]
    with mine.taken(), theirs.taken():
        order.append("out of patience")
    assert order[2:] == ["out of patience"]


def test_a_turn_ends_with_the_process_that_held_it(tmp_path):
    beside = tmp_path / "turn"
    dies = "import os, sys; from pathlib import Path; from registry.store.turns import Turns\nwith Turns(Path(sys.argv[1]), 1).taken(): os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", dies, str(beside)], check=False).returncode == -9
    with Turns(beside, 60).taken():
        assert beside.exists()

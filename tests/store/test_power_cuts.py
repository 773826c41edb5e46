"""A power cut keeps what was synced and nothing else: of what SQLite acknowledged, all is there.

To kill a process shows nothing of this, because the system still writes what the process had handed it. So a library put before
the system's own (power_cut.c) keeps beside the database what of it was synced, and a copy of that is a cut.
"""

import fcntl
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.audit.queries import verify
from registry.store.session import Database
from registry.systems.models import System

pytestmark = [pytest.mark.long, pytest.mark.slow]

SHIM = Path(__file__).with_name("power_cut.c")


@pytest.fixture
def shim(tmp_path):
    """The library, built with whatever C compiler is here."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler here to build what a power cut is played with")
    built = tmp_path / "power_cut.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", built, SHIM, "-ldl"], check=True)
    return built


class Writer:
    """A process that registers systems with the library before it, and what it has acknowledged so far."""

    def __init__(self, database, shim, folder):
        self.synced, self.acknowledged = folder / "synced", []
        self.synced.mkdir()
        self.name = Path(database.url.database).name
        # As it stood before anything was written, it had been synced.
        shutil.copyfile(database.url.database, self.synced / self.name)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.cut_writer", f"sqlite:///{database.url.database}"],
            env=os.environ | {"LD_PRELOAD": str(shim), "SYNCED": str(self.synced)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.reader = threading.Thread(target=self._listen)
        self.reader.start()

    def _listen(self):
        self.acknowledged.extend(line.strip() for line in self.process.stdout)

    def cut(self, folder):
        """What had been acknowledged, and the database as a power cut just afterwards would have left it."""
        acknowledged = list(self.acknowledged)
        with (self.synced / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            shutil.copytree(self.synced, folder)
        return acknowledged, folder / self.name

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


@pytest.fixture
def writer(database, cast, shim, tmp_path):
    started = Writer(database, shim, tmp_path)
    until = time.monotonic() + 60
    while len(started.acknowledged) < 3 and time.monotonic() < until and started.process.poll() is None:
        time.sleep(0.05)
    yield started
    started.stop()


@pytest.mark.parametrize("cuts", [5, 40])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_acknowledged_before_a_power_cut_is_there_after_it(writer, tmp_path, cuts, record_property):
    chance, lost, seen = random.Random(cuts), {}, 0
    for cut in range(cuts):
        time.sleep(chance.uniform(0.05, 0.5))
        acknowledged, place = writer.cut(tmp_path / f"cut {cut}")
        assert len(acknowledged) > seen, "nothing was written between two cuts"
        seen = len(acknowledged)
        found = Database(f"sqlite:///{place}")
        try:
            with found.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
            with found.transaction(read_only=True) as session:
                assert verify(session).problems == []
                held = {system.key for system in session.scalars(sa.select(System))}
        finally:
            found.dispose()
        shutil.rmtree(place.parent)
        if missing := set(acknowledged) - held:
            lost[cut] = sorted(missing)
    record_property("cuts", cuts)
    record_property("acknowledged", seen)
    record_property("lost", sum(map(len, lost.values())))
    assert lost == {}

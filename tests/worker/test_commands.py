"""The loop: it goes on through trouble, and stops when told to, with what it has begun finished."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.worker import commands
from registry.worker.commands import work_until
from registry.worker.models import Heartbeat, Job
from registry.worker.rules import JobState
from tests.worker.handlers import jobs

ENOUGH_SECONDS = 40


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(commands, "_IDLE_SECONDS", 0.02)


class Loop:
    """The loop in a thread, over a schedule of one job."""

    def __init__(self, database, handler):
        self.stop = threading.Event()
        self.thread = threading.Thread(
            target=work_until, args=(self.stop, database, {}, {handler: timedelta(hours=1)})
        )

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exc):
        self.stop.set()
        self.thread.join(ENOUGH_SECONDS)
        assert not self.thread.is_alive()


def test_told_to_stop_it_finishes_the_job_it_has_begun(database, quick):
    began, go_on = threading.Event(), threading.Event()

    def slow(_database, _payload):
        began.set()
        go_on.wait(ENOUGH_SECONDS)

    with Loop(database, slow) as loop:
        assert began.wait(ENOUGH_SECONDS)
        loop.stop.set()
        assert loop.thread.is_alive()
        go_on.set()
    assert [job.state for job in jobs(database)] == [JobState.DONE]


def test_a_database_that_does_not_answer_is_waited_for(database, quick, monkeypatch, caplog):
    tried, done = [], threading.Event()
    follow = commands.follow

    def unsure(*given):
        tried.append(1)
        if len(tried) < 4:
            raise sa.exc.OperationalError("select", {}, Exception("no connection"))
        return follow(*given)

    monkeypatch.setattr(commands, "follow", unsure)
    with Loop(database, lambda *_: done.set()):
        assert done.wait(ENOUGH_SECONDS)
    assert caplog.text.count("the worker could not go on; trying again") == 3


CHILD = """
import sys, time
from datetime import timedelta
from pathlib import Path
import registry.wiring
from registry.cli import main

def slow(database, payload):
    Path(sys.argv[1], "began").touch()
    time.sleep(1.5)
    Path(sys.argv[1], "finished").touch()
slow.__module__ = "tests.jobs"
registry.wiring.SCHEDULE = {slow: timedelta(hours=1)}
main(["worker"])
"""


def environment(database, folder):
    return os.environ | {
        # The role of the tests owns all it works on.
        "REGISTRY_ONE_ROLE": "true",
        "REGISTRY_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "REGISTRY_DATA_DIR": str(folder),
    }


def wait_for(condition):
    until = time.monotonic() + ENOUGH_SECONDS
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_the_process_leaves_on_the_signal_and_finishes_what_it_began(database, tmp_path, told):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        env=environment(database, tmp_path),
        stderr=subprocess.PIPE,
    )
    try:
        wait_for((tmp_path / "began").exists)
        child.send_signal(told)
        _, err = child.communicate(timeout=ENOUGH_SECONDS)
    finally:
        child.kill()
    assert child.returncode == 0
    told = [json.loads(line) for line in err.splitlines()]
    assert [each["outcome"] for each in told if each.get("event") == "job"] == ["done"]
    assert (tmp_path / "finished").exists()
    assert [job.state for job in jobs(database)] == [JobState.DONE]
    with database.transaction(read_only=True) as session:
        # Whoever leaves as told is not listed as lost.
        assert session.scalars(sa.select(Heartbeat)).all() == []


@pytest.mark.slow
def test_a_killed_process_loses_no_job(database, tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        env=environment(database, tmp_path),
        stderr=subprocess.PIPE,
    )
    try:
        wait_for((tmp_path / "began").exists)
    finally:
        child.kill()
        child.communicate()
    [job] = jobs(database)
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)
    with database.transaction() as session:
        # Five minutes later.
        session.get_one(Job, job.id).leased_until -= timedelta(minutes=6)
    done = threading.Event()

    def again(_database, _payload):
        done.set()

    again.__module__, again.__name__ = "tests.jobs", "slow"
    with Loop(database, again):
        assert done.wait(ENOUGH_SECONDS)
    assert jobs(database)[0].state is JobState.DONE


PATIENT = CHILD.replace("time.sleep(1.5)", "time.sleep(60)")


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_told_twice_the_process_gives_its_job_back_at_once(database, tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", PATIENT, str(tmp_path)],
        env=environment(database, tmp_path),
        stderr=subprocess.PIPE,
    )
    try:
        wait_for((tmp_path / "began").exists)
        child.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=ENOUGH_SECONDS)
    finally:
        child.kill()
    assert child.returncode == 0
    assert not (tmp_path / "finished").exists()
    assert [(job.state, job.attempts, job.leased_until) for job in jobs(database)] == [
        (JobState.QUEUED, 0, None)
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_on_sqlite_a_second_worker_stands_by_until_the_first_has_gone(database, quick):
    ran, done = [], threading.Event()
    with Loop(database, lambda *_: ran.append("first")) as first:
        wait_for(lambda: ran)
        with database.transaction() as session:
            session.execute(sa.delete(Job))
        # The same job again would be anybody's now; an hour's slot is only filled anew by who begins.
        second = Loop(database, lambda *_: done.set())
        with second:
            assert not done.wait(0.5)
            first.stop.set()
            assert done.wait(ENOUGH_SECONDS)

"""Leases: renewed as long as work lasts, lost when its worker is gone, and nothing is kept of who has lost one."""

import contextvars
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from registry.kernel import clock
from registry.store.progress import Board
from registry.worker import actions, queries, rules
from registry.worker.jobs import sweep_jobs
from registry.worker.models import Heartbeat, Job
from registry.worker.rules import JobState
from tests.worker.handlers import jobs

KIND = "test.work"


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(rules, "LEASE_SECONDS", 0.6)
    monkeypatch.setattr(rules, "RENEWED_EVERY_SECONDS", 0.1)


def queue(database, **more):
    at = clock.now()
    with database.transaction() as session:
        session.add(Job(**{"kind": KIND, "unique_key": KIND, "run_at": at, "created_at": at} | more))


def beside(act):
    """The same in another thread, begun at once."""
    pool = ThreadPoolExecutor(1)
    found = pool.submit(contextvars.copy_context().run, act)
    pool.shutdown(wait=False)
    return found


def test_work_longer_than_its_lease_is_done_by_one_worker_alone(database, short):
    queue(database)
    began, ran = threading.Event(), []

    def slow(_database, _payload):
        ran.append(1)
        began.set()
        time.sleep(1.5)

    working = beside(lambda: actions.run_next(database, {KIND: slow}))
    assert began.wait(20)
    while not working.done():
        assert not actions.run_next(database, {KIND: slow}) or working.done()
        time.sleep(0.05)
    assert working.result()
    assert (len(ran), [(job.state, job.attempts) for job in jobs(database)]) == (1, [(JobState.DONE, 1)])


def test_of_a_worker_that_lost_its_lease_nothing_more_is_kept(database):
    queue(database)

    def keep(database, name):
        with database.transaction() as session:
            session.add(Heartbeat(worker=name, seen_at=clock.now()))

    def cut_off(own, _payload):
        keep(own, "before")
        with clock.frozen(clock.now() + 2 * (rules.lease_end(clock.now()) - clock.now())):
            assert actions.run_next(database, {KIND: lambda own, _: keep(own, "another")})
        with own.transaction(read_only=True) as session:
            assert queries.counts(session)[JobState.DONE] == 1
        keep(own, "after")
        raise AssertionError("it was let go on")

    assert actions.run_next(database, {KIND: cut_off})
    with database.transaction(read_only=True) as session:
        assert sorted(session.scalars(sa.select(Heartbeat.worker))) == ["another", "before"]
    [job] = jobs(database)
    assert (job.state, job.attempts, job.last_error) == (JobState.DONE, 2, "")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nobody_takes_a_job_over_while_its_worker_commits_for_it(database):
    queue(database)

    def committing(own, _payload):
        with own.transaction() as session:
            queries.is_held(session, 1, 1)
            with clock.frozen(clock.now() + rules.DONE_KEPT_FOR):
                assert beside(lambda: actions.run_next(database, {})).result(20) is False

    assert actions.run_next(database, {KIND: committing})
    assert [(job.state, job.attempts) for job in jobs(database)] == [(JobState.DONE, 1)]


def test_who_has_to_leave_gives_the_job_back_with_nothing_of_it_kept(database):
    queue(database)

    def told_to_leave(own, _payload):
        with own.transaction() as session:
            session.add(Heartbeat(worker="half done", seen_at=clock.now()))
            actions.give_back()

    assert actions.run_next(database, {KIND: told_to_leave})
    [job] = jobs(database)
    assert (job.state, job.attempts, job.leased_until) == (JobState.QUEUED, 0, None)
    actions.give_back()  # nothing is at work here, so nothing happens
    assert actions.run_next(database, {KIND: lambda *_: None})
    with database.transaction(read_only=True) as session:
        assert session.scalars(sa.select(Heartbeat)).all() == []


def test_how_far_work_has_come_stands_with_its_job_while_it_lasts(database, short, tmp_path):
    queue(database)
    seen = []

    def counting(_database, _payload):
        board = Board(tmp_path, "a board")
        board.begin("rows read", 10)
        board.advance(4)
        until = time.monotonic() + 20
        while not (seen and seen[-1][1]) and time.monotonic() < until:
            time.sleep(0.05)
            [job] = jobs(database)
            seen.append((job.doing, job.done, job.total))

    assert actions.run_next(database, {KIND: counting})
    assert seen[-1] == ("rows read", 4, 10)


def test_what_was_done_long_ago_is_forgotten_and_what_failed_is_not(database):
    now = clock.now()
    for age, state in (
        (15, JobState.DONE),
        (13, JobState.DONE),
        (99, JobState.FAILED),
        (99, JobState.QUEUED),
    ):
        at = now - age * (rules.DONE_KEPT_FOR / 14)
        queue(database, unique_key=f"{age} {state}", state=state, run_at=at)
    with database.transaction() as session:
        session.add(Heartbeat(worker="long gone", seen_at=now - 2 * rules.LOST_KEPT_FOR))
        session.add(Heartbeat(worker="just lost", seen_at=now))
    sweep_jobs(database, {})
    assert sorted(job.unique_key for job in jobs(database)) == ["13 done", "99 failed", "99 queued"]
    with database.transaction(read_only=True) as session:
        assert session.scalars(sa.select(Heartbeat.worker)).all() == ["just lost"]

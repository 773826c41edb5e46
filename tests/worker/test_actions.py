"""Jobs: each made once, run once, again when its worker died or it failed, and given up in the end."""

import contextlib
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.ownership import actions as ownership
from registry.ownership import jobs as ownership_jobs
from registry.ownership.models import Handover
from registry.ownership.rules import HandoverState
from registry.people import actions as people
from registry.people.models import Person
from registry.wiring import FOLLOW_UPS, SCHEDULE
from registry.worker import actions, queries
from registry.worker.actions import following
from registry.worker.models import Cursor, Heartbeat, Job
from registry.worker.rules import JobState
from tests.worker import handlers
from tests.worker.handlers import HANDLERS, RAN, die, fail, jobs, note, queued

DOOR = the_registry("command")
START = datetime(2090, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_ran_yet():
    RAN.clear()


@contextlib.contextmanager
def at(seconds=0):
    with clock.frozen(START + timedelta(seconds=seconds)):
        yield


def run_all(database, handlers=HANDLERS):
    """How many jobs were due."""
    count = 0
    while actions.run_next(database, handlers):
        count += 1
    return count


def at_once(act, workers=4):
    """The same by several workers at the same moment, each of whom tries again when the database sends it away."""
    start = threading.Barrier(workers)

    def work():
        start.wait()
        for _ in range(5):
            with contextlib.suppress(sa.exc.IntegrityError):
                return act()
        raise AssertionError("refused five times over")

    with ThreadPoolExecutor(workers) as pool:
        found = [pool.submit(contextvars.copy_context().run, work) for _ in range(workers)]
    return [each.result() for each in found]


def test_each_entry_is_followed_once_in_order(database, cast):
    read = actions.follow(database, handlers.FOLLOW_UPS)
    found = jobs(database)
    assert read > len(found) == 3
    assert [job.payload["system_id"] for job in found] == [cast.triage.id, cast.sentinel.id, cast.pricing.id]
    assert len({job.unique_key for job in found}) == 3
    assert actions.follow(database, handlers.FOLLOW_UPS) == 0
    assert len(jobs(database)) == 3


def test_two_workers_who_follow_at_once_make_each_job_once(database, cast):
    at_once(lambda: actions.follow(database, handlers.FOLLOW_UPS))
    assert [job.payload["system_id"] for job in jobs(database)] == [
        cast.triage.id,
        cast.sentinel.id,
        cast.pricing.id,
    ]


def test_following_goes_on_where_it_stopped_stretch_by_stretch(database, cast, monkeypatch):
    monkeypatch.setattr(following, "_STRETCH", 3)
    reads = []
    while read := actions.follow(database, handlers.FOLLOW_UPS):
        reads.append(read)
    assert max(reads) == 3
    assert len(jobs(database)) == 3
    with database.transaction(read_only=True) as session:
        assert session.scalars(sa.select(Cursor.seq)).one() == sum(reads)


def test_a_follow_up_that_cannot_be_queued_moves_nothing_on(database, cast, monkeypatch):
    def refuse(*_given):
        raise RuntimeError("no")

    monkeypatch.setattr(following, "_job", refuse)
    with pytest.raises(RuntimeError):
        actions.follow(database, handlers.FOLLOW_UPS)
    monkeypatch.undo()
    actions.follow(database, handlers.FOLLOW_UPS)
    assert len(jobs(database)) == 3


def test_a_scheduled_job_is_queued_once_per_slot_however_many_workers_ask(database):
    schedule = {note: timedelta(hours=1)}
    with at():
        at_once(lambda: actions.put_in_slots(database, schedule))
    with at(3599):
        actions.put_in_slots(database, schedule)
    assert len(jobs(database)) == 1
    with at(3600):
        actions.put_in_slots(database, schedule)
    assert len(jobs(database)) == 2


def test_two_workers_never_run_one_job_at_the_same_time(database, cast):
    actions.follow(database, handlers.FOLLOW_UPS)
    at_once(lambda: run_all(database))
    assert sorted(payload["system_id"] for payload in RAN) == sorted(
        [cast.triage.id, cast.sentinel.id, cast.pricing.id]
    )
    assert {(job.state, job.attempts, job.leased_until) for job in jobs(database)} == {
        (JobState.DONE, 1, None)
    }


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_without_the_lock_on_the_claim_two_workers_would_run_the_same_job(database, cast, monkeypatch):
    """SQLite lets in one writer at a time anyway."""
    actions.follow(database, handlers.FOLLOW_UPS)
    together = threading.Barrier(2, timeout=20)

    def unlocked(session, _at):
        found = session.scalars(sa.select(Job).order_by(Job.id).limit(1)).one()
        together.wait()
        return found

    monkeypatch.setattr(queries, "next_due", unlocked)
    at_once(lambda: actions.run_next(database, HANDLERS), workers=2)
    assert [payload["system_id"] for payload in RAN] == [cast.triage.id, cast.triage.id]


def test_a_job_whose_worker_died_is_run_again_once_its_lease_is_over(database, cast):
    with at():
        queued(database, die)
        with pytest.raises(SystemExit):
            actions.run_next(database, HANDLERS)
    [lost, *_] = jobs(database)
    assert (lost.state, lost.attempts) == (JobState.RUNNING, 1)
    recovered = HANDLERS | {lost.kind: note}
    with at(5):
        assert run_all(database, recovered) == 2
    assert jobs(database)[0].state is JobState.RUNNING
    with at(7):
        assert run_all(database, recovered) == 1
    [found, *_] = jobs(database)
    assert (found.state, found.attempts, found.leased_until) == (JobState.DONE, 2, None)


def test_a_job_that_takes_every_worker_with_it_is_given_up(database, cast):
    with at():
        queued(database, die)
    for attempt in range(5):
        with at(attempt * 301), database.transaction() as session:
            # The others are out of the way: this is about the first.
            for job in session.scalars(sa.select(Job).where(Job.id != jobs(database)[0].id)):
                job.state = JobState.DONE
        with at(attempt * 301), pytest.raises(SystemExit):
            actions.run_next(database, HANDLERS)
    with at(5 * 301):
        assert run_all(database) == 1
    [found, *_] = jobs(database)
    assert (found.state, found.attempts, found.finished_at is not None) == (JobState.FAILED, 5, True)
    assert "stopped before it was done" in found.last_error


def test_who_was_slower_than_the_lease_has_no_say_any_more(database, cast):
    with at():
        number = queued(database, note)

        def slow(_database, _payload):
            with at(400):
                assert actions.run_next(database, HANDLERS)
            raise ValueError("too late")

        first = jobs(database)[0]
        with database.transaction() as session:
            for job in session.scalars(sa.select(Job).where(Job.id != first.id)):
                job.state = JobState.DONE
        actions.run_next(database, HANDLERS | {first.kind: slow})
    found = jobs(database)[0]
    assert number
    assert (found.state, found.attempts, found.last_error) == (JobState.DONE, 2, "")


def test_a_failing_job_waits_longer_each_time_and_is_given_up_after_five(database, cast):
    with at():
        queued(database, fail)
        with database.transaction() as session:
            __first, *others = session.scalars(sa.select(Job).order_by(Job.id))
            for job in others:
                job.state = JobState.DONE
    seconds = 0
    for attempt, wait in enumerate((30, 120, 480, 1920), 1):
        with at(seconds):
            assert run_all(database) == 1
        found = jobs(database)[0]
        assert (found.state, found.attempts) == (JobState.QUEUED, attempt)
        assert found.run_at == START + timedelta(seconds=seconds + wait)
        with at(seconds + wait - 1):
            assert run_all(database) == 0
        seconds += wait
    with at(seconds):
        assert run_all(database) == 1
    found = jobs(database)[0]
    assert (found.state, found.attempts, found.finished_at) == (
        JobState.FAILED,
        5,
        START + timedelta(seconds=seconds),
    )
    assert "ValueError: the mail server <does> not answer" in found.last_error
    with at(10**7):
        assert run_all(database) == 0


def test_a_job_nobody_knows_how_to_do_fails_and_stops_nothing(database, cast):
    with at():
        actions.follow(database, handlers.FOLLOW_UPS)
        assert run_all(database, {}) == 3
    assert {job.state for job in jobs(database)} == {JobState.QUEUED}
    assert "KeyError" in jobs(database)[0].last_error


def test_the_oldest_due_job_is_taken_first(database, cast):
    with at():
        actions.follow(database, handlers.FOLLOW_UPS)
        with database.transaction() as session:
            last = session.scalars(sa.select(Job).order_by(Job.id.desc())).first()
            last.run_at = START - timedelta(minutes=1)
        run_all(database)
    assert [each["system_id"] for each in RAN] == [cast.pricing.id, cast.triage.id, cast.sentinel.id]


def given_up(database):
    with at(), database.transaction() as session:
        session.add(
            Job(kind="x", unique_key="x", state=JobState.FAILED, run_at=START, created_at=START, attempts=5)
        )


def test_a_job_that_was_given_up_can_be_queued_again_by_an_administrator_alone(database, cast):
    given_up(database)
    with at(60), database.transaction() as session:
        job = queries.job_by_id(session, jobs(database)[0].id)
        with pytest.raises(Forbidden):
            actions.retry(cast.actor(session, "aud"), job)
        actions.retry(cast.actor(session, "adam"), job)
    found = jobs(database)[0]
    assert (found.state, found.attempts, found.finished_at) == (JobState.QUEUED, 5, None)
    assert found.run_at == START + timedelta(seconds=60)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE])
def test_no_other_job_can_be_queued_again(database, cast, state):
    given_up(database)
    with database.transaction() as session:
        job = queries.job_by_id(session, jobs(database)[0].id)
        job.state = state
        with pytest.raises(RuleBroken, match="given up"):
            actions.retry(DOOR, job)


def test_a_heartbeat_is_one_row_that_moves_on(database):
    for seconds in (0, 15):
        with at(seconds):
            actions.beat(database)
    with database.transaction(read_only=True) as session:
        assert session.scalars(sa.select(Heartbeat.seen_at)).all() == [START + timedelta(seconds=15)]


def test_the_offers_of_somebody_who_left_are_closed_by_what_follows_from_it(database, cast):
    with at(), database.transaction() as session:
        offer = ownership.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves team")
        other = ownership.offer_handover(session, DOOR, cast.pricing.id, cast.number("otto"), "Moves team")
        mia = session.get_one(Person, cast.number("mia"))
        people.mark_as_left(session, DOOR, mia, clock.today() - timedelta(days=1))
    with at(60):
        at_once(lambda: actions.follow(database, FOLLOW_UPS))
        at_once(lambda: run_all(database, actions.by_name(FOLLOW_UPS, SCHEDULE)))
    with database.transaction(read_only=True) as session:
        assert session.get_one(Handover, offer.id).state is HandoverState.EXPIRED
        assert session.get_one(Handover, other.id).state is HandoverState.OFFERED
    assert [job.kind for job in jobs(database)] == ["ownership.on_person_left", "feeds.end_of_leavers"]


def test_every_handler_the_house_names_can_be_found_by_the_name_its_jobs_carry():
    found = actions.by_name(FOLLOW_UPS, SCHEDULE)
    assert found["ownership.on_person_left"] is ownership_jobs.on_person_left
    assert len(found) == len({*SCHEDULE, *(each for many in FOLLOW_UPS.values() for each in many)})
    assert all(event in Event for event in FOLLOW_UPS)

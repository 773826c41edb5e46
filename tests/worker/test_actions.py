"""The worker: what follows happens once, in order, and again when a worker dies."""

from datetime import timedelta

import pytest
from sqlmodel import select

from registry.kernel import clock
from registry.kernel.events import Event
from registry.ownership import actions as ownership
from registry.ownership import jobs as ownership_jobs
from registry.ownership.models import Handover
from registry.people import actions as people
from registry.worker import actions, rules
from registry.worker.models import Cursor, Job
from registry.worker.rules import JobState

DONE = []


def noted(_database, payload):
    DONE.append(payload)


def failing(_database, _payload):
    raise RuntimeError("the mail server is down")


@pytest.fixture(autouse=True)
def _nothing_done():
    DONE.clear()


def jobs(database):
    with database.transaction(read_only=True) as session:
        return session.exec(select(Job).order_by(Job.id)).all()


def handlers(*wanted):
    return actions.by_name({}, dict.fromkeys(wanted, timedelta(hours=1)))


def test_each_entry_is_followed_once_however_often_workers_look(database, cast):
    follow_ups = {Event.SYSTEM_REGISTERED: (noted,)}
    first = actions.follow(database, follow_ups)
    assert first > 3
    assert actions.follow(database, follow_ups) == 0
    assert len(jobs(database)) == 3
    while actions.run_next(database, actions.by_name(follow_ups, {})):
        pass
    assert {payload["system_id"] for payload in DONE} == {cast.triage.id, cast.sentinel.id, cast.pricing.id}
    assert {job.state for job in jobs(database)} == {JobState.DONE}


def test_a_cursor_that_was_not_committed_is_followed_again(database, cast, monkeypatch):
    def dies(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(actions, "_job", dies)
        with pytest.raises(KeyboardInterrupt):
            actions.follow(database, {Event.SYSTEM_REGISTERED: (noted,)})
    with database.transaction(read_only=True) as session:
        assert session.exec(select(Cursor)).all() == []
    actions.follow(database, {Event.SYSTEM_REGISTERED: (noted,)})
    assert len(jobs(database)) == 3


def test_a_scheduled_job_is_queued_once_per_interval(database):
    schedule = {noted: timedelta(hours=1)}
    start = clock.now().replace(minute=0, second=1)
    for minutes in (0, 5, 59, 60, 61):
        with clock.frozen(start + timedelta(minutes=minutes)):
            actions.put_in_slots(database, schedule)
    assert len(jobs(database)) == 2


def test_a_job_whose_worker_died_runs_again_after_its_lease_and_not_before(database):
    start = clock.now()
    with clock.frozen(start):
        actions.put_in_slots(database, {noted: timedelta(days=1)})
        with database.transaction() as session:
            job = session.exec(select(Job)).one()
            job.state, job.leased_until, job.attempts = JobState.RUNNING, rules.lease_end(start), 1
        assert not actions.run_next(database, handlers(noted))
    with clock.frozen(start + timedelta(seconds=rules.LEASE_SECONDS + 1)):
        assert actions.run_next(database, handlers(noted))
    assert len(DONE) == 1
    assert jobs(database)[0].attempts == 2


def test_a_failing_job_waits_longer_each_time_and_is_given_up_after_five(database, client_of, cast):
    at = clock.now()
    with clock.frozen(at):
        actions.put_in_slots(database, {failing: timedelta(days=1)})
    waits = []
    for _ in range(rules.MOST_ATTEMPTS):
        with clock.frozen(at):
            assert actions.run_next(database, handlers(failing))
            job = jobs(database)[0]
            waits.append((job.run_at - at).total_seconds())
            at = job.run_at
    assert waits == [30, 120, 480, 1920, 0]
    assert job.state is JobState.FAILED
    page = client_of("adam").get("/jobs").text
    assert "the mail server is down" in page
    assert client_of("adam").post(f"/jobs/{job.id}/retry").status_code == 303
    assert jobs(database)[0].state is JobState.QUEUED


def test_when_somebody_leaves_the_offers_that_wait_for_them_are_closed(database, cast):
    with database.transaction() as session:
        offer = ownership.offer_handover(
            session, cast.actor(session, "ada"), cast.triage.id, cast.number("mia"), "Reorganisation"
        )
        number = offer.id
        mia = session.merge(cast.people["mia"])
        people.mark_as_left(session, cast.actor(session, "adam"), mia, clock.today() - timedelta(days=1))
    follow_ups = {Event.PERSON_LEFT: (ownership_jobs.on_person_left,)}
    actions.follow(database, follow_ups)
    while actions.run_next(database, actions.by_name(follow_ups, {})):
        pass
    with database.transaction(read_only=True) as session:
        assert session.get(Handover, number).state == "expired"

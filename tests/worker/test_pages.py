"""The job list of administrators: what failed and why, and the button that tries again."""

import re

import pytest

from registry.kernel import clock
from registry.worker import actions
from registry.worker.models import Job
from registry.worker.rules import JobState
from tests.worker.handlers import jobs


@pytest.fixture
def failed(database, cast):
    at = clock.now()
    with database.transaction() as session:
        job = Job(kind="accounts.sweep_sessions", unique_key="a", run_at=at, created_at=at)
        job.state, job.attempts, job.last_error = JobState.FAILED, 5, "ValueError: <b>no</b> answer"
        session.add(job)
    actions.beat(database)
    return jobs(database)[0].id


def test_a_failed_job_is_shown_with_what_went_wrong_and_tried_again_by_the_button(
    client_of, database, failed
):
    client = client_of("adam")
    page = client.get("/jobs").text
    assert "ValueError: &lt;b&gt;no&lt;/b&gt; answer" in page
    assert "accounts: sweep sessions" in page
    address = re.search(r'action="([^"]*/retry)"', page).group(1)
    assert client.post(address).status_code == 303
    assert jobs(database)[0].state is JobState.QUEUED
    page = client.get("/jobs").text
    assert f"Job {failed} is queued again." in page
    assert "/retry" not in page


def test_a_button_pressed_twice_queues_once_and_says_so(client_of, database, failed):
    client = client_of("adam")
    assert client.post(f"/jobs/{failed}/retry").status_code == 303
    again = client.post(f"/jobs/{failed}/retry")
    assert again.status_code == 422
    assert "Only a job that was given up can be tried again." in again.text


def test_the_worker_that_was_seen_is_named(client_of, failed):
    page = client_of("adam").get("/jobs").text
    assert "just now" in page
    assert "No worker has been seen" not in page


def test_the_list_goes_by_pages_newest_first(client_of, database, cast):
    at = clock.now()
    with database.transaction() as session:
        for number in range(120):
            session.add(Job(kind=f"test.job{number}", unique_key=f"{number}", run_at=at, created_at=at))
    client, address, seen = client_of("adam"), "/jobs", []
    while address:
        page = client.get(address).text
        seen += re.findall(r"test: job(\d+)", page)
        following = re.search(r'href="(/jobs\?before=[^"]+)"', page)
        address = following.group(1) if following else None
    assert seen == [str(number) for number in reversed(range(120))]


@pytest.mark.parametrize("name", ["ada", "rita", "eva", "aud"])
def test_nobody_else_sees_the_jobs(client_of, cast, failed, name):
    client = client_of(name)
    assert client.get("/jobs").status_code == 403
    assert client.post(f"/jobs/{failed}/retry").status_code == 403
    assert client.post("/jobs/999999/retry").status_code == 403


def test_a_job_that_is_not_there_is_not_found(client_of, cast):
    assert client_of("adam").post("/jobs/999999/retry").status_code == 404

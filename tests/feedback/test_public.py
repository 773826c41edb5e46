"""At the door: what a stranger reads, sends and gets back, and what they never learn."""

import re
import secrets

import pytest
from sqlmodel import select

from registry.app import create_app
from registry.feedback import actions, queries
from registry.feedback.models import Feedback, FeedbackTally
from registry.feedback.rules.doors import DoorFacts
from registry.settings import Settings
from tests.web.pages import filled, problems


def stored(app):
    with app.database.transaction(read_only=True) as session:
        return session.exec(select(Feedback).order_by(Feedback.id)).all()


def main_of(reply):
    return reply.text.split("<main")[1]


def test_a_stranger_sends_feedback_and_reads_the_answer_without_an_account(app, cast, opened, stranger):
    form = stranger.get(opened)
    assert form.status_code == 200
    assert "Your claim with us" in form.text
    reply = stranger.send(
        opened,
        rating="2",
        category="unfair",
        outcome="ignored",
        comment="<b>No</b>",
        contact="pat@example.org",
    )
    assert reply.status_code == 303
    answer = stranger.get(reply.headers["Location"])
    assert "Nobody has looked at it yet" in answer.text
    assert "No answer yet" in answer.text
    assert "&lt;b&gt;No&lt;/b&gt;" in answer.text
    assert f"http://localhost{reply.headers['Location']}" in answer.text
    with app.database.transaction() as session:
        found = queries.feedback_by_id(session, cast.sentinel.id, stored(app)[0].id)
        assert not found.looks_like_spam
        actions.answer(session, cast.actor(session, "ada"), found, "A person looks at it today.")
    answered = stranger.get(reply.headers["Location"])
    assert "A person looks at it today." in answered.text
    # Neither page names the system or anybody who works on it, and the contact is not shown to whoever has the link.
    for page in (form, answer, answered):
        assert not re.search(r"Sentinel|fraud rings|AI-\d{4}|Ada Owner|pat@example|Claims", page.text)


def test_unknown_replaced_and_closed_doors_look_alike(app, cast, opened, stranger):
    with app.database.transaction() as session:
        ada, door = cast.actor(session, "ada"), queries.door_of(session, cast.sentinel.id)
        moved = f"/feedback/{actions.replace_code(session, ada, door).public_code}"
        shut = actions.set_door(session, ada, cast.triage.id, DoorFacts(is_open=False), version=0)
        closed = f"/feedback/{shut.public_code}"
    unknown = "/feedback/nobody-was-given-this"
    assert stranger.get(moved).status_code == 200
    pages = [stranger.get(each) for each in (unknown, opened, closed)]
    pages += [stranger.get("/feedback/answer/nobody-was-given-this")]
    assert {page.status_code for page in pages} == {404}
    assert len({main_of(page) for page in pages}) == 1


def test_nothing_typed_is_lost_when_nothing_was_said_or_the_day_is_used_up(
    app, opened, stranger, frozen_clock
):
    refused = stranger.send(opened, reference="Case 7", rating="")
    assert refused.status_code == 422
    assert problems(refused.text) == [
        "In your words: Say something: a rating, what happened, or a few words."
    ]
    assert filled(refused.text)["reference"] == ["Case 7"]
    for _ in range(20):
        assert stranger.send(opened, rating="5").status_code == 303
    late = stranger.send(opened, rating="1", comment="One more thing")
    assert late.status_code == 429
    assert late.headers["Retry-After"] == str(14 * 3_600 + 29 * 60 + 1)
    assert (filled(late.text)["comment"], filled(late.text)["rating"]) == (["One more thing"], ["1"])
    assert "tomorrow" in problems(late.text)[0]
    with app.database.transaction(read_only=True) as session:
        tallies = session.exec(select(FeedbackTally)).all()
    assert sorted(tally.count for tally in tallies) == [20, 20]
    assert not any("127.0.0.1" in tally.sender for tally in tallies)


def test_what_looks_like_spam_is_marked_and_kept(app, opened, stranger):
    assert stranger.send(opened, comment="Honest").status_code == 303
    assert stranger.send(opened, comment="Quick", after=1).status_code == 303
    assert stranger.send(opened, comment="Trapped", website="x").status_code == 303
    assert stranger.send(opened, comment="Forged", started="x").status_code == 303
    assert stranger.send(opened, comment="http://a http://b http://c").status_code == 303
    assert [each.looks_like_spam for each in stored(app)] == [False, True, True, True, True]


def test_a_form_that_was_not_opened_here_is_not_taken(app, opened):
    assert app.test_client().post(opened, data={"rating": "5"}).status_code == 400
    assert stored(app) == []


@pytest.mark.parametrize(("proxies", "senders"), [(0, 1), (1, 2)])
def test_an_address_in_a_header_counts_only_where_a_proxy_is_known_to_stand(tmp_path, proxies, senders):
    app = create_app(Settings(data_dir=tmp_path, secret_key=secrets.token_urlsafe(48), proxies=proxies))
    seen = set()
    app.before_request(lambda: seen.add(__import__("flask").request.remote_addr) or "")
    for address in ("203.0.113.7", "203.0.113.8"):
        app.test_client().get("/healthz", headers={"X-Forwarded-For": f"evil, {address}"})
    assert len(seen) == senders

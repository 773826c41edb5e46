"""Feedback in the browser: the tab of a system, one piece with its steps, themes, the door, the inbox."""

import re

import pytest
from sqlmodel import select

from registry.feedback import actions, queries
from registry.feedback.actions import Incoming
from registry.feedback.models import Feedback, FeedbackDoor, KnownLimitation
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts
from registry.feedback.rules.triage import State
from tests.web.pages import filled, problems


@pytest.fixture
def tab(cast):
    return f"/systems/{cast.triage.key}/feedback"


@pytest.fixture
def said(app, cast):
    """Two pieces of feedback on Triage, with their numbers."""
    facts = [
        FeedbackFacts(1, category=Category.WRONG, comment="<i>Wrong</i>", contact="pat@example.org"),
        FeedbackFacts(5, category=Category.PRAISE, comment="Quick"),
    ]
    with app.database.transaction() as session:
        received = actions.receive(
            session,
            cast.actor(session, "ben"),
            cast.triage.id,
            Door.STAFF,
            [Incoming(each) for each in facts],
        )
        return [each.number for each in received]


def found(app, number):
    with app.database.transaction(read_only=True) as session:
        return session.get_one(Feedback, number)


def test_the_tab_shows_what_was_said_with_its_figures_and_the_contact_to_those_who_answer(
    client_of, tab, said
):
    page = client_of("otto").get(tab).text
    assert "&lt;i&gt;Wrong&lt;/i&gt;" in page
    assert "n = 2 ratings, 95 % interval 9 to 91 %" in page
    assert "Write down what somebody told you" not in page
    one = f"{tab}/{said[0]}"
    assert "pat@example.org" not in client_of("otto").get(one).text
    assert "Send the answer" not in client_of("otto").get(one).text
    assert "pat@example.org" in client_of("ben").get(one).text


def test_the_list_is_narrowed_by_what_the_address_says(client_of, app, cast, tab, said):
    ada = client_of("ada")
    assert ada.post(f"{tab}/{said[0]}/theme", data={"theme": "Sorted wrong"}).status_code == 303
    theme = found(app, said[0]).theme_id

    def shows(query):
        page = ada.get(f"{tab}?{query}")
        assert page.status_code == 200, query
        return "Wrong&lt;" in page.text, ">Quick<" in page.text

    assert shows("") == shows("state=waiting") == (True, True)
    assert shows("state=new") == shows("category=praise") == (False, True)
    assert shows("state=in_triage") == shows(f"theme={theme}") == (True, False)
    assert shows("spam=1") == shows("theme=999999999") == (False, False)
    assert ada.get(f"{tab}?state=lost").status_code == ada.get(f"{tab}?before=x").status_code == 422


def test_each_step_is_taken_from_the_page_of_one_piece(client_of, app, tab, said):
    ben, one, other = client_of("ben"), f"{tab}/{said[0]}", f"{tab}/{said[1]}"

    def step(where, name, **typed):
        reply = ben.post(f"{where}/{name}", data=typed)
        assert reply.status_code in {303, 422}
        return problems(reply.text) if reply.status_code == 422 else found(app, int(where[-1])).state

    assert step(one, "escalate", needed="") == [
        "What the owner has to decide or know: Say what the owner has to decide or know."
    ]
    assert step(one, "escalate", needed="The third this week.") is State.ESCALATED
    assert "Ada Owner" in ben.get(one).text
    assert step(one, "answer", text=" ")[0].startswith("Answer: Write the answer")
    assert step(one, "answer", text="It is put right.") is State.ANSWERED
    assert "It is put right." in ben.get(one).text
    assert step(one, "limitation", limitation="No handwriting") is State.KNOWN_LIMITATION
    assert step(other, "dismiss", because="Nothing to do.") is State.DISMISSED
    assert step(other, "spam", is_spam="1") is State.SPAM
    assert step(other, "spam", is_spam="1") == ["This is marked as spam already."]
    assert step(other, "spam", is_spam="0") is State.NEW
    with app.database.transaction(read_only=True) as session:
        known = session.exec(select(KnownLimitation)).one()
    assert step(other, "limitation", limitation_id=str(known.id)) is State.KNOWN_LIMITATION
    assert step(other, "limitation", limitation_id="999") == ["Known limitation: Choose one of the list."]
    page = f"{tab}/limitations"
    assert ben.post(f"{page}/{known.id}/end").status_code == 303
    assert ben.post(page, data={"limitation": ""}).status_code == 422
    assert ben.post(page, data={"limitation": "Slow at night"}).status_code == 303
    assert "Slow at night" in ben.get(tab).text
    assert client_of("mia").post(page, data={"limitation": "x"}).status_code == 403


def test_what_somebody_was_told_is_written_down_in_the_name_of_who_passes_it_on(client_of, app, cast, tab):
    ben = client_of("ben")
    assert ben.post(f"{tab}/new", data={"comment": ""}).status_code == 422
    reply = ben.post(f"{tab}/new", data={"comment": "They waited a week.", "rating": "2"})
    page = ben.get(reply.headers["Location"]).text
    assert "They waited a week." in page
    assert "a colleague, who wrote it down" in page
    assert "Ben Engineer" in page
    address = re.search(r"http://localhost(/feedback/answer/[\w-]+)", page).group(1)
    assert "They waited a week." in app.test_client().get(address).text


def test_themes_are_renamed_and_merged(client_of, app, cast, tab, said):
    ada = client_of("ada")
    for number, name in zip(said, ("Wrong", "Late"), strict=True):
        ada.post(f"{tab}/{number}/theme", data={"theme": name})
    wrong, late = (found(app, number).theme_id for number in said)
    page = f"{tab}/themes/{wrong}"
    form = filled(ada.get(page).text)
    assert ada.post(f"{page}/rename", data=form | {"name": "LATE"}).status_code == 422
    assert ada.post(f"{page}/rename", data=form | {"name": "Sorted wrong"}).status_code == 303
    for nothing in ("", str(wrong), "999"):
        assert ada.post(f"{page}/merge", data={"into_id": nothing}).status_code == 422
    assert ada.post(f"{page}/merge", data={"into_id": late}).status_code == 303
    assert ada.get(page).status_code == 404
    shown = ada.get(tab).text
    assert "Sorted wrong" not in shown
    assert ada.get(f"{tab}/{said[0]}").text.count("Late") >= 1


def test_the_door_is_opened_closed_and_moved_and_two_editors_do_not_undo_each_other(
    client_of, app, cast, tab
):
    ada, door = client_of("ada"), f"{tab}/door"
    stale = filled(ada.get(door).text)
    assert ada.post(f"{door}/replace").status_code == 404
    assert ada.post(door, data=stale | {"title": "Your claim"}).status_code == 303
    late = ada.post(door, data=stale | {"title": "Mine"})
    assert late.status_code == 409
    assert filled(late.text)["title"] == ["Mine"]
    with app.database.transaction(read_only=True) as session:
        first = session.exec(select(FeedbackDoor)).one()
    assert f"http://localhost/feedback/{first.public_code}" in client_of("otto").get(tab).text
    assert ada.post(f"{door}/replace").status_code == 303
    now = filled(ada.get(door).text)
    assert ada.post(door, data={"version": now["version"], "title": "Your claim"}).status_code == 303
    with app.database.transaction(read_only=True) as session:
        moved = queries.door_of(session, cast.triage.id)
    assert (moved.is_open, moved.title) == (False, "Your claim")
    assert moved.public_code != first.public_code
    assert first.public_code not in ada.get(tab).text
    # Those in other seats answer feedback; an administrator or a lead opens the door.
    assert client_of("ben").get(door).status_code == 200
    assert client_of("mia").get(door).status_code == 403


def test_the_inbox_and_the_desk_lead_to_what_waits(client_of, tab, said):
    ada = client_of("ada")
    desk = ada.get("/").text
    assert "Answer 2 pieces of feedback on Claims triage" in desk
    assert f"{tab}?state=waiting" in desk
    assert "Quick" in ada.get("/feedback/inbox?state=waiting&category=praise").text
    assert "Nothing matches" in ada.get("/feedback/inbox?spam=1").text
    assert "Quick" not in client_of("otto").get("/feedback/inbox").text
    assert "pieces of feedback" not in client_of("ben").get("/").text

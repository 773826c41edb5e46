"""Hand-overs in the browser: offering, accepting, declining, and who may read an offer."""

import re
from datetime import timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.ownership import queries
from registry.ownership.rules import HandoverState

DOOR = the_registry("command")


from tests.ownership.doing import made, owner_in, state_in


def test_an_offer_is_made_shown_and_taken_back(client_of, cast, app, tab):
    client = client_of("ada")
    reply = client.post(f"{tab}/hand-over", data={"to_id": cast.number("mia"), "reason": "Moves team"})
    assert reply.status_code == 303
    page = client.get(tab).text
    assert "Offered to Mia Colleague" in page
    number = int(re.search(r"/handovers/(\d+)/withdraw", page).group(1))
    assert owner_in(app, cast.triage) == cast.number("ada")
    assert client.post(f"/handovers/{number}/withdraw").status_code == 303
    assert state_in(app, number) is HandoverState.WITHDRAWN


def test_a_refused_offer_comes_back_filled_with_each_problem(client_of, cast, app, tab):
    client = client_of("ada")
    reply = client.post(f"{tab}/hand-over", data={"to_id": cast.number("ada"), "reason": ""})
    assert reply.status_code == 422
    assert "This person already answers for the system." in reply.text
    assert "Say why the system changes hands" in reply.text
    assert f'<option selected value="{cast.number("ada")}"' in reply.text
    with app.database.transaction(read_only=True) as session:
        assert queries.pending_handover(session, cast.triage.id) is None


def test_a_deputy_who_is_asked_answers_and_is_not_shown_how_to_withdraw(client_of, cast, app, tab):
    number = made(app, cast, cast.triage, "dee")
    for name, withdraws in (("ada", True), ("dee", False)):
        client = client_of(name)
        for page in (client.get(f"/handovers/{number}"), client.get(tab)):
            assert ("Withdraw the offer" in page.text) is withdraws


@pytest.mark.parametrize("to", ["", "x", "-1", "0", "999999", "99999999999999999999"])
def test_an_offer_to_nobody_is_refused(client_of, cast, tab, to):
    reply = client_of("ada").post(f"{tab}/hand-over", data={"to_id": to, "reason": "Moves"})
    assert reply.status_code == 422
    assert 'id="to_id-errors"' in reply.text


def test_a_second_offer_says_that_there_is_one_already(client_of, cast, tab, offer):
    client = client_of("ada")
    assert "already offered to Mia Colleague" in client.get(f"{tab}/hand-over").text
    reply = client.post(f"{tab}/hand-over", data={"to_id": cast.number("ben"), "reason": "Moves"})
    assert reply.status_code == 422
    assert "This system is already offered to somebody." in reply.text


@pytest.mark.parametrize("name", ["ben", "mia", "hedy", "otto", "rita", "eva", "aud"])
def test_nobody_else_offers_fills_or_vacates(client_of, cast, app, tab, name):
    client = client_of(name)
    with app.database.transaction(read_only=True) as session:
        deputy = next(
            each for each in queries.held_on(session, cast.triage.id) if each.assignment.seat is Seat.DEPUTY
        )
    number = deputy.assignment.id
    assert client.get(f"{tab}/hand-over").status_code == 403
    assert (
        client.post(f"{tab}/hand-over", data={"to_id": cast.number(name), "reason": "Mine"}).status_code
        == 403
    )
    assert client.get(f"{tab}/seats/overseer").status_code == 403
    assert client.post(f"{tab}/seats/overseer", data={"person_id": cast.number(name)}).status_code == 403
    assert client.post(f"{tab}/assignments/{number}/vacate").status_code == 403
    with app.database.transaction(read_only=True) as session:
        assert queries.pending_handover(session, cast.triage.id) is None
        assert len(queries.held_on(session, cast.triage.id)) == 3


def test_the_recipient_reads_what_they_would_take_on_and_accepts(client_of, cast, app, offer):
    client = client_of("mia")
    page = client.get(f"/handovers/{offer}").text
    for words in (
        "Claims triage",
        "Sorts incoming claims by urgency.",
        "Moves &lt;team&gt;",
        "What its record still lacks",
    ):
        assert words in page
    assert client.post(f"/handovers/{offer}/accept").status_code == 303
    assert owner_in(app, cast.triage) == cast.number("mia")
    assert client.post(f"/handovers/{offer}/accept").status_code == 422


def test_declining_needs_a_reason_and_keeps_what_was_typed(client_of, cast, app, offer):
    client = client_of("mia")
    blank = client.post(f"/handovers/{offer}/decline", data={"answer": "  "})
    assert blank.status_code == 422
    assert "Say why you decline" in blank.text
    long = client.post(f"/handovers/{offer}/decline", data={"answer": "No <i> " + "x" * 4_001})
    assert long.status_code == 422
    assert "No &lt;i&gt; xxx" in long.text
    assert state_in(app, offer) is HandoverState.OFFERED
    assert client.post(f"/handovers/{offer}/decline", data={"answer": "Not mine"}).status_code == 303
    assert state_in(app, offer) is HandoverState.DECLINED
    assert owner_in(app, cast.triage) == cast.number("ada")
    assert "Not mine" in client_of("ada").get(f"/handovers/{offer}").text


def test_a_lapsed_offer_shows_no_buttons_and_is_refused(client_of, cast, app, offer):
    with clock.frozen(clock.now() + timedelta(days=14)):
        client = client_of("mia")
        page = client.get(f"/handovers/{offer}").text
        assert "Accept" not in page
        reply = client.post(f"/handovers/{offer}/accept")
        assert reply.status_code == 422
        assert "This offer has lapsed." in reply.text
    assert owner_in(app, cast.triage) == cast.number("ada")


READERS = {"mia": 200, "ada": 200, "dee": 200, "adam": 200, "aud": 200}


@pytest.mark.parametrize(
    "name", ["ada", "ben", "dee", "mia", "hedy", "olga", "otto", "rita", "eva", "aud", "adam"]
)
def test_an_offer_is_open_to_those_concerned_alone(client_of, cast, app, offer, name):
    expected = READERS.get(name, 404)
    client = client_of(name)
    assert client.get(f"/handovers/{offer}").status_code == expected
    assert client.get(f"/handovers/{offer + 1_000}").status_code == 404
    if name != "mia":
        refused = 404 if expected == 404 else 403
        assert client.post(f"/handovers/{offer}/accept").status_code == refused
        assert client.post(f"/handovers/{offer}/decline", data={"answer": "No"}).status_code == refused
        assert state_in(app, offer) is HandoverState.OFFERED
        assert owner_in(app, cast.triage) == cast.number("ada")


def test_an_offer_that_nobody_looked_after_would_be_open_to_all(client_of, cast, offer, monkeypatch):
    monkeypatch.setattr("registry.ownership.rules.may_read_offer", lambda **_: True)
    assert client_of("otto").get(f"/handovers/{offer}").status_code == 200


def test_the_recipient_of_a_restricted_system_sees_it_on_the_offer_and_nowhere_else(client_of, cast, app):
    number = made(app, cast, cast.sentinel, "otto")
    client = client_of("otto")
    page = client.get(f"/handovers/{number}").text
    assert "Sentinel" in page
    assert "Looks for fraud rings in claims." in page
    for url in (f"/systems/{cast.sentinel.key}", f"/systems/{cast.sentinel.key}/ownership"):
        assert client.get(url).status_code == 404
    assert "Sentinel" not in client.get("/systems").text
    assert client.post(f"/handovers/{number}/accept").status_code == 303
    assert client.get(f"/systems/{cast.sentinel.key}/ownership").status_code == 200


def test_whoever_declined_a_restricted_system_keeps_their_answer_and_not_its_name(client_of, cast, app):
    number = made(app, cast, cast.sentinel, "otto")
    client = client_of("otto")
    assert client.post(f"/handovers/{number}/decline", data={"answer": "No time"}).status_code == 303
    page = client.get(f"/handovers/{number}").text
    assert "No time" in page
    assert "Sentinel" not in page
    assert "fraud" not in page
    assert cast.sentinel.key not in page


def test_the_old_owner_of_a_restricted_system_loses_sight_of_it_everywhere(client_of, cast, app):
    number = made(app, cast, cast.sentinel, "otto")
    ada = client_of("ada")
    assert ada.get(f"/handovers/{number}").status_code == 200
    assert client_of("otto").post(f"/handovers/{number}/accept").status_code == 303
    for url in (
        f"/systems/{cast.sentinel.key}",
        f"/systems/{cast.sentinel.key}/ownership",
        f"/handovers/{number}",
    ):
        assert ada.get(url).status_code == 404
    assert "Sentinel" not in ada.get("/systems").text
    assert "Sentinel" not in ada.get(f"/people/{cast.number('otto')}").text


def test_nothing_is_answered_by_looking_at_it(client_of, cast, app, offer):
    client = client_of("mia")
    for verb in ("accept", "decline", "withdraw"):
        assert client.get(f"/handovers/{offer}/{verb}").status_code == 405
    assert state_in(app, offer) is HandoverState.OFFERED


def test_a_forged_form_is_refused(client_of, cast, app, offer):
    client = client_of("mia")
    client.environ_base.pop("HTTP_X_CSRFTOKEN")
    assert client.post(f"/handovers/{offer}/accept").status_code == 400
    assert owner_in(app, cast.triage) == cast.number("ada")

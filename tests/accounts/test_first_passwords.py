"""A password that was drawn for somebody opens the page where they choose their own, for three days, and nothing else."""

import re
from datetime import timedelta

import pytest

from registry.accounts import actions, queries, rules
from registry.audit.queries import entries
from registry.kernel import clock
from registry.kernel.actor import Role, the_registry
from registry.kernel.errors import RuleBroken
from registry.kernel.events import Event
from registry.second_steps import actions as steps
from registry.second_steps.actions import Typed
from registry.second_steps.rules import code_at, new_secret, step_of
from registry.store.sealing import Purpose

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

OWN = "seven otters in a row"


@pytest.fixture
def drawn(app, database, cast):
    app.config["WTF_CSRF_ENABLED"] = False
    with database.transaction() as session:
        return actions.draw_password(session, the_registry("command"), session.merge(cast.people["ada"]))


def hidden(page):
    return {
        name: value.replace("&amp;", "&")
        for name, value in re.findall(r'name="(half|next|kept|offer)"[^>]*value="([^"]*)"', page.text)
    }


def signing_in(app, password, **more):
    client = app.test_client()
    return client, client.post("/sign-in", data={"email": "ada@example.org", "password": password, **more})


def is_inside(client):
    return client.get("/account").status_code == 200


def with_a_second_step(app, database, cast):
    """Sets one up for Ada; returns a code that opens once, at the moment of the clock."""
    seal, secret = app.extensions["seals"][Purpose.SECOND_STEP], new_secret()
    with database.transaction() as session:
        first = Typed(code_at(secret, step_of(clock.now()) - 1), seal)
        steps.enrol(session, cast.actor(session, "ada"), session.merge(cast.people["ada"]), secret, first)
    return code_at(secret, step_of(clock.now()))


def test_it_leads_to_choosing_ones_own_which_then_opens_the_register(app, database, cast, drawn):
    client, asked = signing_in(app, drawn, next="/systems")
    assert (asked.status_code, "Choose your password" in asked.text, is_inside(client)) == (200, True, False)
    assert drawn not in asked.text
    sent = hidden(asked)
    for wanted, says in (
        ("short", "characters"),
        (drawn, "drawn for you"),
        ("ada.owner 2026", "Without words that anybody"),
    ):
        refused = client.post("/sign-in/first-password", data=sent | {"password": wanted})
        assert (refused.status_code, says in refused.text, is_inside(client)) == (422, True, False), wanted
    done = client.post("/sign-in/first-password", data=sent | {"password": OWN})
    assert (done.status_code, done.location, is_inside(client)) == (303, "/systems", True)
    assert signing_in(app, drawn)[1].status_code == 422
    assert is_inside(signing_in(app, OWN)[0])
    # What was sealed for the page of before opens it no more.
    again = app.test_client().post(
        "/sign-in/first-password", data=sent | {"password": "eight otters in a row"}
    )
    assert (again.status_code, again.location) == (303, "/sign-in")
    with database.transaction(read_only=True) as session:
        assert queries.first_password_of(session, cast.number("ada")) is None
        said = [each.event for each in entries(session, limit=20)]
        assert said.count(Event.PASSWORD_SET) == 2


def test_after_three_days_it_opens_nothing_and_another_is_drawn(app, database, cast, drawn):
    start = clock.now()
    with clock.frozen(start + timedelta(hours=rules.FIRST_HOURS, minutes=1)):
        client, late = signing_in(app, drawn)
        assert (late.status_code, "opens no longer" in late.text, is_inside(client)) == (422, True, False)
        with database.transaction() as session:
            ada = session.merge(cast.people["ada"])
            another = actions.draw_password(session, the_registry("command"), ada)
        assert signing_in(app, another)[1].status_code == 200


def test_it_neither_confirms_nor_vouches_whoever_drew_it_knows_it(app, database, cast, drawn, client_of):
    client = client_of("ada")
    refused = client.post("/account/browsers", data={"which": "all", "password": drawn})
    assert (refused.status_code, "drawn for you" in refused.text) == (422, True)
    sent = {"current": drawn, "password": OWN}
    assert "drawn for you" in client.post("/account/password", data=sent).text
    with database.transaction(read_only=True) as session:
        assert queries.first_password_of(session, cast.number("ada")) is not None
    with database.transaction() as session, pytest.raises(RuleBroken, match="do not belong together"):
        actions.vouch(session, cast.actor(session, "adam"), "ada@example.org", drawn)


def test_where_there_is_a_second_step_choosing_takes_a_code_and_its_page_is_no_way_round(
    app, database, cast, drawn, frozen_clock
):
    code = with_a_second_step(app, database, cast)
    client, asked = signing_in(app, drawn)
    sent, own = hidden(asked), {"password": OWN}
    assert client.post("/sign-in/first-password", data=sent | own).status_code == 422
    assert client.post("/sign-in/first-password", data=sent | own | {"own_code": "000000"}).status_code == 422
    # The word that the drawn password was right, taken to the page of the second step, opens nothing.
    around = client.post("/sign-in/code", data=sent | {"code": code})
    assert (around.location, is_inside(client)) == ("/sign-in", False)
    assert client.post("/sign-in/first-password", data=sent | own | {"own_code": code}).status_code == 303
    assert is_inside(client)


def test_whose_role_asks_for_a_second_step_sets_it_up_next(app, database, cast, drawn):
    with database.transaction() as session:
        steps.ask_of(session, cast.actor(session, "adam"), frozenset({Role.MEMBER}))
    client, asked = signing_in(app, drawn)
    around = client.post("/sign-in/second-step", data=hidden(asked) | {"code": "000000"})
    assert around.location == "/sign-in"
    then = client.post("/sign-in/first-password", data=hidden(asked) | {"password": OWN})
    assert (then.status_code, "Set up your second step" in then.text, is_inside(client)) == (200, True, False)
    assert hidden(then)["offer"]


def test_guessing_at_it_locks_the_account_as_any_password_does(app, database, cast, drawn):
    for _ in range(rules.TRIES_BEFORE_LOCK):
        signing_in(app, "another drawn one")
    assert "Too many tries" in signing_in(app, drawn)[1].text

"""A code beside the password: set up, asked for, used once; recovered, reset and demanded by role."""

import re
from datetime import timedelta

import pytest

from registry.accounts import actions as accounts
from registry.accounts.rules import TRIES_BEFORE_LOCK
from registry.audit.queries import entries
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import RuleBroken
from registry.kernel.events import Event
from registry.second_steps import actions, queries, rules
from registry.second_steps.actions import Typed
from registry.store.sealing import Purpose
from tests.cast import PASSWORD

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def with_passwords(app, database, cast):
    app.config["WTF_CSRF_ENABLED"] = False
    with database.transaction() as session:
        for name in ("ada", "adam"):
            person = session.merge(cast.people[name])
            accounts.set_password(session, the_registry("command"), person, PASSWORD)
    return app


def enrolled(app, database, cast, name="ada"):
    """Sets up a second step for somebody; returns its secret and the recovery codes."""
    secret = rules.new_secret()
    with database.transaction() as session:
        code = rules.code_at(secret, rules.step_of(clock.now()) - 1)
        person, seal = session.merge(cast.people[name]), seal_of(app, Purpose.SECOND_STEP)
        return secret, actions.enrol(session, cast.actor(session, name), person, secret, Typed(code, seal))


def seal_of(app, purpose):
    return app.extensions["seals"][purpose]


def signing_in(app, name="ada"):
    client = app.test_client()
    page = client.post("/sign-in", data={"email": f"{name}@example.org", "password": PASSWORD}).text
    return client, hidden(page)


def hidden(page):
    return {
        name: value.replace("&amp;", "&")
        for name, value in re.findall(r'name="(half|offer|next|kept)"[^>]*value="([^"]*)"', page)
    }


def is_inside(client):
    return client.get("/account").status_code == 200


def code_now(secret, steps=0):
    return rules.code_at(secret, rules.step_of(clock.now()) + steps)


def test_the_password_alone_opens_nothing_and_a_code_opens_once(database, cast, with_passwords, frozen_clock):
    app = with_passwords
    secret, _ = enrolled(app, database, cast)
    client, half = signing_in(app)
    assert half["half"]
    assert not is_inside(client)
    wrong = client.post("/sign-in/code", data=half | {"code": "000000"})
    assert (wrong.status_code, is_inside(client)) == (422, False)
    assert client.post("/sign-in/code", data=half | {"code": code_now(secret)}).status_code == 303
    assert is_inside(client)
    other, half = signing_in(app)
    again = other.post("/sign-in/code", data=half | {"code": code_now(secret)})
    assert (again.status_code, is_inside(other)) == (422, False)
    with clock.frozen(clock.now() + timedelta(seconds=rules.STEP_SECONDS)):
        assert other.post("/sign-in/code", data=half | {"code": code_now(secret)}).status_code == 303


def test_guessing_codes_locks_the_account_however_often_the_password_is_given_in_between(
    database, cast, with_passwords, frozen_clock
):
    app = with_passwords
    secret, _ = enrolled(app, database, cast)
    for _ in range(TRIES_BEFORE_LOCK):
        client, half = signing_in(app)
        client.post("/sign-in/code", data=half | {"code": "000000"})
    reply = client.post("/sign-in/code", data=half | {"code": code_now(secret)})
    assert (reply.status_code, "Too many tries" in reply.text) == (422, True)


def test_a_password_that_was_right_waits_ten_minutes_for_its_code_and_nobody_makes_one_up(
    database, cast, with_passwords
):
    app, start = with_passwords, clock.now()
    with clock.frozen(start):
        secret, _ = enrolled(app, database, cast)
        client, half = signing_in(app)
    with clock.frozen(clock.later(hours=1)):
        late = client.post("/sign-in/code", data=half | {"code": code_now(secret)})
        assert (late.status_code, late.location) == (303, "/sign-in")
    with clock.frozen(start):
        client, half = signing_in(app)
    with database.transaction() as session:
        person = session.merge(cast.people["ada"])
        accounts.set_password(session, the_registry("command"), person, PASSWORD)
    # The password that was right is another one by now.
    stale = client.post("/sign-in/code", data=half | {"code": code_now(secret)})
    assert (stale.location, is_inside(client)) == ("/sign-in", False)
    made_up = client.post("/sign-in/code", data={"half": str(cast.number("adam")), "code": "000000"})
    assert (made_up.location, is_inside(client)) == ("/sign-in", False)


def test_a_recovery_code_opens_once_and_an_administrator_resets_but_not_their_own(
    database, cast, with_passwords, client_of, frozen_clock
):
    app = with_passwords
    _, codes = enrolled(app, database, cast)
    _, adams = enrolled(app, database, cast, "adam")
    client, half = signing_in(app)
    assert client.post("/sign-in/code", data=half | {"code": codes[3].upper()}).status_code == 303
    assert "9 recovery codes left" in client.get("/account").text
    client, half = signing_in(app)
    assert client.post("/sign-in/code", data=half | {"code": codes[3]}).status_code == 422
    adam, place = client_of("adam"), f"/people/{cast.number('ada')}/sign-in"
    # Taking it away binds: a desk that was left open takes nobody's second step.
    assert adam.post(place, data={"what": "step"}).status_code == 422
    own = {"password": PASSWORD, "own_code": adams[0]}
    assert adam.post(place, data={"what": "step", **own}).status_code == 303
    assert adam.post(f"/people/{cast.number('adam')}/sign-in", data={"what": "step"}).status_code == 422
    client, half = signing_in(app)
    assert (half, is_inside(client)) == ({}, True)
    with database.transaction(read_only=True) as session:
        assert queries.factor_of(session, cast.number("adam")) is not None
        assert entries(session, limit=2)[1].event == Event.SECOND_STEP_RESET


def test_a_role_that_asks_for_a_second_step_has_it_set_up_before_anything_else(
    database, cast, with_passwords, client_of, frozen_clock
):
    app = with_passwords
    adam, asked = client_of("adam"), {"roles": ["administrator"]}
    assert adam.post("/people/second-steps", data=asked).status_code == 422
    assert adam.post("/people/second-steps", data=asked | {"password": PASSWORD}).status_code == 303
    client, sent = signing_in(app, "adam")
    assert not is_inside(client)
    secret = queries.offered(seal_of(app, Purpose.ENROLMENT), cast.number("adam"), sent["offer"], clock.now())
    with database.transaction() as session:
        guess = {"device": "", "request_id": ""}
        typed = Typed(code_now(secret), seal_of(app, Purpose.SECOND_STEP))
        # Of whom none is asked nobody sets one up at the door.
        with pytest.raises(RuleBroken, match="asked for none"):
            accounts.enter_enrolling(session, cast.number("ada"), secret, typed, **guess)
    # What was offered to one person is nobody else's.
    assert (
        queries.offered(seal_of(app, Purpose.ENROLMENT), cast.number("ada"), sent["offer"], clock.now()) == ""
    )
    wrong = client.post("/sign-in/second-step", data=sent | {"code": "000000"})
    assert (wrong.status_code, hidden(wrong.text)["offer"]) == (422, sent["offer"])
    done = client.post("/sign-in/second-step", data=sent | {"code": code_now(secret)})
    assert (done.status_code, len(re.findall(r"(?:[a-z2-9]{4}-){5}[a-z2-9]{4}</code>", done.text))) == (
        200,
        10,
    )
    assert is_inside(client)
    assert is_inside(signing_in(app, "ada")[0])
    # A second answer to the same question replaces nothing.
    again = app.test_client().post("/sign-in/second-step", data=sent | {"code": code_now(secret)})
    assert again.status_code == 422


def test_setting_it_up_while_signed_in_takes_the_password_and_later_what_binds_takes_a_code_too(
    database, cast, with_passwords, client_of, frozen_clock
):
    app, client = with_passwords, client_of("ada")
    before = client.get_cookie("registry").value
    sent = hidden(client.get("/account/second-step").text)
    secret = queries.offered(seal_of(app, Purpose.ENROLMENT), cast.number("ada"), sent["offer"], clock.now())
    first = sent | {"code": code_now(secret, -1)}
    assert client.post("/account/second-step", data=first | {"password": "not it at all"}).status_code == 422
    assert client.post("/account/second-step", data=first | {"password": PASSWORD}).status_code == 200
    # Whoever had copied the cookie is signed in no longer; the browser that gave the password is.
    thief = app.test_client()
    thief.set_cookie("registry", before)
    assert (is_inside(client), is_inside(thief)) == (True, False)
    other = client_of("ada")
    page = other.get("/account/second-step").text
    assert 'name="own_code"' in page
    sent = hidden(page)
    fresh = queries.offered(seal_of(app, Purpose.ENROLMENT), cast.number("ada"), sent["offer"], clock.now())
    again = sent | {"code": code_now(fresh), "password": PASSWORD}
    assert other.post("/account/second-step", data=again).status_code == 422
    assert other.post("/account/second-step", data=again | {"own_code": code_now(secret)}).status_code == 200


def test_secrets_and_codes_are_nowhere_to_be_read(database, cast, with_passwords, frozen_clock):
    secret, codes = enrolled(with_passwords, database, cast)
    with database.transaction(read_only=True) as session:
        kept = " ".join(
            str(row)
            for table in ("second_factor", "recovery_code", "ledger_payload")
            for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}")
        )
        factor = queries.factor_of(session, cast.number("ada"))
    assert secret not in kept
    assert not [code for code in codes if code in kept or rules.tidy(code) in kept]
    assert factor.sealed_secret not in kept.replace(factor.sealed_secret, "", 1)


def test_a_second_person_who_vouches_gives_their_code_as_well(database, cast, with_passwords, frozen_clock):
    secret, _ = enrolled(with_passwords, database, cast)
    seal = seal_of(with_passwords, Purpose.SECOND_STEP)
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        with pytest.raises(RuleBroken):
            accounts.vouch(session, adam, "ada@example.org", PASSWORD)
        typed = Typed(code_now(secret), seal)
        assert accounts.vouch(session, adam, "ada@example.org", PASSWORD, typed).name == "Ada Owner"


def test_where_the_provider_signs_people_in_only_named_passwords_open(database, cast, with_passwords):
    app = with_passwords
    app.config["REGISTRY_PASSWORDS_ONLY_FOR"] = frozenset({"adam@example.org"})
    assert not is_inside(signing_in(app, "ada")[0])
    assert is_inside(signing_in(app, "adam")[0])
    with database.transaction() as session:
        rita = cast.actor(session, "rita")
        with pytest.raises(RuleBroken, match="do not belong together"):
            accounts.vouch(
                session, rita, "ada@example.org", PASSWORD, only_for=frozenset({"adam@example.org"})
            )


def test_where_only_named_passwords_open_no_other_confirms_what_binds(
    database, cast, with_passwords, client_of
):
    named = frozenset({"adam@example.org"})
    with_passwords.config["REGISTRY_PASSWORDS_ONLY_FOR"] = named
    for name, status, says in (("ada", 422, "yours is none of them"), ("adam", 200, "Recovery codes")):
        # Opened by other means than a password, as before the setting.
        client = client_of(name)
        page = client.get("/account/second-step").text
        secret = queries.offered(
            seal_of(with_passwords, Purpose.ENROLMENT), cast.number(name), hidden(page)["offer"], clock.now()
        )
        sent = hidden(page) | {"code": code_now(secret, -1), "password": PASSWORD}
        reply = client.post("/account/second-step", data=sent)
        assert (reply.status_code, says in reply.text) == (status, True), name
        with database.transaction(read_only=True) as session:
            assert (queries.factor_of(session, cast.number(name)) is None) is (status == 422)


def test_a_password_is_changed_with_a_code_where_there_is_a_second_step(
    database, cast, with_passwords, client_of, frozen_clock
):
    secret, _ = enrolled(with_passwords, database, cast)
    wanted = {"current": PASSWORD, "password": "another long password", "again": "another long password"}
    client, code = client_of("ada"), code_now(secret)
    for given in ({}, {"own_code": "000000"}):
        refused = client.post("/account/password", data=wanted | given)
        assert (refused.status_code, "This code does not hold" in refused.text) == (422, True), given
    # No code is spent on a password that is refused for another reason.
    short = wanted | {"password": "short", "again": "short", "own_code": code}
    assert client.post("/account/password", data=short).status_code == 422
    assert client.post("/account/password", data=wanted | {"own_code": code}).status_code == 303
    with database.transaction() as session:
        # Used there, it is used up here as well.
        assert not actions.spend(
            session, cast.number("ada"), Typed(code, seal_of(with_passwords, Purpose.SECOND_STEP))
        )

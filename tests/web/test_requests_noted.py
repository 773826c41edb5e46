"""What is noted of a request: who, what and how it went, under one number with the ledger, and nothing secret."""

import json
import logging

import pytest
import sqlalchemy as sa

from registry.accounts.actions import issue_token
from registry.accounts.rules import TOKEN_PREFIX
from registry.audit.models import LedgerEntry
from registry.output.logs import JsonLines
from registry.people.models import Person
from tests.cast import PASSWORD

CANARY = "Canary-4711-abcdefghijklmnop"


@pytest.fixture
def lines(caplog):
    """What has been logged so far, as it would stand in the log."""
    caplog.set_level(logging.INFO, "registry")
    return lambda: [JsonLines().format(each) for each in caplog.records]


def requests(lines):
    return [told for told in map(json.loads, lines()) if told.get("event") == "request"]


def test_a_change_has_one_number_in_the_reply_the_log_and_the_ledger(client_of, cast, database, lines):
    reply = client_of("ada").post(
        f"/systems/{cast.triage.key}/notes",
        data={"version": "0", "body": "Looked at, all well."},
        follow_redirects=False,
    )
    assert reply.status_code < 400
    [told] = requests(lines)
    assert (told["method"], told["status"], told["person"]) == ("POST", reply.status_code, cast.number("ada"))
    assert told["request_id"] == reply.headers["X-Request-ID"]
    with database.transaction(read_only=True) as session:
        newest = session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
    assert newest.request_id == told["request_id"]
    assert told["ms"] > 0


def test_a_number_is_taken_over_from_a_known_proxy_where_it_is_plain(app, cast):
    for behind, given, taken in (
        (True, "edge-7f3a.1", True),
        (False, "edge-7f3a.1", False),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, 'a"b,c d{}', False),
    ):
        app.config["BEHIND_PROXY"] = behind
        found = app.test_client().get("/sign-in", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        assert found
        assert (found == given) is taken, given


def test_no_secret_of_a_request_is_in_the_log(app, cast, database, client_of, lines):
    with database.transaction() as session:
        actor, ada = cast.actor(session, "ada"), session.get_one(Person, cast.number("ada"))
        token, _ = issue_token(session, actor, ada, "ci", frozenset({"registry:read"}))
    client = app.test_client()
    client.post("/sign-in", data={"email": "ada@example.org", "password": CANARY})
    client.post("/sign-in", data={"email": CANARY, "password": PASSWORD})
    client.get(f"/sign-in?next=/{CANARY}")
    client.get(f"/feedback/{CANARY}")
    client.get(f"/feeds/{CANARY}/due.ics")
    client.get(f"/no-such-page/{CANARY}")
    client.set_cookie("registry", CANARY)
    client.get("/")
    client.get("/api/v1/systems", headers={"Authorization": f"Bearer {token}"})
    client.get("/api/v1/systems", headers={"Authorization": f"Bearer aigr_{CANARY}"})
    client_of("ada").get("/")
    told = "\n".join(lines())
    assert len(requests(lines)) == 10
    for secret in (CANARY, PASSWORD, token, token.removeprefix(TOKEN_PREFIX).partition("_")[2]):
        assert secret not in told


def test_a_fault_of_the_program_is_told_without_the_values_it_had_in_hand(app, cast, database, lines):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def faulty():
        with app.database.transaction() as session:
            session.connection().execute(
                sa.text("SELECT no_such FROM person WHERE email = :it"), {"it": CANARY}
            )

    app.view_functions["accounts.sign_in"] = faulty
    faulty.registry_public = True
    reply = app.test_client().get("/sign-in")
    assert reply.status_code == 500
    told = "\n".join(lines())
    assert "no_such" in told
    assert reply.headers["X-Request-ID"] in told
    assert CANARY not in told


def test_where_a_page_breaks_its_secret_address_is_not_in_the_log(app, cast, lines):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def faulty(secret):
        raise RuntimeError

    app.view_functions["feeds.calendar"] = faulty
    faulty.registry_public = True
    assert app.test_client().get(f"/feeds/{CANARY}/due.ics").status_code == 500
    told = "\n".join(lines())
    assert "/feeds/<secret>/due.ics" in told
    assert CANARY not in told


def test_probes_that_go_well_are_not_told(app, cast, lines):
    for path in ("/healthz", "/readyz", "/metrics"):
        app.test_client().get(path)
    assert requests(lines) == []

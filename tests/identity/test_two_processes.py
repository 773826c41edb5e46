"""What is taken away in one process counts in every other from the next request on."""

import http.client
import json
import re
import secrets
from contextlib import closing
from urllib.parse import urlencode

import pytest

from registry.accounts import actions as accounts
from registry.accounts.actions import open_session
from registry.app import create_app
from registry.kernel.actor import Role, the_registry
from registry.kernel.scopes import PEOPLE_SCOPE, READ_SCOPE
from registry.settings import Settings
from registry.store.session import Database
from tests.cast import PASSWORD
from tests.commands.test_serve import serving


def issued(session, cast, name, scope):
    person = session.merge(cast.people[name])
    return accounts.issue_token(session, the_registry("command"), person, "test", frozenset({scope}))


def test_what_is_taken_away_by_one_server_is_gone_for_the_next_request_to_another(database, cast, tmp_path):
    """Two applications, each with its own connections, as two processes have them."""
    settings = Settings(data_dir=tmp_path, secret_key=secrets.token_urlsafe(48))
    here, there = (
        create_app(settings, Database(str(database.url.render_as_string(hide_password=False))))
        for _ in range(2)
    )
    try:
        with database.transaction() as session:
            opened = {name: secrets.token_urlsafe(8) for name in ("rita", "ada", "ben")}
            for name, secret in opened.items():
                open_session(session, cast.people[name], secret, "test")
            token, row = issued(session, cast, "ada", READ_SCOPE)

        def asks(app, name, place="/"):
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie["secret"] = opened[name]
            return client.get(place).status_code

        def reads(app):
            headers = {"Authorization": f"Bearer {token}"}
            return app.test_client().get("/api/v1/systems", headers=headers).status_code

        # Each has answered before, so whatever one of them might remember it remembers.
        before = [
            (asks(app, "rita", "/cards/bundles"), asks(app, "ben"), reads(app)) for app in (here, there)
        ]
        assert before == [(200, 200, 200)] * 2
        with here.database.transaction() as session:
            door = the_registry("command")
            accounts.withdraw_role(session, door, session.merge(cast.people["rita"]), Role.REVIEWER)
            accounts.revoke_token(session, door, session.merge(row))
            accounts.sign_out_everywhere(session, door, cast.number("ben"))
        after = [(asks(app, "rita", "/cards/bundles"), asks(app, "ben"), reads(app)) for app in (here, there)]
        assert after == [(403, 303, 401)] * 2
    finally:
        for app in (here, there):
            app.database.dispose()


def sent(port, method, place, body=None, headers=None):
    """One request on a connection of its own: status, headers and text."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, place, body, headers or {})
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read().decode()


class Browser:
    """Someone at one server's port, who keeps the cookie they are given."""

    def __init__(self, port, cookie=""):
        self.port, self.cookie = port, cookie

    def ask(self, method, place, form=None, headers=None):
        body, kind = None, {}
        if form is not None:
            body, kind = urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"}
        cookie = {"Cookie": self.cookie}
        status, told, text = sent(self.port, method, place, body, {**cookie, **kind, **(headers or {})})
        if kept := told.get("Set-Cookie"):
            self.cookie = kept.partition(";")[0]
        return status, text

    def sign_in(self, email):
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.ask("GET", "/sign-in")[1]).group(1)
        return self.ask("POST", "/sign-in", {"csrf_token": token, "email": email, "password": PASSWORD})[0]


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_whoever_is_deactivated_through_one_process_is_out_in_the_other(database, cast, tmp_path):
    with database.transaction() as session:
        accounts.set_password(session, the_registry("command"), session.merge(cast.people["ada"]), PASSWORD)
        directory, _ = issued(session, cast, "adam", PEOPLE_SCOPE)
        token, _ = issued(session, cast, "ada", READ_SCOPE)
    with (
        serving(database, tmp_path, "--no-worker") as (_, first),
        serving(database, tmp_path, "--no-worker") as (_, second),
    ):
        ada = Browser(second)
        assert ada.sign_in("ada@example.org") == 303
        elsewhere = Browser(first, ada.cookie)
        bearer = {"Authorization": f"Bearer {token}"}
        for browser in (ada, elsewhere):
            assert browser.ask("GET", "/account")[0] == 200
            assert browser.ask("GET", "/api/v1/systems", headers=bearer)[0] == 200
        patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
        patch |= {"Operations": [{"op": "replace", "path": "active", "value": False}]}
        place, asked = f"/scim/v2/Users/{cast.number('ada')}", json.dumps(patch)
        headers = {"Authorization": f"Bearer {directory}", "Content-Type": "application/scim+json"}
        assert sent(first, "PATCH", place, asked, headers)[0] == 200
        for browser in (ada, elsewhere):
            assert browser.ask("GET", "/account")[0] == 303
            assert browser.ask("GET", "/api/v1/systems", headers=bearer)[0] == 401

"""Looking at a page changes nothing: every address that is read, and the whole database before and after."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.accounts.models import UserSession
from registry.kernel import clock
from registry.store.session import Database
from registry.web.flask_app import session
from registry.web.jsonkit import PROGRAM_DOORS
from registry.worker.models import Cursor
from tests.store.contents import digests
from tests.web.everything import SLOW, exchange

# Kept so that the same PDF is not laid out twice; it can be made again at any time.
CACHE = {"card_preview"}
# Every address is asked for by both of them, and no view knows which database it reads. To be asked for the head alone
# is the same to a view: that is tried at some addresses of every kind.
ASKED = {"sqlite": (("adam", "HEAD"), ("ada", "GET")), "postgresql": (("adam", "GET"),)}
HEADS = 4


@pytest.mark.slow
def test_no_address_that_is_read_changes_anything(everything, record_property):
    rules = everything.rules("GET")
    asked = ASKED["sqlite" if everything.app.database.is_sqlite else "postgresql"]
    clients = {name: everything.sign_in(name) for name, _ in asked}
    before = digests(everything.app.database, CACHE)
    changed, since = [], []
    for number, rule in enumerate(rules, 1):
        since.append(rule.rule)
        url = everything.address(rule)
        headers = everything.bearer if url.startswith(PROGRAM_DOORS) else {}
        for name, method in asked:
            if rule.endpoint == SLOW and (name, method) != ("adam", "GET"):
                continue
            if method == "HEAD" and number % HEADS:
                continue
            with clients[name].open(url, method=method, headers=headers) as reply:
                # The passkey is the administrator's own: to everybody else it is not there.
                absent = {404} if url.startswith("/account/passkeys/") and name != "adam" else set()
                assert reply.status_code in {200, 303, 403} | absent, (name, method, url)
        # To read the whole database after every address would take longer than all the addresses.
        if number % 40 == 0 or number == len(rules):
            if (now := digests(everything.app.database, CACHE)) != before:
                changed.append(since)
                before = now
            since = []
    record_property("addresses read", len(rules))
    assert len(rules) > 40
    assert changed == []


def look_and_write():
    session().add(Cursor(name="looked at"))
    session().flush()
    return "seen"


def test_an_address_that_writes_while_it_is_read_is_noticed(everything, monkeypatch):
    database = everything.app.database
    exchange(everything.app, monkeypatch, "people.units", look_and_write)
    client = everything.sign_in("adam")
    before = digests(database)
    # The database keeps it out; were the transaction not one for reading only, the digest would tell.
    assert client.get("/units").status_code == 500
    assert digests(database) == before
    begin = Database.begin
    monkeypatch.setattr(Database, "begin", lambda self, opened, **_: begin(self, opened, read_only=False))
    assert client.get("/units").status_code == 200
    after = digests(database)
    assert {name for name in before if before[name] != after[name]} == {"cursor"}


def test_the_note_that_somebody_was_here_is_kept_beside_the_reading_and_not_in_it(everything):
    """Every few minutes of use, a page that is read moves the time at which its reader was last seen."""
    client = everything.sign_in("otto")

    def seen():
        with everything.app.database.transaction(read_only=True) as session:
            return max(session.scalars(sa.select(UserSession.seen_at)))

    first = seen()
    with clock.frozen(first + timedelta(minutes=4)):
        client.get("/people")
    assert seen() == first
    before = digests(everything.app.database, {"user_session"})
    with clock.frozen(first + timedelta(minutes=6)):
        assert client.get("/people").status_code == 200
    assert seen() == first + timedelta(minutes=6)
    assert digests(everything.app.database, {"user_session"}) == before

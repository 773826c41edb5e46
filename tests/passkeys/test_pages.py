"""The pages of passkeys: added, used, removed; and nothing of them where none are offered."""

import json
import re

import pytest

from registry.accounts import actions as accounts
from registry.audit.queries import entries
from registry.kernel.actor import the_registry
from registry.kernel.events import Event
from registry.passkeys import queries
from registry.passkeys.pages import terms_of
from registry.passkeys.rules import Terms
from registry.settings import Settings
from tests.cast import PASSWORD
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.conftest import SITE


@pytest.fixture
def offering(app, database, cast):
    """The application where passkeys are offered, and two people who know their password."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["passkeys"] = Terms(SITE)
    with database.transaction() as session:
        for name in ("ada", "adam"):
            person = session.merge(cast.people[name])
            accounts.set_password(session, the_registry("command"), person, PASSWORD)
    return app


def options_in(page):
    found = re.search(r'data-options="([^"]*)"', page)
    return json.loads(found[1].replace("&#34;", '"'))


def added(client, device, called="Laptop"):
    asked = client.post("/account/passkeys/new", data={"name": called, "password": PASSWORD})
    answer = device.make(options_in(asked.text))
    return client.post("/account/passkeys", data={"name": called, "passkey": answer})


def test_a_passkey_is_added_signs_in_confirms_and_is_removed(offering, database, cast, client_of, device):
    ada = client_of("ada")
    assert added(ada, device).status_code == 303
    assert "Laptop" in ada.get("/account").text
    outside = offering.test_client()
    question = outside.post("/sign-in/passkey/question").json
    # Nothing is told of who has one: the question is the same for everybody.
    assert (question["allowCredentials"], question["rpId"]) == ([], SITE.domain)
    answer = {"passkey": device.use(question), "next": "/systems"}
    entered = outside.post("/sign-in/passkey", data=answer)
    assert (entered.status_code, entered.location) == (303, "/systems")
    again = offering.test_client().post("/sign-in/passkey", data=answer)
    assert (again.status_code, "opens nothing here" in again.text) == (422, True)
    with database.transaction(read_only=True) as session:
        number = queries.passkeys_of(session, cast.number("ada"))[0][0].id
        # A refusal is kept, with its reason.
        assert entries(session, limit=1)[0].event == Event.SIGN_IN_REFUSED
    place = f"/account/passkeys/{number}"
    assert outside.post(f"{place}/name", data={"name": ""}).status_code == 422
    assert outside.post(f"{place}/name", data={"name": "Old laptop"}).status_code == 303
    page = outside.get(f"{place}/remove").text
    assert 'data-question="/account/passkeys/question"' in page
    assert outside.post(f"{place}/remove", data={"password": "not it"}).status_code == 422
    mine = outside.post("/account/passkeys/question").json
    assert [each["id"] for each in mine["allowCredentials"]] == [json.loads(answer["passkey"])["id"]]
    gone = outside.post(f"{place}/remove", data={"passkey": device.use(mine), "password": ""})
    assert (gone.status_code, outside.get("/account").status_code) == (303, 200)
    assert outside.post(f"{place}/remove").status_code == 404


def test_a_passkey_that_is_not_taken_leads_back_to_its_name_and_no_desk_left_open_adds_one(
    offering, client_of, device
):
    ada = client_of("ada")
    assert ada.post("/account/passkeys/new", data={"name": "Laptop"}).status_code == 422
    assert ada.post("/account/passkeys/new", data={"name": "", "password": PASSWORD}).status_code == 422
    asked = ada.post("/account/passkeys/new", data={"name": "Laptop", "password": PASSWORD})
    answer = device.make(options_in(asked.text), origin="https://evil.example")
    refused = ada.post("/account/passkeys", data={"name": "Laptop", "passkey": answer})
    assert (refused.status_code, 'value="Laptop"' in refused.text) == (422, True)
    assert "Nothing was added; begin again." in refused.text
    assert added(ada, device).status_code == 303


def test_an_administrator_sees_that_there_are_passkeys_and_takes_them_away(offering, cast, client_of, device):
    added(client_of("ada"), device)
    adam, place = client_of("adam"), f"/people/{cast.number('ada')}/sign-in"
    assert "1 passkey of theirs opens" in adam.get(place).text
    assert adam.post(place, data={"what": "passkeys"}).status_code == 422
    assert adam.post(place, data={"what": "passkeys", "password": PASSWORD}).status_code == 303
    assert "passkey" not in adam.get(place).text.replace("has no passkeys any more", "")
    client = offering.test_client()
    question = client.post("/sign-in/passkey/question").json
    assert client.post("/sign-in/passkey", data={"passkey": device.use(question)}).status_code == 422


def test_where_none_are_offered_no_page_tells_of_them_and_none_of_their_doors_is_there(app, client_of, cast):
    ada, adam = client_of("ada"), client_of("adam")
    for client, address in (
        (app.test_client(), "/sign-in"),
        (ada, "/account"),
        (ada, "/account/browsers"),
        (adam, f"/people/{cast.number('ada')}/sign-in"),
    ):
        assert "passkey" not in client.get(address).text.lower()
    app.config["WTF_CSRF_ENABLED"] = False
    for address in ("/sign-in/passkey", "/sign-in/passkey/question"):
        assert app.test_client().post(address).status_code == 404
    for address in ("", "/question", "/new", "/1/name", "/1/remove"):
        assert ada.post(f"/account/passkeys{address}").status_code == 404


@pytest.mark.parametrize(
    ("address", "installed", "offers"),
    [
        ("https://ai.example.org/register", True, True),
        ("https://ai.example.org", False, False),
        ("http://127.0.0.1:8000", True, False),
        ("http://localhost:8000", True, True),
    ],
)
def test_they_are_offered_with_the_extra_and_for_a_site_that_browsers_make_them_for(
    address, installed, offers, monkeypatch, tmp_path
):
    # Where a package is not installed, nothing is found of its name.
    if not installed:
        monkeypatch.setattr("registry.passkeys.rules.ceremonies.find_spec", lambda _: None)
    assert (terms_of(Settings(data_dir=tmp_path, base_url=address)) is not None) is offers


def test_a_person_who_may_not_come_in_past_the_provider_is_asked_for_no_passkey(offering, client_of, device):
    ada = client_of("ada")
    added(ada, device)
    offering.extensions["passkeys"] = Terms(SITE, frozenset({"adam@example.org"}))
    assert "Confirm with a passkey" not in client_of("ada").get("/account/browsers").text
    offering.extensions["passkeys"] = Terms(SITE)
    assert "Confirm with a passkey" in client_of("ada").get("/account/browsers").text


def test_two_devices_stand_apart(offering, client_of, device):
    ada = client_of("ada")
    added(ada, device)
    other = Authenticator(SITE.origin, SITE.domain, flags=1 | 4 | 8 | 16)
    assert added(ada, other, "Phone").status_code == 303
    page = ada.get("/account").text
    assert ("on one device" in page, "synced between devices" in page) == (True, True)

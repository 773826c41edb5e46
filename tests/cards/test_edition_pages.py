"""Editions in the browser: put forward, decided with a password, issued by the worker, checked by anybody."""

import io
import re

import pikepdf
import pytest

from registry.accounts import actions as accounts
from registry.cards.actions import editions
from registry.cards.jobs import issue_waiting
from registry.cards.pages import editions as pages
from registry.cards.pages import verifying
from registry.cards.pages.shared import LAYING_OUT
from registry.cards.rules.seal import seal_from
from registry.kernel.actor import the_registry
from registry.settings import Settings
from registry.systems.models import System
from tests.cast import PASSWORD
from tests.web.pages import filled


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, base_url="https://registry.example")


@pytest.fixture
def home(cast):
    return f"/systems/{cast.triage.key}/card"


@pytest.fixture
def put_forward(client_of, home, database, cast):
    with database.transaction() as session:
        accounts.set_password(session, the_registry("command"), session.merge(cast.people["rita"]), PASSWORD)

    def put(note="For the audit."):
        ada = client_of("ada")
        sent = filled(ada.get(f"{home}/editions/new").text) | {"note": note}
        return ada.post(f"{home}/editions/new", data=sent)

    return put


def decide(client, address, **typed):
    page = client.get(f"{address}/decide").text
    return client.post(f"{address}/decide", data=filled(page) | {"password": PASSWORD} | typed)


def check(client, pdf, **more):
    sent = token(client) | {"file": (io.BytesIO(pdf), "card.pdf")} | more
    return client.post("/verify", data=sent, content_type="multipart/form-data")


def token(client):
    """What the form of somebody without an account brings."""
    page = client.get("/verify").text
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)}


def test_no_connection_is_held_while_an_edition_is_laid_out(app, client_of, put_forward, monkeypatch):
    held = []

    def looks(_frozen):
        held.append(app.database.engine.pool.checkedout())
        return b"%PDF"

    monkeypatch.setattr(pages, "edition_pdf", looks)
    first = put_forward().location
    assert client_of("mia").get(f"{first}/card.pdf").data == b"%PDF"
    assert held == [0]


def test_a_card_goes_from_its_owner_by_a_reviewer_to_a_stranger_who_checks_it(
    client_of, app, home, put_forward, database, settings
):
    reply = put_forward()
    first = reply.location
    assert (reply.status_code, first) == (303, f"{home}/editions/1")
    assert "Put this card forward" not in client_of("ada").get(home).text
    rita, mia = client_of("rita"), client_of("mia")
    assert ("Decide on the card of Claims triage" in rita.get("/").text, first in rita.get("/").text) == (
        True,
        True,
    )
    assert "Decide on the card" not in client_of("ada").get("/").text + mia.get("/").text
    assert f"{first}/decide" in rita.get(first).text
    assert f"{first}/decide" not in mia.get(first).text
    with LAYING_OUT.one_more(), LAYING_OUT.one_more():
        assert mia.get(f"{first}/card.pdf").status_code == 503
    unapproved = mia.get(f"{first}/card.pdf").data
    told = check(app.test_client(), unapproved).text
    assert ("Nobody has approved it." in told, "edition 1, marked as in review" in told) == (True, True)
    assert "keeps no copy of a card that nobody approved" in told
    assert decide(rita, first, verdict="approve", password="wrong").status_code == 422
    assert decide(rita, first, verdict="").status_code == 422
    assert decide(rita, first, verdict="approve", facts_sha256="0" * 64).status_code == 422
    assert decide(rita, first, verdict="approve", reason="It holds.").status_code == 303
    assert mia.get(f"{first}/card.pdf").location == first
    issue_waiting(database, settings)
    pdf = mia.get(f"{first}/card.pdf").data
    page = rita.get(first).text
    assert "Decide on the card" not in rita.get("/").text
    # What people come for is the edition that holds, and no longer the draft.
    assert f'href="{first}/card.pdf"' in mia.get(home).text
    assert ("Download edition 1" in mia.get(home).text, "It holds." in page) == (True, True)
    assert "registry.example/ledger" in page
    anybody = app.test_client()
    told = check(anybody, pdf).text
    assert "It is genuine and unchanged." in told
    assert "It is the edition that holds today." in told
    assert "own." in told
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        seal = seal_from(opened.attachments["seal.json"].get_file().read_bytes())
    printed = seal.verify_at[seal.verify_at.index("/verify") :]
    assert "It is the edition that holds today." in anybody.get(printed).text
    for other in (printed.replace("%2F1&", "%2F2&"), printed[:-1] + ("0" if printed[-1] != "0" else "1")):
        assert "No card issued by this register" in anybody.get(other).text
    for odd in ("card=1&sha256=2", "card=AI-0001%2F" + "9" * 30 + "&sha256=" + "0" * 16):
        assert "No card issued by this register" in anybody.get(f"/verify?{odd}").text
    assert "It is not a card as it was issued." in check(anybody, pdf[:-40] + b"%" + pdf[-39:]).text
    nothing = check(anybody, b"")
    assert (nothing.status_code, "It is not a card as it was issued." in nothing.text) == (200, True)
    assert anybody.post("/verify", data=token(anybody)).status_code == 422
    put_forward()
    second = f"{home}/editions/2"
    assert decide(rita, second, verdict="return", reason="").status_code == 422
    assert decide(rita, second, verdict="return", reason="Name a deputy.").status_code == 303
    ada, came_back = client_of("ada"), "Edition 2 was returned by Rita Reviewer: Name a deputy."
    assert "Name a deputy." in ada.get(second).text
    assert f"{home}/editions/new" in ada.get(second).text
    assert (came_back in ada.get("/").text, came_back in client_of("dee").get("/").text) == (True, False)
    put_forward()
    assert came_back not in ada.get("/").text
    assert f"{home}/editions/new" not in ada.get(second).text
    assert decide(rita, f"{home}/editions/3", verdict="approve").status_code == 303
    told = check(anybody, pdf).text
    assert "It is genuine, and no longer holds." in told
    assert "Edition 3 holds today." in told
    assert "Edition 3 holds today." in anybody.get(printed).text
    told = check(anybody, mia.get(f"{first}/card.pdf").data).text
    assert "This copy is marked as superseded: it no longer holds." in told
    assert "This register has issued no card with these bytes." in told
    page = mia.get(f"{home}/compare?from=1&to=3").text
    assert re.search(r"Edition 1</a>.*edition 3</a>", page, re.DOTALL)
    for odd in ("", "?from=1", "?from=x&to=1", f"?from={'9' * 30}&to=1"):
        assert mia.get(f"{home}/compare{odd}").location == f"{home}#editions"
    assert mia.get(f"{home}/compare?from=1&to=99").status_code == 404
    page = filled(rita.get(f"{home}/editions/3/withdraw").text) | {"password": PASSWORD}
    withdrawn = rita.post(f"{home}/editions/3/withdraw", data=page | {"reason": "A number was wrong."})
    assert withdrawn.status_code == 303
    assert "A number was wrong." in mia.get(f"{home}/editions/3").text


def test_the_editions_of_a_restricted_system_are_known_to_those_who_know_of_it(client_of, database, cast):
    with database.transaction() as session:
        editions.put_forward(
            session, cast.actor(session, "ada"), session.get_one(System, cast.sentinel.id), "For the audit."
        )
    for address in ("/editions/1", "/editions/1/card.json", "/compare?from=1&to=1"):
        assert client_of("ada").get(f"/systems/{cast.sentinel.key}/card{address}").status_code == 200
        assert client_of("otto").get(f"/systems/{cast.sentinel.key}/card{address}").status_code == 404


def test_a_file_in_this_register_under_a_key_that_is_none_of_its_own_is_refused(
    client_of, app, home, put_forward, database, settings, monkeypatch
):
    """Whoever can write to the database can put a file there; the secret half of the key they do not have."""
    put_forward()
    assert decide(client_of("rita"), f"{home}/editions/1", verdict="approve").status_code == 303
    issue_waiting(database, settings)
    pdf = client_of("mia").get(f"{home}/editions/1/card.pdf").data
    assert "It is genuine and unchanged." in check(app.test_client(), pdf).text
    monkeypatch.setattr(verifying, "keys", lambda _session: [])
    told = check(app.test_client(), pdf).text
    assert ("It is not a card as it was issued." in told, "none of this register" in told) == (True, True)

"""Sign-in and account pages: cookies, forged forms, open redirects, failures that count."""

import re

import pytest

from registry.accounts import actions, queries
from tests.cast import PASSWORD


@pytest.fixture
def with_password(database, cast):
    with database.transaction() as session:
        actions.set_password(session, cast.actor(session, "adam"), cast.people["ada"], PASSWORD)


def filled(client, **data):
    page = client.get("/sign-in").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    return {"csrf_token": token, "email": "ada@example.org", "password": PASSWORD, "next": ""} | data


def test_signing_in_leads_to_the_desk_with_a_new_guarded_cookie(app, with_password):
    client = app.test_client()
    data = filled(client)
    before = client.get_cookie("registry").value
    reply = client.post("/sign-in", data=data)
    assert (reply.status_code, reply.location) == (303, "/")
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get_cookie("registry").value != before
    assert "My desk" in client.get("/").text


def test_a_form_without_its_token_is_refused(app, with_password):
    client = app.test_client()
    data = filled(client)
    assert client.post("/sign-in", data=data | {"csrf_token": ""}).status_code == 400
    assert client.post("/sign-in", data=data).status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/%0d%0aX: y",
        "/systems\r\nX: y",
        "/systems\x7f",
    ],
)
def test_nobody_is_sent_outside_after_signing_in(app, with_password, target):
    client = app.test_client()
    reply = client.post("/sign-in", data=filled(client, next=target))
    assert reply.status_code == 303
    assert reply.location.startswith("/")
    assert "evil" not in reply.location


def test_after_signing_in_one_arrives_where_one_wanted_to_go(app, with_password, cast):
    client = app.test_client()
    asked = client.get("/systems?stage=proposed")
    assert asked.status_code == 303
    wanted = re.search(r'name="next"[^>]*value="([^"]+)"', client.get(asked.location).text).group(1)
    reply = client.post("/sign-in", data=filled(client, next=wanted))
    assert reply.location == "/systems?stage=proposed"


def test_failed_tries_count_although_the_reply_is_a_refusal(app, with_password):
    client = app.test_client()
    for _ in range(5):
        assert client.post("/sign-in", data=filled(client, password="wrong password!")).status_code == 422
    reply = client.post("/sign-in", data=filled(client))
    assert reply.status_code == 422
    assert "Too many tries" in reply.text


def test_guessing_the_present_password_while_changing_it_locks_the_account_too(client_of, with_password):
    client, wanted = client_of("ada"), "another long password"
    for current, says in [*[("wrong password!", "not your present")] * 5, (PASSWORD, "Too many tries")]:
        reply = client.post("/account/password", data={"current": current, "password": wanted})
        assert (reply.status_code, says in reply.text) == (422, True)


def test_whoever_signs_in_anew_in_a_browser_leaves_no_session_behind(app, database, with_password, cast):
    client, app.config["WTF_CSRF_ENABLED"] = app.test_client(), False
    for _ in range(2):
        sent = {"email": "ada@example.org", "password": PASSWORD}
        assert client.post("/sign-in", data=sent).status_code == 303
    with database.transaction(read_only=True) as session:
        assert len(queries.sessions_of(session, cast.number("ada"))) == 1


def test_the_form_comes_back_with_the_address_and_without_the_password(app, with_password):
    client = app.test_client()
    page = client.post("/sign-in", data=filled(client, password="wrong password!")).text
    assert 'value="ada@example.org"' in page
    assert "wrong password!" not in page


def test_signing_out_ends_the_session_for_whoever_copied_the_cookie(app, client_of, cast):
    client, thief = client_of("ada"), app.test_client()
    thief.set_cookie("registry", client.get_cookie("registry").value)
    assert thief.get("/").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert thief.get("/").status_code == 303


def test_one_lost_browser_or_all_are_signed_out_after_saying_once_more_who_one_is(
    app, client_of, with_password
):
    here, lost, other = client_of("ada"), client_of("ada"), client_of("otto")
    page = here.get("/account/browsers").text
    numbers = re.findall(r'name="which"[^>]*value="(\d+)"', page)
    assert len(numbers) == 2
    mine = re.search(r'value="(\d+)"[^<]*<span>[^<]*\(this browser\)', page)[1]
    [its] = set(numbers) - {mine}
    for unproven in ({}, {"password": "not it at all"}):
        assert here.post("/account/browsers", data={"which": its, **unproven}).status_code == 422
        assert lost.get("/account").status_code == 200
    ended = here.post("/account/browsers", data={"which": its, "password": PASSWORD})
    assert (ended.status_code, ended.location) == (303, "/account")
    assert "Clear-Site-Data" not in ended.headers
    assert (here.get("/account").status_code, lost.get("/account").status_code) == (200, 303)
    # Of nobody else, whatever number is sent.
    theirs = re.search(r'value="(\d+)"', other.get("/account/browsers").text.split('name="which"', 2)[2])[1]
    assert here.post("/account/browsers", data={"which": theirs}).status_code == 422
    assert other.get("/account").status_code == 200
    # It was said a moment ago who this is.
    everywhere = here.post("/account/browsers", data={"which": "all"})
    assert (everywhere.location, everywhere.headers["Clear-Site-Data"]) == ("/sign-in", '"cache"')
    assert here.get("/account").status_code == 303
    assert "Every browser is signed out." in here.get("/sign-in").text


def test_whoever_signs_out_or_changes_the_password_leaves_nothing_in_the_browsers_cache(
    client_of, with_password
):
    changed = client_of("ada").post(
        "/account/password", data={"current": PASSWORD, "password": "seven otters in a row"}
    )
    for reply in (client_of("ada").post("/sign-out"), changed):
        assert (reply.status_code, reply.headers["Clear-Site-Data"]) == (303, '"cache"')


def test_a_new_token_is_shown_once_and_works(app, client_of, cast):
    client = client_of("ada")
    page = client.post("/account/tokens", data={"label": "nightly", "scopes": ["registry:read"]}).text
    token = re.search(r"aigr_[0-9a-f]{12}_[\w-]{43}", page).group()
    assert token not in client.get("/account").text
    reply = app.test_client().get("/api/v1/systems", headers={"Authorization": f"Bearer {token}"})
    assert {item["name"] for item in reply.json["items"]} == {"Claims triage", "Sentinel", "Home pricing"}


def test_a_token_without_scopes_is_refused_with_the_reason(client_of, cast):
    reply = client_of("ada").post("/account/tokens", data={"label": "nightly"})
    assert reply.status_code == 422
    assert "Choose at least one scope." in reply.text


def test_nobody_revokes_somebody_elses_token(database, client_of, cast):
    with database.transaction() as session:
        _, token = actions.issue_token(
            session, cast.actor(session, "ada"), cast.people["ada"], "x", frozenset({"registry:read"})
        )
    assert client_of("otto").post(f"/account/tokens/{token.id}/revoke").status_code == 404
    assert client_of("ada").post(f"/account/tokens/{token.id}/revoke").status_code == 303

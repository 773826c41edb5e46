"""What somebody typed survives a sign-in that ended and a token that was lost; another site's form is given nothing."""

import html
import importlib
import pkgutil
import re

import pytest
from wtforms import PasswordField

import registry
from registry.accounts import actions
from registry.web import refilling
from registry.web.formkit import Form
from tests.cast import PASSWORD
from tests.objectives.test_pages import fields_in

PAGE = "/systems/AI-0001/risks/new"
OURS = {"Origin": "http://localhost"}
TYPED = {
    "title": "Sorted last",
    "event": 'A child "waits"\r\nfor <hours>.',
    "likelihood": "4",
    "version": "0",
}


@pytest.fixture
def ben(database, cast, client_of):
    with database.transaction() as session:
        actions.set_password(
            session, cast.actor(session, "adam"), session.merge(cast.people["ben"]), PASSWORD
        )
    return client_of("ben")


def hidden(page):
    """What a page carries in hidden fields, as a browser would send it."""
    pairs = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    return {
        re.search(r'name="([^"]*)"', pair)[1]: html.unescape(
            (re.search(r'value="([^"]*)"', pair) or ["", ""])[1]
        )
        for pair in pairs
    }


def test_what_was_typed_comes_back_after_a_sign_in_that_ended(app, database, cast, ben):
    with database.transaction() as session:
        actions.sign_out_everywhere(session, cast.actor(session, "ben"), cast.number("ben"))
    sent = TYPED | {"password": "not to be carried"}
    asked = ben.post(PAGE, data=sent, headers=OURS)
    assert asked.status_code == 401
    assert "Your sign-in has ended" in asked.text
    browser = app.test_client()
    browser.set_cookie("registry", ben.get_cookie("registry").value)
    entered = browser.post(
        "/sign-in", data=hidden(asked.text) | {"email": "ben@example.org", "password": PASSWORD}
    )
    assert entered.status_code == 200
    assert f'action="{PAGE}"' in entered.text
    again = browser.post(PAGE, data=hidden(entered.text), headers=OURS)
    assert again.status_code == 400
    assert "look it over and send it again" in again.text
    filled = fields_in(again.text)
    assert {name: html.unescape(filled[name]) for name in TYPED} == TYPED
    for page in (asked, entered, again):
        assert "not to be carried" not in page.text
        assert "Sorted" not in page.headers.get("Set-Cookie", "")
    assert browser.get("/systems/AI-0001/risks").text.count("Sorted last") == 0


def test_a_form_without_its_token_comes_back_filled_or_else_with_what_it_said(app, ben):
    del ben.environ_base["HTTP_X_CSRFTOKEN"]
    page = ben.post(PAGE, data=TYPED, headers=OURS)
    assert page.status_code == 400
    assert fields_in(page.text)["title"] == "Sorted last"
    # An address without a page of its own: what was typed is listed, with a button that sends it.
    page = ben.post("/account/tokens", data={"label": "nightly"}, headers=OURS)
    assert page.status_code == 400
    fields = hidden(page.text)
    assert fields["label"] == "nightly"
    assert ben.post("/account/tokens", data=fields, headers=OURS).status_code == 422


@pytest.mark.parametrize("sender", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_of_another_site_is_given_nothing_to_send_again(app, ben, sender):
    del ben.environ_base["HTTP_X_CSRFTOKEN"]
    signed_out = app.test_client()
    for browser in (ben, signed_out):
        page = browser.post(PAGE, data=TYPED, headers=sender)
        assert page.status_code == 400
        assert "Sorted last" not in page.text


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 5_000, "{}", "[1]", '[["a"]]', '[["a", 1]]', '[["password","x"]]', '[["a", "\\ud800"]]'],
)
def test_what_is_no_text_of_ours_carries_nothing(text):
    assert list(refilling.unpacked(text)) == []


def test_every_field_for_a_password_is_among_what_is_never_carried():
    for module in pkgutil.walk_packages(registry.__path__, "registry."):
        if ".forms" in module.name or ".pages" in module.name or module.name == "registry.web.patterns":
            importlib.import_module(module.name)
    kinds, found = [Form], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        fields = {name: getattr(getattr(kind, name), "field_class", None) for name in dir(kind)}
        found |= {name for name, made in fields.items() if made is PasswordField}
    assert found - refilling.SECRETS <= {"secret"}

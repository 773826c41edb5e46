"""A passkey in a real browser: added, signed in with, used to confirm, and removed; by a device that Chromium plays."""

import re

import pytest
from playwright.sync_api import Page, expect

from registry.passkeys.rules import Terms, site_at
from tests.browser import ready, violations
from tests.cast import PASSWORD

pytestmark = pytest.mark.journey
pytest.importorskip("webauthn", reason="py_webauthn, of the extra passkeys, is not installed")

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_somebody_adds_a_passkey_signs_in_by_it_confirms_by_it_and_removes_it(site, browser):
    site.address = site.address.replace("127.0.0.1", "localhost")
    site.app.extensions["passkeys"] = Terms(site_at(site.address, "Halden Mutual"))
    with site.visit(browser) as (context, watch):
        page = context.new_page()
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        sign_in_by_password(page)
        add(page)
        page.get_by_text("Ada Owner").first.click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
        page.goto("/sign-in?next=/systems")
        ready(page)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Register", level=1)).to_be_visible()
        remove(page)
        page.goto("/sign-in")
        assert watch.complaints == []


def sign_in_by_password(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def add(page: Page) -> None:
    page.goto("/account")
    ready(page)
    page.get_by_role("link", name="Add a passkey…").click()
    page.get_by_label(re.compile("^Name")).fill("Ada's laptop")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    ready(page)
    expect(page.get_by_text("This browser makes no passkeys.")).to_be_hidden()
    assert violations(page) == []
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("opens your account from now on")).to_be_visible()
    expect(page.locator("#passkeys")).to_contain_text("never")


def remove(page: Page) -> None:
    page.goto("/account")
    expect(page.locator("#passkeys")).not_to_contain_text("never")
    page.get_by_role("link", name="Remove…").click()
    ready(page)
    assert violations(page) == []
    # Nothing is typed: the passkey stands for the password.
    page.get_by_role("button", name="Confirm with a passkey").click()
    expect(page.get_by_text("Now press “Remove it”.")).to_be_visible()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("opens nothing here any more")).to_be_visible()
    expect(page.locator("#passkeys")).to_contain_text("No passkey")

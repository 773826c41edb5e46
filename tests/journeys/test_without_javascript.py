"""The same story where the browser runs no script: every step works, because every step is a page."""

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import KEY, accept, fill, mend, offer_to_mia, register, sign_in, sign_out, tab

pytestmark = pytest.mark.journey


def test_register_edit_hand_over_and_accept(site, browser):
    with site.visit(browser, java_script_enabled=False, expected=frozenset({422})) as (context, watch):
        page = context.new_page()
        sign_in(page, "ada")
        register(page)
        assert not any(part.is_visible() for part in page.locator("[hidden], .needs-script").all())

        mend(page, "What it must not be used for")
        fill(page, {"Out of scope": "Refusing a claim.", "Name": ""})
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("Give the system a name people use for it.")
        fill(page, {"Name": "Storm claims sorting"})
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        expect(page.get_by_role("definition").filter(has_text="Refusing a claim.")).to_be_visible()

        tab(page, "Ownership")
        offer_to_mia(page)
        sign_out(page, "Ada Owner")
        sign_in(page, "mia")
        accept(page)
        tab(page, "Card")
        expect(page.get_by_role("row").filter(has_text="Accountable owner")).to_contain_text("Mia Colleague")
        sign_out(page, "Mia Colleague")
        page.goto(f"/systems/{KEY}")
        expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
        assert watch.complaints == []


def test_an_offer_is_taken_back_where_the_question_opens_in_place(site, browser):
    with site.visit(browser, "ada", java_script_enabled=False) as (context, watch):
        page = context.new_page()
        page.goto(f"/systems/{site.cast.triage.key}/ownership")
        page.get_by_role("link", name="Hand over").first.click()
        fill(page, {"New accountable owner": "Mia Colleague (mia@example.org)", "Reason": "For a while."})
        page.get_by_role("button", name="Offer it").click()
        page.get_by_text("Withdraw the offer", exact=True).click()
        page.get_by_role("button", name="Withdraw", exact=True).click()
        expect(page.get_by_text("The offer is withdrawn. Nothing has changed.")).to_be_visible()
        assert watch.complaints == []

"""An executive reads how the company stands: follows a number to its list, narrows to a unit, and prints the page."""

import pytest
from playwright.sync_api import expect

from registry.portfolio.jobs import keep_figures
from tests.journeys.site import PHONE
from tests.portfolio.organised import organise

pytestmark = [pytest.mark.journey, pytest.mark.long]


def test_an_executive_reads_follows_narrows_and_prints(site, browser):
    with site.on_its_day():
        with site.app.database.transaction() as session:
            organise(session, site.cast, 12)
        keep_figures(site.app.database, {})
    with site.visit(browser, "eva") as (context, watch):
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="Portfolio", exact=True).click()
        expect(page.get_by_role("heading", name="Portfolio")).to_be_visible()
        row = page.locator("#coverage").get_by_role("row").filter(has_text="Signed card")
        lacking = row.get_by_role("link").last
        said = int(lacking.inner_text().split()[0])
        lacking.click()
        expect(page.get_by_text("lacks an approved card")).to_be_visible()
        assert page.locator("#results tbody tr").count() == said
        page.go_back()
        page.get_by_label("Unit, with those below").select_option(label="Halden Mutual / Claims")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_text("unit Halden Mutual / Claims")).to_be_visible()
        assert f"unit={site.cast.units['claims'].id}" in page.url
        assert page.pdf(format="A4").startswith(b"%PDF")
        assert watch.complaints == []
    with site.visit(browser, "eva", viewport=PHONE) as (context, watch):
        page = context.new_page()
        page.goto("/portfolio")
        expect(page.get_by_text("What needs a decision now").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert watch.complaints == []

"""An executive reads how the company stands: follows a number to its list and back, narrows to a unit, takes the board's report away, prints the page."""

import io
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from registry.portfolio.jobs import keep_figures
from tests.journeys.importing import work
from tests.journeys.site import PHONE
from tests.portfolio.organised import organise

pytestmark = [pytest.mark.journey, pytest.mark.long]


def test_an_executive_reads_follows_narrows_takes_away_and_prints(site, browser, tmp_path, monkeypatch):
    # The worker reads its folder from the environment, as it does beside the server.
    monkeypatch.setenv("REGISTRY_DATA_DIR", site.app.config["REGISTRY_DATA_DIR"])
    with site.on_its_day():
        with site.app.database.transaction() as session:
            organise(session, site.cast, 12)
        keep_figures(site.app.database, {})
    with site.visit(browser, "eva") as (context, watch):
        page = context.new_page()
        page.goto("/")
        page.get_by_role("link", name="Portfolio", exact=True).click()
        expect(page.get_by_role("heading", name="Portfolio")).to_be_visible()
        follows_a_number_and_comes_back(page)
        page.get_by_label("Unit, with those below").select_option(label="Halden Mutual / Claims")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_text("unit Halden Mutual / Claims")).to_be_visible()
        assert f"unit={site.cast.units['claims'].id}" in page.url
        assert page.pdf(format="A4").startswith(b"%PDF")

        page.get_by_role("button", name="Board summary, PDF").click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        work(site)
        page.reload()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download").click()
        waiting.value.save_as(tmp_path / "board.pdf")
        assert watch.complaints == []
    with pikepdf.open(io.BytesIO(Path(tmp_path / "board.pdf").read_bytes())) as report:
        assert report.docinfo.get("/Title")
    with site.visit(browser, "eva", viewport=PHONE) as (context, watch):
        page = context.new_page()
        page.goto("/portfolio")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        gets_about_on_a_phone(page)
        assert watch.complaints == []


def follows_a_number_and_comes_back(page: Page) -> None:
    row = page.locator("#coverage").get_by_role("row").filter(has_text="Signed card")
    lacking = row.get_by_role("link").last
    said = int(lacking.inner_text().split()[0])
    lacking.click()
    expect(page.get_by_text("lacks an approved card")).to_be_visible()
    assert page.locator("#results tbody tr").count() == said
    page.go_back()
    expect(page.get_by_role("heading", name="Portfolio")).to_be_visible()


def gets_about_on_a_phone(page: Page) -> None:
    """From the top to any part of the long page, and from there back to the list of its parts."""
    contents = page.get_by_role("navigation", name="On this page")
    contents.get_by_role("link", name="Vendors").click()
    expect(page.get_by_role("heading", name="Vendors")).to_be_in_viewport()
    expect(contents).not_to_be_in_viewport()
    page.get_by_role("link", name="On this page").click()
    expect(contents).to_be_in_viewport()

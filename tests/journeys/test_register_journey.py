"""Living in the register: type and see it narrow, choose a facet, keep that as a view, take it away as a file."""

import csv
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import OF_COMPONENTS, ready, violations
from tests.systems.lived_in import fill

pytestmark = pytest.mark.journey


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_search_narrow_keep_and_take_away(site, browser, tmp_path):
    with site.doing() as session:
        fill(session, site.cast, 60)
    with site.visit(browser, "adam", accept_downloads=True) as (context, watch):
        page = context.new_page()
        page.goto("/systems")
        ready(page)
        rows = page.locator("tbody tr")
        expect(rows).to_have_count(50)
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_role("link", name="Previous")).to_be_visible()
        page.get_by_role("link", name="Previous").click()
        ready(page)

        words = page.get_by_label("Words in the name or summary, or an id")
        words.press_sequentially("alpha")
        expect(page.locator("#results")).to_have_attribute("data-said", "23 systems found")
        expect(words).to_be_focused()
        expect(page.get_by_role("status").filter(has_text="23 systems found")).to_be_attached()
        assert query(page) == {"q": ["alpha"]}

        pilot = page.get_by_role("checkbox", name="pilot")
        count = int(pilot.locator("xpath=..").locator(".facet__count").inner_text())
        pilot.check()
        expect(rows).to_have_count(count)
        expect(page.get_by_role("checkbox", name="pilot")).to_be_focused()
        assert query(page) == {"q": ["alpha"], "stage": ["pilot"]}
        expect(page.get_by_role("list", name="Filters in force")).to_contain_text("pilot")
        found = rows.locator("td[data-label='Id']").all_inner_texts()

        page.get_by_role("link", name="Save view").click()
        page.get_by_label("Name").fill("Alpha pilots")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name="Alpha pilots")).to_have_attribute("aria-current", "page")
        assert violations(page, without=OF_COMPONENTS) == []
        page.get_by_role("link", name="All systems").click()
        expect(rows).to_have_count(50)
        page.get_by_role("link", name="Alpha pilots").click()
        expect(rows).to_have_count(count)

        page.get_by_text("Export", exact=True).click()
        with page.expect_download() as started:
            page.get_by_role("button", name="CSV for spreadsheets").click()
        file = tmp_path / "register.csv"
        started.value.save_as(file)
        with file.open(newline="", encoding="utf-8-sig") as opened:
            assert [row["Id"] for row in csv.DictReader(opened)] == [key.strip() for key in found]
        assert watch.complaints == []

"""An administrator's afternoon: a spreadsheet becomes a register, and is taken back. And every real inventory in Chromium."""

import pytest
import xlsxwriter
from playwright.sync_api import expect

from registry.audit.queries import verify
from tests.browser import show_in
from tests.journeys.importing import becomes, carry_out, check, is_clean, undo, upload
from tests.journeys.site import DESK, PHONE

ROWS = [
    ["Our AI tools, as of 2 November 2026"],
    ["Tool\nname", "What we\nuse it for", "Hall", "How far"],
    ["Letter reader", "Reads letters and names the desk they belong to.", "Claims", "In production"],
    ["Claims triage", "Sorts incoming claims.", "Halden Mutual", "pilot"],
    ["", "Nobody knows.", "Claims", "idea"],
]


@pytest.fixture
def spreadsheet(tmp_path):
    place = tmp_path / "tools.xlsx"
    with xlsxwriter.Workbook(place) as book:
        sheet = book.add_worksheet("Tools")
        for number, row in enumerate(ROWS):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
        book.add_worksheet("Old").hide()
    return place


@pytest.fixture
def data_dir(site, monkeypatch):
    """The worker reads its folder from the environment, as it does beside the server."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", site.app.config["REGISTRY_DATA_DIR"])


@pytest.mark.journey
@pytest.mark.slow
def test_a_spreadsheet_is_mapped_checked_imported_and_taken_back(site, data_dir, browser, spreadsheet):
    with site.visit(browser, "adam") as (context, watch):
        page = context.new_page()
        upload(page, spreadsheet)
        expect(page.get_by_text("The headings are in row 2")).to_be_visible()
        becomes(page, "What we use it for", "What it does")
        becomes(page, "Hall", "Unit (top first)")
        becomes(page, "How far", "Stage")
        page.get_by_label("Save this mapping as").fill("Tool list")
        is_clean(page)
        show_in(page, "dark", PHONE)
        is_clean(page)
        show_in(page, "light", DESK)

        check(page, site, "tools.xlsx")
        expect(page.get_by_text("the same name in the same unit")).to_be_visible()
        is_clean(page)
        page.get_by_label("Decision for row 4 and AI-0001").select_option(label="Skip this row")
        page.get_by_role("button", name="Keep these decisions").click()
        expect(page.get_by_text("1 to skip, 0 to create, 0 not decided")).to_be_visible()
        page.get_by_role("link", name="1 row with problems").click()
        expect(page.get_by_text("The row has no name.").first).to_be_visible()
        page.go_back()

        carry_out(page, site, "1 system")
        page.get_by_role("link", name="Every row").click()
        page.get_by_role("link", name="AI-0004 Letter reader").click()
        expect(page.get_by_text("Adam Administrator").first).to_be_visible()
        page.go_back()
        page.go_back()
        with page.expect_download() as download:
            page.get_by_role("link", name="Report as CSV").click()
        assert b"AI-0004" in download.value.path().read_bytes()
        undo(page, site)
        is_clean(page)
        page.goto("/systems?q=Letter")
        expect(page.get_by_text("Nothing matches")).to_be_visible()
        assert watch.complaints == []
    with site.doing() as session:
        assert verify(session).ok


INVENTORIES = (
    "2023_Public_Inventory_of_AI_Use_Cases_-_USDA.csv",
    "DOL_Fed_Inv_2023_webtable.csv",
    "Department_of_Transportation_Inventory_of_Artificial_Intelligence_Use_Cases.csv",
    "GSA_Fed_Inv_2023_webtable.csv",
    "VA_Fed_Inv_2023_webtable.csv",
    "atrs_records.csv",
    "atrs_records.json",
    "nyc_ll35.csv",
    "omb_2023.csv",
    "omb_2024_v1.csv",
    "omb_2025_cots.csv",
)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:unclosed file .*/registry/static/:ResourceWarning")
@pytest.mark.realdata
def test_every_real_inventory_is_imported_and_undone_in_chromium(site, data_dir, browser, real_data):
    told = {}
    with site.visit(browser, "adam") as (context, watch):
        context.set_default_timeout(60_000)
        page = context.new_page()
        for name in INVENTORIES:
            upload(page, real_data / "inventories" / name)
            is_clean(page)
            check(page, site, name)
            is_clean(page)
            count = page.get_by_role("button", name="Import ").inner_text().removeprefix("Import ")
            carry_out(page, site, count)
            is_clean(page)
            told[name] = count
            undo(page, site)
        assert watch.complaints == []
    print(told)
    with site.doing() as session:
        assert verify(session).ok

"""What an administrator does on the import pages, in the words the pages use; the worker's jobs run between the pages."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from registry import wiring
from registry.worker.actions import by_name, follow, run_next
from tests.browser import OF_COMPONENTS, overflow, ready, violations
from tests.journeys.site import Site

PATIENCE = 120_000


def work(site: Site) -> None:
    """Let the worker do what is due."""
    handlers = by_name(wiring.FOLLOW_UPS, wiring.SCHEDULE)
    with site.on_its_day():
        while follow(site.app.database, wiring.FOLLOW_UPS) or run_next(site.app.database, handlers):
            pass


def is_clean(page: Page) -> None:
    """Nothing axe objects to of what is the page's own, nothing beside the window."""
    ready(page)
    assert violations(page, without=OF_COMPONENTS) == []
    assert overflow(page) <= 0


def upload(page: Page, file: Path) -> None:
    page.goto("/imports")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label(re.compile("^Inventory file")).set_input_files(file)
    page.get_by_role("button", name="Upload and read").click()
    expect(page.get_by_role("heading", name=f"Columns of {file.name}")).to_be_visible(timeout=PATIENCE)


def becomes(page: Page, column: str, field: str) -> None:
    page.get_by_label(f"Becomes: {column}", exact=True).select_option(label=field)


def check(page: Page, site: Site, file: str) -> None:
    page.get_by_role("button", name="Check what it would do").click()
    expect(page.get_by_role("heading", name=f"Checking {file}")).to_be_visible()
    work(site)
    # The page finds out by itself.
    expect(page.get_by_role("heading", name=f"What {file} would do")).to_be_visible(timeout=PATIENCE)


def carry_out(page: Page, site: Site, count: str) -> None:
    page.get_by_role("button", name=f"Import {count}", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^Importing "))).to_be_visible()
    work(site)
    expect(page.get_by_text("It is on the register. Here is what became of each row.")).to_be_visible(
        timeout=PATIENCE
    )


def undo(page: Page, site: Site) -> None:
    page.locator("summary").filter(has_text="Undo this import").click()
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_role("heading", name=re.compile("^Undoing "))).to_be_visible()
    work(site)
    expect(page.get_by_text("It was undone: here is what was taken back and what was left.")).to_be_visible(
        timeout=PATIENCE
    )

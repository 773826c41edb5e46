"""Two people edit one record at the same time: whoever saves second sees both sides, and nothing is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import fill

pytestmark = pytest.mark.journey


def test_a_conflicting_edit_shows_both_sides_and_loses_nothing(site, browser):
    with (
        site.visit(browser, "ada", expected=frozenset({409})) as (hers, watch),
        site.visit(browser, "dee") as (theirs, other_watch),
    ):
        ada, dee = hers.new_page(), theirs.new_page()
        for page in (ada, dee):
            page.goto(f"/systems/{site.cast.triage.key}/edit")
        fill(dee, {"Summary": "Sorts claims by how urgent they are.", "Users": "The claims desk."})
        dee.get_by_role("button", name="Save").click()
        expect(dee.get_by_text("Saved.")).to_be_visible()

        fill(ada, {"Summary": "Sorts incoming claims into four queues.", "Technique": "gradient boosting"})
        ada.get_by_role("button", name="Save").click()
        expect(ada.get_by_role("alert")).to_contain_text("Somebody else saved this while you were editing.")
        assert sides(ada) == {
            "Summary": (
                "Sorts claims by how urgent they are.",
                "Sorts incoming claims into four queues.",
                "yours",
            ),
            "Users": ("The claims desk.", "not stated", "theirs"),
            "Technique": ("not stated", "gradient boosting", "yours"),
        }
        # Nothing is saved yet, and the form holds both.
        dee.reload()
        expect(dee.get_by_text("Sorts claims by how urgent they are.").first).to_be_visible()
        expect(box(ada, "Summary")).to_have_value("Sorts incoming claims into four queues.")
        expect(box(ada, "Users")).to_have_value("The claims desk.")

        ada.get_by_role("button", name="Save").click()
        expect(ada.get_by_text("Saved.")).to_be_visible()
        for words in ("Sorts incoming claims into four queues.", "The claims desk.", "gradient boosting"):
            expect(ada.get_by_text(words).first).to_be_visible()
        # What Ada wrote over is still told.
        ada.goto(f"/systems/{site.cast.triage.key}/history")
        newest = ada.locator(".timeline__item").first
        newest.locator("summary").click()
        expect(newest.locator("del").filter(has_text="Sorts claims by how urgent they are.")).to_be_visible()
        assert watch.complaints + other_watch.complaints == []


def box(page: Page, label: str):
    return page.get_by_label(re.compile(rf"^{label}(required|optional)$"))


def sides(page: Page) -> dict[str, tuple[str, ...]]:
    """The table of differences: by field what stands, what was typed, and which of them the form holds."""
    rows = page.get_by_role("table", name="Fields that differ").locator("tbody tr")
    cells = [
        [" ".join(text.split()) for text in row.locator("th, td").all_inner_texts()] for row in rows.all()
    ]
    return {field: tuple(rest) for field, *rest in cells}

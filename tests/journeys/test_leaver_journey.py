"""A leaver's story: an administrator notes the last day and moves the seats, having seen what will happen; others accept."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import COLOURS, OF_COMPONENTS, overflow, ready, show_in, violations
from tests.journeys.site import DESK, PHONE
from tests.journeys.steps import fill

pytestmark = pytest.mark.journey


@pytest.mark.slow
def test_a_leavers_seats_are_in_the_hands_of_those_who_accepted(site, browser):
    with site.visit(browser, "adam") as (context, watch):
        page = context.new_page()
        adam_notes_the_last_day(page, site.cast.number("ada"))
        adam_chooses_who_takes_over(page)
        adam_sees_what_will_happen_and_does_it(page)
        assert watch.complaints == []
    site.turn_to_the_next_day()
    for name, system in (("mia", "Claims triage"), ("dee", "Sentinel")):
        with site.visit(browser, name) as (context, watch):
            accepts(context.new_page(), system)
            assert watch.complaints == []
    with site.visit(browser, "adam") as (context, watch):
        page = context.new_page()
        page.goto(f"/people/{site.cast.number('ada')}")
        expect(page.get_by_text("Ada Owner holds no seat on a system you can see.")).to_be_visible()
        page.goto(f"/ownership/on?date={site.today}")
        for system, owner in (("Claims triage", "Mia Colleague"), ("Sentinel", "Dee Deputy")):
            expect(page.get_by_role("row").filter(has_text=system)).to_contain_text(owner)
        assert watch.complaints == []


def adam_notes_the_last_day(page: Page, number: int) -> None:
    page.goto(f"/people/{number}")
    page.get_by_role("link", name="Note that they leave").click()
    page.get_by_role("button", name="Note the last day").click()
    expect(page.get_by_role("heading", name="Move the seats of Ada Owner", level=1)).to_be_visible()


def adam_chooses_who_takes_over(page: Page) -> None:
    assert all(box.is_checked() for box in page.locator('input[name="seat"]').all())
    fill(page, {"Who takes over": "Mia Colleague (mia@example.org)", "Reason": "Ada moves abroad."})
    row = page.get_by_role("row").filter(has_text="Sentinel")
    row.get_by_role("combobox").fill("dee@example.org")
    page.get_by_role("button", name="Show what will happen").click()


def adam_sees_what_will_happen_and_does_it(page: Page) -> None:
    expect(page.get_by_role("heading", name="What will happen to the seats of Ada Owner")).to_be_visible()
    for system, to in (("Claims triage", "Mia Colleague"), ("Sentinel", "Dee Deputy")):
        row = page.get_by_role("row").filter(has_text=system)
        expect(row).to_contain_text(f"{to} will be asked to accept. Ada Owner answers for it until then.")
    # The other pages of this story are in the sweep of all pages; this one is only ever an answer to a form.
    is_fit(page)
    page.get_by_role("button", name="Move 2 seats").click()
    expect(page.get_by_text("2 seats moved or offered.")).to_be_visible()


def accepts(page: Page, system: str) -> None:
    page.goto("/")
    task = page.get_by_role("listitem").filter(has_text=f"Answer the hand-over of {system}")
    expect(task).to_contain_text("Ada moves abroad.")
    task.get_by_role("link", name="Read and answer").click()
    page.get_by_role("button", name="Accept: I answer for it").click()
    expect(page.get_by_text(f"You answer for {system} from now on.")).to_be_visible()


def is_fit(page: Page) -> None:
    """Fails unless axe finds nothing, on a desk in either theme and on a phone, and nothing lies beside the window."""
    ready(page)
    show_in(page, "light", PHONE)
    assert (violations(page, without=OF_COMPONENTS), max(0, overflow(page))) == ([], 0)
    show_in(page, "dark", DESK)
    assert violations(page, COLOURS) == []
    show_in(page, "light", DESK)
    assert violations(page) == []

"""What went wrong, from the breach to the end: taken on by its lead on a phone, done by one, verified by another, closed by a third."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from registry.incidents.jobs.opening import open_for_alerts
from registry.incidents.rules.post_mortem import HEADINGS
from tests.journeys.pipeline import push, the_pipeline
from tests.journeys.site import PHONE, Site
from tests.journeys.steps import fill

pytestmark = pytest.mark.journey

POST_MORTEM = "\n\n".join(f"## {heading}\n\nWritten down with those who were there." for heading in HEADINGS)


@pytest.mark.slow
def test_a_breach_becomes_an_incident_that_is_understood_mended_verified_and_closed_by_another(site, browser):
    push(site, the_pipeline(site), 93, 92, 71)
    with site.on_its_day():
        open_for_alerts(site.app.database, {"system_id": site.cast.triage.id})
    with site.visit(browser, "ada", viewport=PHONE) as (context, watch):
        page = context.new_page()
        address = ada_takes_it_on(page)
        she_tells_what_happened(page)
        she_sets_an_action(page, site)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert watch.complaints == []
    with site.visit(browser, "ben") as (context, watch):
        ben_does_it(context.new_page())
        assert watch.complaints == []
    with site.visit(browser, "dee") as (context, watch):
        dee_verifies_it(context.new_page())
        assert watch.complaints == []
    with site.visit(browser, "ada") as (context, watch):
        page = context.new_page()
        page.goto(address)
        ada_resolves_it(page)
        she_writes_it_up(page)
        expect(page.get_by_role("link", name="Close it", exact=True)).to_have_count(0)
        assert watch.complaints == []
    with site.visit(browser, "dee") as (context, watch):
        dee_closes_it(context.new_page(), address)
        assert watch.complaints == []


def ada_takes_it_on(page: Page) -> str:
    page.goto("/")
    task = page.get_by_role("listitem").filter(has_text="Nobody looks into it yet.")
    task.get_by_role("link", name="Look and take it on").click()
    expect(page.locator("#links")).to_contain_text("71 %")
    expect(page.locator("#links")).to_contain_text("at least 80")
    address = page.url
    page.get_by_role("link", name="Take it on", exact=True).click()
    page.get_by_role("button").filter(has_text="Take it on").click()
    expect(page.get_by_text("Being looked into").first).to_be_visible()
    return address


def she_tells_what_happened(page: Page) -> None:
    page.get_by_role("link", name="Add to it").click()
    fill(page, {"What happened": "The feed had no labels since noon.", "Shown by": "Ticket 4711"})
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#timeline")).to_contain_text("The feed had no labels since noon.")
    expect(page.locator("#timeline")).to_contain_text("Ticket 4711")


def she_sets_an_action(page: Page, site: Site) -> None:
    page.get_by_role("link", name="Set one").click()
    due = (site.today + timedelta(days=7)).isoformat()
    fill(
        page,
        {
            "What is to be done": "Refuse a feed without labels.",
            "Who does it": "Ben Engineer (ben@example.org)",
            "Due on": due,
        },
    )
    page.get_by_role("button", name="Set it").click()
    expect(page.locator("#actions")).to_contain_text("Refuse a feed without labels.")


def ben_does_it(page: Page) -> None:
    page.goto("/")
    task = page.get_by_role("listitem").filter(has_text="Refuse a feed without labels.")
    task.get_by_role("link", name="Say that it is done").click()
    page.get_by_role("link", name="It is done").click()
    fill(page, {"What was done": "The feed is refused since this morning; test 12 shows it."})
    page.get_by_role("button", name="It is done").click()
    expect(page.get_by_text("Done, to be verified").first).to_be_visible()


def dee_verifies_it(page: Page) -> None:
    page.goto("/")
    task = page.get_by_role("listitem").filter(has_text="Verify: Refuse a feed without labels.")
    task.get_by_role("link", name="Read and verify").click()
    page.get_by_role("link", name="Verify it").click()
    fill(page, {"How you saw that it holds": "I sent one without labels, and it was refused."})
    page.get_by_role("button", name="I saw that it holds").click()
    expect(page.get_by_text("Verified", exact=True).first).to_be_visible()


def ada_resolves_it(page: Page) -> None:
    page.get_by_role("link", name="Mark the harm as stopped", exact=True).click()
    page.get_by_role("button").filter(has_text="Mark the harm as stopped").click()
    page.get_by_role("link", name="Mark as resolved", exact=True).click()
    page.get_by_role("button").filter(has_text="Mark as resolved").click()
    expect(page.get_by_text("Resolved by Ada Owner, to be closed")).to_be_visible()


def she_writes_it_up(page: Page) -> None:
    page.get_by_role("link", name="State the cause").click()
    fill(page, {"Root cause": "A field was renamed where the labels come from."})
    page.get_by_role("button", name="Save the cause").click()
    page.get_by_role("link", name="Write it", exact=True).click()
    fill(page, {"Post-mortem": POST_MORTEM})
    page.get_by_role("button", name="Save the post-mortem").click()
    expect(page.get_by_role("heading", name="What went well")).to_be_visible()


def dee_closes_it(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Close it", exact=True).click()
    page.get_by_role("button", name="I agree that it is over").click()
    expect(page.get_by_text("by Dee Deputy, resolved by Ada Owner")).to_be_visible()
    page.get_by_role("link", name="My desk").click()
    expect(page.get_by_text("Refuse a feed without labels.")).to_have_count(0)

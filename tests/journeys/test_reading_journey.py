"""A reading's story: a pipeline sends a bad one, its owner promises to look after it, and good ones end the trouble."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pipeline import push, the_pipeline
from tests.journeys.site import Site
from tests.journeys.steps import fill, tab

pytestmark = pytest.mark.journey


@pytest.mark.slow
def test_a_breach_from_a_pipeline_is_promised_away_by_the_owner_and_ended_by_good_readings(site, browser):
    pipeline = the_pipeline(site)
    opened = push(site, pipeline, 93, 92, 71)
    assert (opened.accepted, opened.verdicts["breach"], len(opened.alerts_opened)) == (3, 1, 1)
    with site.visit(browser, "ada") as (context, watch):
        page = context.new_page()
        ada_finds_it_on_her_desk(page)
        ada_promises(page, site)
        it_stands_on_the_monitoring_tab(page, site)
        assert watch.complaints == []
    site.turn_to_the_next_day()
    assert push(site, pipeline, 94, 93, 95).alerts_resolved == opened.alerts_opened
    with site.visit(browser, "ada") as (context, watch):
        it_is_over(context.new_page(), page.url)
        assert watch.complaints == []


def ada_finds_it_on_her_desk(page: Page) -> None:
    page.goto("/")
    task = page.get_by_role("listitem").filter(has_text="Guard-rail breached: Claims triage")
    expect(task).to_contain_text("Accuracy was 71 % on 2 Nov 2026; acceptable is at least 80 %.")
    task.get_by_role("link", name="Look and answer").click()
    expect(page.get_by_role("heading", name="Guard-rail breached: Claims triage", level=1)).to_be_visible()
    expect(page.get_by_text("waits for an answer", exact=True)).to_be_visible()
    expect(page.locator(".facts__one").filter(has_text="Newest reading")).to_contain_text("71 %")


def ada_promises(page: Page, site: Site) -> None:
    until = site.today + timedelta(days=3)
    fill(page, {"Dealt with by": until.isoformat(), "What you will do": "Take the new labels out again."})
    page.get_by_role("button", name="I look after it").click()
    expect(page.get_by_text(f"Ada Owner looks after it, by {until.day} {until:%b %Y}")).to_be_visible()
    expect(page.get_by_text("Take the new labels out again.").first).to_be_visible()


def it_stands_on_the_monitoring_tab(page: Page, site: Site) -> None:
    page.get_by_role("link", name=site.cast.triage.key, exact=True).click()
    tab(page, "Monitoring")
    alert = page.locator("#alerts").get_by_role("row").filter(has_text="Guard-rail breached")
    expect(alert).to_contain_text("taken on, by 5 Nov 2026")
    newest = page.locator("#metrics").get_by_role("row").filter(has_text="Accuracy")
    for words in ("71 %", "500", "breach", "warning unless at least 90 %"):
        expect(newest).to_contain_text(words)
    expect(page.get_by_role("img", name="Accuracy over time")).to_be_visible()
    alert.get_by_role("link").click()


def it_is_over(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_text("Resolved on 3 Nov 2026 by itself")).to_be_visible()
    expect(page.get_by_text("Over by itself")).to_be_visible()
    page.get_by_role("link", name="My desk").click()
    expect(page.get_by_role("heading", name="My desk", level=1)).to_be_visible()
    expect(page.get_by_text("Guard-rail breached")).to_have_count(0)

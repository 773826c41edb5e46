"""An owner's morning: the desk says what waits, three things of it are settled, a system is found by a misspelt name and printed."""

import io
import re
from datetime import timedelta

import pikepdf
import pytest
from playwright.sync_api import Locator, Page, expect

from registry.kernel.actor import the_registry
from registry.monitoring.actions import alerts
from registry.monitoring.rules.alerts import AlertKind
from registry.ownership import actions as ownership
from registry.systems import actions as systems
from registry.systems.rules.record import Registration
from tests.journeys.site import PHONE, Site
from tests.journeys.steps import fill, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.long]

DOOR = the_registry("command")


def furnish(site: Site) -> None:
    """A system in Ada's name that she has not confirmed, one offered to her, and an alert on hers."""
    cast = site.cast
    with site.doing() as session:
        claims = cast.units["claims"].id
        systems.register(session, DOOR, Registration("Letter router", "Routes.", claims, cast.number("ada")))
        olga = cast.actor(session, "olga")
        ownership.offer_handover(session, olga, cast.pricing.id, cast.number("ada"), "Ada knows homes.")
        alerts.raise_alert(
            session, DOOR, cast.triage.id, AlertKind.DRIFT, "The share of hail claims doubled."
        )


def line(page: Page, says: str) -> Locator:
    return page.locator(".worklist__item").filter(has_text=says)


def test_an_owner_settles_what_waits_finds_a_system_and_prints_its_page(site, browser):
    furnish(site)
    with site.visit(browser) as (context, watch):
        page = context.new_page()
        sign_in(page, "ada")
        asked = page.locator(".worklist__what").all_inner_texts()
        assert asked[:3] == [
            "Answer the hand-over of Home pricing",
            "Drift: Claims triage",
            "Confirm that Letter router is yours",
        ]
        expect(line(page, "Home pricing")).to_contain_text(f"Since {site.today.day} Nov 2026")
        line(page, "Answer the hand-over of Home pricing").get_by_role("link").click()
        page.get_by_role("button", name="Accept: I answer for it").click()
        page.get_by_role("link", name="My desk").click()
        line(page, "The share of hail claims doubled.").get_by_role("link").click()
        fill(page, {"Dealt with by": (site.today + timedelta(days=3)).isoformat()})
        page.get_by_role("button", name="I look after it").click()
        page.get_by_role("link", name="My desk").click()
        line(page, "Confirm that Letter router is yours").get_by_role("link").click()
        page.get_by_role("button", name="Yes, I answer for it").click()
        page.get_by_role("link", name="My desk").click()
        left = page.locator(".worklist__what").all_inner_texts()
        assert not any(says in each for each in left for says in ("hand-over", "Drift", "Confirm"))

        find_misspelt(page)
        prints(page)
        assert watch.complaints == []
    with site.visit(browser, "ada", viewport=PHONE) as (context, watch):
        page = context.new_page()
        for address in ("/", "/search?q=clams+traige"):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert watch.complaints == []


def find_misspelt(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("clams traige")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="claims triage", exact=True)).to_be_visible()
    page.locator("#near").get_by_role("link", name="Claims triage").click()
    expect(page.get_by_role("heading", name="Claims triage", level=1)).to_be_visible()


def prints(page: Page) -> None:
    """On paper the record stands without the frame, and without boxes to fill in."""
    page.emulate_media(media="print")
    for screen_only in (page.locator(".rail"), page.get_by_role("textbox"), page.get_by_role("button")):
        assert not any(each.is_visible() for each in screen_only.all())
    expect(page.get_by_text("As Ada Owner could see it on")).to_be_visible()
    with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as paper:
        assert 1 <= len(paper.pages) <= 6
    expect(page.get_by_role("heading", name=re.compile("^What it is$"))).to_be_visible()
    page.emulate_media(media="screen")

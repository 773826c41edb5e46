"""An emergency on a phone: two clicks and a sentence, and everybody knows."""

import pytest
from playwright.sync_api import expect

from registry.kernel.actor import the_registry
from registry.lifecycle.actions import stages
from registry.systems.models import System
from registry.systems.rules.record import Stage
from tests.journeys.site import PHONE
from tests.journeys.steps import fill

pytestmark = pytest.mark.journey


def test_a_system_is_stopped_from_any_of_its_pages_in_two_clicks_and_its_deputy_is_told(site, browser):
    with site.on_its_day(), site.app.database.transaction() as session:
        triage = session.get_one(System, site.cast.triage.id)
        stages.bring(session, the_registry("command"), triage, Stage.LIVE, "It ran before.")
    with site.visit(browser, "ada", viewport=PHONE) as (context, watch):
        page = context.new_page()
        page.goto("/systems/AI-0001/monitoring")
        page.get_by_role("link", name="Stop", exact=True).click()
        fill(page, {"Why it has to stop": "Letters go out without a page."})
        page.get_by_role("button", name="Stop it now").click()
        expect(page.get_by_text("Nobody may use it until a reviewer lets it go on.")).to_be_visible()
        expect(page.get_by_role("link", name="Stop", exact=True)).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert watch.complaints == []
    with site.visit(browser, "dee") as (context, watch):
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_text("Stopped: Claims triage", exact=True)).to_be_visible()
        assert watch.complaints == []

"""A steward sets fields on forty systems after a preview and hands them over; who is asked accepts them all at once."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from registry.kernel.actor import the_registry
from registry.ownership.queries import open_seats_counted
from registry.systems import actions as systems
from registry.systems import queries
from registry.systems.rules.record import Registration
from tests.browser import OF_COMPONENTS, ready, violations
from tests.journeys.steps import fill

pytestmark = pytest.mark.journey

MANY = 40


def registered(site) -> list[str]:
    """Forty systems in Ada's name, as an import leaves them."""
    unit, ada = site.cast.units["claims"].id, site.cast.number("ada")
    with site.doing() as session:
        door = the_registry("command")
        return [
            systems.register(session, door, Registration(f"Router {n:02d}", "Routes letters.", unit, ada)).key
            for n in range(MANY)
        ]


def looks_well(page: Page) -> None:
    ready(page)
    assert violations(page, without=OF_COMPONENTS) == []


@pytest.mark.slow
def test_forty_systems_are_set_and_handed_over_and_accepted_at_once(site, browser):
    keys = registered(site)
    address = "/systems/bulk?key=" + "&key=".join([*keys, site.cast.pricing.key])
    with site.visit(browser, "adam", expected=frozenset({422})) as (context, watch):
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_text(f"{MANY + 1} systems of {MANY + 1} you may change")).to_be_visible()
        page.get_by_role("checkbox", name=f"Select {site.cast.pricing.key} Home pricing").uncheck()
        fill(page, {"Unit": "Halden Mutual / Underwriting", "Languages and regions": "Austria"})
        page.get_by_role("button", name="Show what would change").click()
        expect(page.get_by_text(f"{MANY} systems will change.")).to_be_visible()
        expect(page.get_by_role("link", name="Home pricing")).to_have_count(0)
        looks_well(page)
        # Somebody else is quicker with one of them.
        with site.doing() as session:
            ada = site.cast.actor(session, "ada")
            first = queries.by_key(session, ada, keys[0])
            facts = replace(queries.facts_of(first), technique="rules")
            systems.edit(session, ada, first, facts, version=first.version)
        page.get_by_role("button", name=f"Apply to {MANY} systems").click()
        expect(page.get_by_text(f"{MANY - 1} systems changed.")).to_be_visible()
        page.get_by_role("button", name="Look at it again").click()
        page.get_by_role("button", name="Apply to 1 system").click()
        expect(page.get_by_text("1 system changed.")).to_be_visible()

        page.goto(f"{address}&task=hand_over")
        page.get_by_role("checkbox", name=f"Select {site.cast.pricing.key} Home pricing").uncheck()
        fill(page, {"New accountable owner of all": "Mia Colleague (mia@example.org)"})
        page.get_by_role("button", name="Show what would change").click()
        expect(page.get_by_role("alert")).to_contain_text("Say why the systems change hands")
        fill(page, {"Reason": "Mia runs the letter desk."})
        page.get_by_role("button", name="Show what would change").click()
        page.get_by_role("button", name=f"Offer {MANY} systems").click()
        offered = f"Offered to Mia Colleague ({MANY} systems), waiting for an answer."
        expect(page.get_by_text(offered)).to_be_visible()
        assert watch.complaints == []

    with site.visit(browser, "mia") as (context, watch):
        page = context.new_page()
        page.goto("/")
        task = page.get_by_role("listitem").filter(has_text=f"Answer {MANY} hand-overs together")
        task.get_by_role("link").click()
        ready(page)
        page.get_by_role("checkbox", name="Select all rows shown").check()
        page.get_by_role("checkbox", name=f"Select {keys[5]} Router 05").uncheck()
        page.get_by_role("button", name="Accept those ticked").click()
        expect(page.get_by_text(f"{MANY - 1} hand-overs accepted.")).to_be_visible()
        page.get_by_role("checkbox", name=f"Select {keys[5]} Router 05").check()
        page.get_by_label("Why you decline").fill("It belongs to the post room.")
        page.get_by_role("button", name="Decline those ticked").click()
        expect(page.get_by_text("1 hand-over declined.")).to_be_visible()
        assert watch.complaints == []
    with site.doing() as session:
        assert open_seats_counted(session, [site.cast.number("mia")])[site.cast.number("mia")] == MANY - 1

"""Who allowed it, from the owner's hand to the day it no longer holds: submit, change, prove, decide, sign, go live, drift apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from registry.accounts.actions import set_password
from registry.kernel.actor import the_registry
from registry.reviews.actions.reviewing import Given, answer
from registry.reviews.models.reviews import Review
from registry.reviews.queries.rulebook import questions_of
from registry.reviews.rules.kinds import Answer
from tests.cast import PASSWORD
from tests.journeys.gated import bring_to_its_review
from tests.journeys.steps import fill

pytestmark = pytest.mark.journey

SIGNERS = {"hedy": "business", "mia": "data", "ben": "engineering", "otto": "compliance", "eva": "executive"}
HERE = "/systems/AI-0001"


@pytest.mark.slow
def test_a_system_goes_live_by_a_review_and_its_signatures_until_its_record_changes(site, browser, tmp_path):
    with site.doing() as session:
        bring_to_its_review(session, site.cast)
        for name in ("rita", "hedy", "ben", "otto", "eva"):
            set_password(session, the_registry("command"), site.cast.people[name], PASSWORD)
    with by(site, browser, "ada") as page:
        page.goto(f"{HERE}/gate")
        expect(page.get_by_text("A review approved it as it is now").first).to_be_visible()
        expect(page.get_by_role("button", name="Go on to live")).to_have_count(0)
        submit(page, "Before it goes live.")
    with by(site, browser, "rita") as page:
        take(page)
        ask_for_changes(page)
    with by(site, browser, "ada") as page:
        page.goto("/")
        page.get_by_role("listitem").filter(has_text="REV-0001").get_by_role("link").first.click()
        expect(page.get_by_text("Show by what you know that nobody waits longer.")).to_be_visible()
        add_evidence(page, tmp_path)
        page.goto("/reviews/1")
        page.get_by_role("link", name="Submit it as it stands").click()
        fill(page, {"Note to the reviewer": "The test report is there."})
        page.get_by_role("button", name="Submit it as it stands").click()
        expect(page.get_by_text("REV-0001 is with the reviewers, as the record stands now.")).to_be_visible()
    with site.doing() as session:
        answer_the_rest(session, site.cast)
    with by(site, browser, "rita") as page:
        approve_with_a_condition(page, site)
    with by(site, browser, "ada") as page:
        page.goto(f"{HERE}/compliance")
        page.get_by_role("button", name="Open a sheet").click()
        expect(page.get_by_text("SGN-0001 is open.")).to_be_visible()
    for name, seat in SIGNERS.items():
        with by(site, browser, name) as page:
            sign(page, seat)
    with by(site, browser, "ada") as page:
        page.goto(f"{HERE}/gate")
        page.get_by_role("button", name="Go on to live").click()
        expect(page.get_by_text("It is live from now on.")).to_be_visible()
        page.goto(f"{HERE}/edit")
        fill(page, {"Intended use": "Sorting claims, and refusing some of them."})
        page.get_by_role("button", name="Save").click()
        page.goto(f"{HERE}/compliance")
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Review", exact=True))
        expect(row).to_contain_text("changed since: Intended use")
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Sign-off", exact=True))
        expect(row).to_contain_text("changed since: Intended use")


@contextmanager
def by(site, browser, name) -> Iterator[Page]:
    """A page of that person's, which complains of nothing."""
    with site.visit(browser, name) as (context, watch):
        yield context.new_page()
        assert watch.complaints == []


def submit(page: Page, note: str) -> None:
    page.goto(f"{HERE}/compliance")
    page.get_by_role("link", name="Submit to review").first.click()
    fill(page, {"Note to the reviewer": note})
    page.get_by_role("button", name="Submit it as it stands").click()
    expect(page.get_by_text("REV-0001 is with the reviewers.")).to_be_visible()


def take(page: Page) -> None:
    page.goto("/reviews")
    page.get_by_role("link", name="REV-0001").click()
    page.get_by_role("link", name="Take it, or give it to somebody").click()
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_text("The review is given.")).to_be_visible()


def ask_for_changes(page: Page) -> None:
    # The first answer is kept as it is given, without a button.
    first = page.locator("details.questions[open]")
    first.get_by_label("Answer").first.select_option(label="Met")
    expect(first.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("link", name="Decide").click()
    reason = "Show by what you know that nobody waits longer."
    fill(page, {"Decision": "Request changes", "Reason": reason, "Your password": PASSWORD})
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("REV-0001 is decided")).to_be_visible()


def add_evidence(page: Page, folder) -> None:
    report = folder / "waiting.txt"
    report.write_text("40 of 40 claims waited no longer than before.")
    page.goto(f"{HERE}/evidence/new")
    fill(page, {"Title": "Waiting times, October", "Kind": "Test report"})
    page.get_by_label("File").set_input_files(report)
    page.get_by_role("button", name="Keep this evidence").click()
    expect(page.get_by_text("Waiting times, October").first).to_be_visible()


def answer_the_rest(session, cast) -> None:
    review = session.get_one(Review, 1)
    given = {
        each.key: Given(Answer.MET, "Seen in its record.") for each in questions_of(session, review.packs)
    }
    answer(session, cast.actor(session, "rita"), review, given)


def approve_with_a_condition(page: Page, site) -> None:
    page.goto("/reviews/1")
    page.get_by_role("link", name="Decide").click()
    fill(
        page,
        {
            "Decision": "Approve with conditions",
            "Reason": "It holds.",
            "Condition": "Name a second overseer.",
        },
    )
    page.get_by_label("To be met by").first.fill((site.today + timedelta(days=40)).isoformat())
    fill(page, {"Your password": PASSWORD})
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("REV-0001 is decided")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Name a second overseer.")).to_be_visible()


def sign(page: Page, seat: str) -> None:
    page.goto("/")
    page.get_by_role("listitem").filter(has_text="SGN-0001").get_by_role("link").first.click()
    fill(page, {"Your password": PASSWORD})
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("You have signed SGN-0001.")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=seat, exact=False)).first
    expect(row).not_to_contain_text("nobody yet")

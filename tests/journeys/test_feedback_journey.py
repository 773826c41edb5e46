"""A report's story: somebody without an account says what went wrong, the owner answers, and they read it by their code."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import fill

pytestmark = pytest.mark.journey

SAID = "My roof was called a scratch, and nobody rang for four days."
ANSWER = "You were right. Roofs are looked at by a person first from today on."


@pytest.mark.slow
def test_what_a_stranger_says_is_answered_and_read_by_the_address_they_were_given(site, browser):
    with site.visit(browser, "ada") as (owners, hers), site.visit(browser) as (strangers, theirs):
        owner, stranger = owners.new_page(), strangers.new_page()
        door = the_door_is_opened(owner, f"/systems/{site.cast.triage.key}/feedback")
        stranger.goto(door)
        expect(stranger.get_by_role("heading", name="How your claim was handled")).to_be_visible()
        assert "Claims triage" not in stranger.content()
        # Nobody types as fast as a test does.
        site.ahead += timedelta(minutes=2)
        receipt = the_stranger_sends(stranger)
        the_owner_answers(owner)
        stranger.goto(receipt)
        expect(stranger.get_by_role("heading", name="Our answer")).to_be_visible()
        expect(stranger.get_by_text(ANSWER)).to_be_visible()
        assert "Ada" not in stranger.content()
        assert hers.complaints + theirs.complaints == []


def the_door_is_opened(page: Page, feedback: str) -> str:
    """The address that may be given to anybody."""
    page.goto(f"{feedback}/door")
    fill(page, {"Title": "How your claim was handled", "Words": "Tell us what went well and what did not."})
    page.get_by_label("Open: whoever has the address can send feedback").check()
    page.get_by_role("button", name="Save the door").click()
    address = page.get_by_role("link", name="/feedback/").last
    expect(address).to_be_visible()
    return address.inner_text()


def the_stranger_sends(page: Page) -> str:
    """The address at which the answer can be read."""
    page.get_by_label("2: bad").check()
    fill(page, {"In your words": SAID, "Which case": "K-2026-118"})
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Keep the address of this page")).to_be_visible()
    expect(page.get_by_role("heading", name="No answer yet")).to_be_visible()
    expect(page.get_by_text(SAID)).to_be_visible()
    return page.url


def the_owner_answers(page: Page) -> None:
    page.get_by_role("link", name="My desk").click()
    task = page.get_by_role("listitem").filter(has_text="feedback on Claims triage")
    task.get_by_role("link", name="Read and answer").click()
    page.get_by_role("link", name=SAID).click()
    expect(page.get_by_text("K-2026-118")).to_be_visible()
    fill(page, {"Answer": ANSWER})
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text(ANSWER).first).to_be_visible()
    expect(page.get_by_text("answered", exact=True).first).to_be_visible()

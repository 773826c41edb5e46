"""What people do on pages, step by step, in the words the pages use."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD

# The first system anybody registers beside those of the cast.
KEY = "AI-0004"


def sign_in(page: Page, name: str) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My desk", level=1)).to_be_visible()


def sign_out(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()


def fill(page: Page, typed: Mapping[str, object]) -> None:
    """Fill fields by their labels, as a person finds them."""
    for label, value in typed.items():
        box = page.get_by_label(re.compile(rf"^{re.escape(label)}(required|optional)$"))
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(label=_offered(box, value))
        else:
            box.fill(str(value))


def _offered(box: Locator, wanted: object) -> str:
    options = box.locator("option").all_inner_texts()
    says = wanted.search if isinstance(wanted, re.Pattern) else wanted.__eq__
    fitting = [each for each in options if says(each)]
    assert len(fitting) == 1, f"{wanted!r} among {options}"
    return fitting[0]


def register(page: Page) -> None:
    page.get_by_role("link", name="Register a system").click()
    fill(
        page,
        {
            "Name": "Storm claims sorting",
            "What it does": "Sorts claims after a storm by how urgent they are.",
            "Unit": "Halden Mutual / Claims",
        },
    )
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Storm claims sorting", level=1)).to_be_visible()


def offer_to_mia(page: Page) -> None:
    page.get_by_role("link", name="Hand over").first.click()
    fill(
        page,
        {"New accountable owner": "Mia Colleague (mia@example.org)", "Reason": "Mia leads the storm desk."},
    )
    page.get_by_role("button", name="Offer it").click()
    expect(
        page.get_by_text("Offered to Mia Colleague. Ada Owner answers for it until they accept.")
    ).to_be_visible()


def accept(page: Page) -> None:
    task = page.get_by_role("listitem").filter(has_text="Answer the hand-over of Storm claims sorting")
    task.get_by_role("link", name="Read and answer").click()
    expect(page.get_by_role("heading", name=f"Hand-over of {KEY} Storm claims sorting")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="Mia leads the storm desk.")).to_be_visible()
    page.get_by_role("button", name="Accept: I answer for it").click()
    expect(page.get_by_text("You answer for Storm claims sorting from now on.")).to_be_visible()


def still_missing(page: Page) -> list[str]:
    """What the checklist of the overview still asks for."""
    expect(page.get_by_role("heading", name="What its record still lacks")).to_be_visible()
    return page.locator("#missing .checklist__item--open .checklist__words").all_inner_texts()


def mend(page: Page, says: str) -> None:
    """Follow the checklist's link to what it asks for."""
    line = page.locator("#missing").get_by_role("listitem").filter(has_text=says)
    line.get_by_role("link", name="Add it").click()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of this system").get_by_role("link", name=name).click()

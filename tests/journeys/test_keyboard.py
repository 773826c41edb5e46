"""Without a mouse: sign in, search, open a system, skip to the content, open the menu, sign out."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import ready
from tests.cast import PASSWORD

pytestmark = pytest.mark.journey


def focused(page: Page) -> str:
    """What has the focus: its id, or its words."""
    return page.evaluate(
        "() => document.activeElement.id || document.activeElement.textContent.trim().replaceAll(/\\s+/g, ' ')"
    )


def tab_to(page: Page, wanted: str, *, key: str = "Tab", most: int = 40) -> None:
    """Press Tab until something is reached, as somebody does who sees where the focus stands."""
    for _ in range(most):
        page.keyboard.press(key)
        if focused(page) == wanted:
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"the focus on {wanted!r} cannot be seen"
            return
    raise AssertionError(f"{wanted!r} is not reached; the focus stands on {focused(page)!r}")


def test_everything_is_reached_by_keys_alone(site, browser):
    with site.visit(browser) as (context, watch):
        page = context.new_page()
        page.goto("/systems?stage=proposed")
        assert focused(page) == "email", "the first field waits for the address"
        page.keyboard.type("ada@example.org")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Register", level=1)).to_be_visible()
        assert page.url.endswith("/systems?stage=proposed"), "one arrives where one wanted to go"

        ready(page)
        page.keyboard.press("/")
        assert focused(page) == "search-box"
        page.keyboard.type("sorts incoming")
        page.keyboard.press("Enter")
        expect(page.get_by_role("row")).to_have_count(2)
        tab_to(page, "Claims triage")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Claims triage", level=1)).to_be_visible()

        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        assert focused(page) == "main"

        ready(page)
        tab_to(page, "Ada Owner", key="Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        tab_to(page, "Sign out")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
        assert watch.complaints == []

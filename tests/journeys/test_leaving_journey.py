"""What a browser does with what it is told when somebody leaves, and with a page that breaks the policy."""

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import sign_in, sign_out

pytestmark = pytest.mark.journey


def test_after_signing_out_going_back_shows_nothing_of_before(site, browser):
    with site.visit(browser) as (context, _watch):
        page = context.new_page()
        sign_in(page, "ada")
        page.goto("/systems")
        expect(page.get_by_text("Claims triage").first).to_be_visible()
        sign_out(page, "Ada Owner")
        for _ in range(3):
            page.go_back()
            expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
            assert "Claims triage" not in page.content()


def test_a_page_that_breaks_the_policy_is_reported_and_noted_without_a_word_of_its_own(site, browser, caplog):
    with site.visit(browser, "ada") as (context, _watch):
        page = context.new_page()
        page.goto(f"/systems/{site.cast.triage.key}?q=what-somebody-typed")
        with page.expect_response("**/csp-reports") as told:
            page.evaluate(
                "document.body.append(Object.assign(new Image(), {src: 'https://evil.example/x.png'}))"
            )
        assert told.value.status == 204
    [said] = [each for each in caplog.records if each.name == "registry.violations"]
    assert said.getMessage() == "/systems/<key> broke the policy: img-src, by an address"

"""One register whose every text attacks its reader: nothing runs, nothing is reported, nothing becomes part of a page."""

from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

import pytest
from flask import Flask, Response
from playwright.sync_api import expect
from sqlmodel import Session, SQLModel

from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import PersonFacts
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.web.security import POLICY
from tests.browser import Watch, overflow, ready, served
from tests.journeys.addresses import places
from tests.journeys.furnished import furnish
from tests.journeys.hostile import (
    BREAKING_OUT,
    CORPUS,
    RUNS,
    TURNS,
    hostile_words,
    let_through,
    report_violations,
)
from tests.journeys.site import PHONE, running
from tests.passkeys.kept import OFFERED

pytestmark = pytest.mark.journey

SYSTEM, SOURCE = "/systems/{triage}", "/data-sources/{source}"
BY_ADA = (
    "/",
    "/account",
    "/systems",
    SYSTEM,
    f"{SYSTEM}/edit",
    f"{SYSTEM}/history",
    f"{SYSTEM}/ownership",
    f"{SYSTEM}/ownership/hand-over",
    f"{SYSTEM}/objectives",
    f"{SYSTEM}/objectives/edit",
    f"{SYSTEM}/objectives/metrics/{{metric}}/edit",
    f"{SYSTEM}/data",
    f"{SYSTEM}/card",
    f"{SYSTEM}/notes",
    f"{SYSTEM}/notes/{{note}}/withdraw",
    "/tags",
    "/systems/bulk?task=tags&key={triage}",
    "/systems/bulk?task=hand_over&key={triage}",
    "/data-sources",
    SOURCE,
    f"{SOURCE}/edit",
    f"{SOURCE}/history",
    f"{SOURCE}/checks/{{check}}",
    "/people/{person}",
    "/units/{unit}",
    "/teams/{team}",
    "/handovers/{offer}",
)
BY_ADAM = ("/tags/{tag}", "/audit", "/jobs", "/people", "/units", "/teams", "/units/new", "/systems/new")
FULL_OF_TEXT = (
    SYSTEM,
    f"{SYSTEM}/edit",
    f"{SYSTEM}/history",
    f"{SYSTEM}/ownership",
    f"{SYSTEM}/objectives",
    f"{SYSTEM}/card",
    SOURCE,
    f"{SOURCE}/checks/{{check}}",
    "/account",
)
REFLECTED = tuple(
    f"{path}{quote(CORPUS[index])}"
    for index, path in enumerate(
        ("/search?q=", "/systems?q=", "/people?q=", "/data-sources?q=", "/sign-in?next=", "/lost/")
    )
)


@contextmanager
def filled(folder, words):
    """A register in which whatever is said is hostile."""
    with running(folder) as made:
        made.app.extensions["passkeys"] = OFFERED
        made.device = words.line("", 200)
        with made.doing() as session:
            rename_ada(session, made, words)
            furnish(session, made.cast, words)
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with filled(tmp_path_factory.mktemp("data"), hostile_words()) as made:
        yield made


def rename_ada(session: Session, site, words) -> None:
    """Whoever reads is called something hostile too: the name stands on every page."""
    ada = session.get_one(Person, site.cast.number("ada"))
    facts = PersonFacts(words.line("", 200), ada.email, words.line("", 200), ada.unit_id)
    people.edit_person(session, site.cast.actor(session, "adam"), ada, facts, version=ada.version)


def looked_at(site, browser, name: str, addresses, **options: object) -> list[str]:
    """Open each address and list what hostile words did there."""
    with site.doing() as session:
        named = places(session, site.cast)
    found = []
    with site.visit(browser, name, expected=frozenset({404}), **options) as (context, watch):
        report_violations(context)
        page = context.new_page()
        for address in addresses:
            reply = page.goto(address if address in REFLECTED else address.format_map(named))
            assert reply
            assert reply.status == (404 if address.startswith("/lost") else 200), address
            ready(page)
            found += [f"{address}: {each}" for each in (*let_through(page), *watch.complaints)]
            if (beside := overflow(page)) > 0:
                found.append(f"{address}: {beside} pixels wider than the window")
            watch.complaints.clear()
    return found


def everywhere(site, browser) -> list[str]:
    """What hostile words did on every surface, to whoever sees it."""
    found = looked_at(site, browser, "ada", (*BY_ADA, *REFLECTED))
    return [
        *found,
        *looked_at(site, browser, "mia", ("/handovers",)),
        *looked_at(site, browser, "adam", BY_ADAM),
    ]


def test_nothing_of_it_runs_and_the_policy_has_nothing_to_report(site, browser, record_property):
    record_property("hostile texts", len(CORPUS))
    record_property("pages looked at", len((*BY_ADA, *REFLECTED, *BY_ADAM)) + 1)
    assert everywhere(site, browser) == []


@pytest.mark.long
@pytest.mark.parametrize("turn", range(1, TURNS))
def test_nor_whichever_of_them_stands_in_which_long_text(tmp_path, browser, turn):
    with filled(tmp_path, hostile_words(turn)) as made:
        assert everywhere(made, browser) == []


def test_the_pages_hold_without_the_content_security_policy_and_on_a_phone(site, browser):
    found = looked_at(site, browser, "ada", (*FULL_OF_TEXT, *REFLECTED), bypass_csp=True, viewport=PHONE)
    assert found == []


def test_without_scripts_no_table_is_wider_than_the_window(site, browser):
    with site.doing() as session:
        named = places(session, site.cast)
    with site.visit(browser, "ada", java_script_enabled=False) as (context, _):
        page = context.new_page()
        beside = {}
        for address in FULL_OF_TEXT:
            page.goto(address.format_map(named))
            beside[address] = max(0, overflow(page))
    assert beside == dict.fromkeys(FULL_OF_TEXT, 0)


def test_the_corpus_stands_in_the_record(site, browser):
    """The attack did arrive: each text is there to be read, and shown as the characters that were typed."""
    with site.visit(browser, "ada") as (context, _):
        page = context.new_page()
        page.goto(f"/systems/{site.cast.triage.key}/edit")
        typed = page.locator("input.input, textarea.input").evaluate_all(
            "boxes => boxes.map((box) => box.value)"
        )
        assert sum(any(each in text for text in typed) for each in CORPUS) >= 120
        page.goto(f"/systems/{site.cast.triage.key}")
        expect(page.get_by_text("onerror=").first).to_be_visible()


def test_no_text_of_the_corpus_is_left_out(site):
    tables = [table for table in SQLModel.metadata.sorted_tables if not table.name.startswith("ledger")]
    with site.app.database.engine.connect() as connection:
        rows = [row for table in tables for row in connection.execute(table.select())]
    texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert len(CORPUS) >= 200
    assert [each for each in CORPUS if not any(each in text for text in texts)] == []


def test_the_conflict_page_and_what_is_said_after_an_action_hold_too(site, browser):
    key = site.cast.triage.key
    with site.visit(browser, "ada", expected=frozenset({409}), bypass_csp=True) as (context, watch):
        page = context.new_page()
        page.goto(f"/systems/{key}/edit")
        with site.doing() as session:
            system = session.get_one(System, site.cast.triage.id)
            facts = replace(facts_of(system), technique=BREAKING_OUT[2], users=CORPUS[9])
            systems.edit(session, site.cast.actor(session, "ada"), system, facts, version=system.version)
        page.locator("#technique").fill(BREAKING_OUT[5])
        page.locator("#users").fill(CORPUS[20])
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing is lost")
        expect(page.get_by_role("cell", name=BREAKING_OUT[2]).first).to_be_visible()
        assert let_through(page) == []
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.goto("/account")
        page.get_by_role("button", name="Revoke").first.click()
        expect(page.get_by_role("status")).to_contain_text("no longer works")
        assert let_through(page) == []
        assert watch.complaints == []


RAW = (
    # which of our policies, what is written into the page, what is noticed
    ("none", f"<script>{RUNS}</script>", ("dialog: alert", "ran in ", "part of the page: <script>")),
    (
        "none",
        f"<img src=/dot.svg onload={RUNS}>",
        ("dialog: alert", "ran in ", "part of the page: img onload"),
    ),
    ("none", f"<iframe srcdoc='<script>{RUNS}</script>'></iframe>", ("dialog: alert", "ran in about:srcdoc")),
    ("none", f"<a href=' java\tscript:{RUNS}'>x</a>", ("part of the page: a href=",)),
    ("none", "<p style=position:fixed>x</p>", ("part of the page: p style",)),
    (
        "none",
        "<img src=//elsewhere.example/pixel.png>",
        ("request to another host: http://elsewhere.example/",),
    ),
    ("ours", f"<script>{RUNS}</script>", ("policy: script-src", "console: ", "part of the page: <script>")),
    ("ours", f"<svg onload={RUNS}>", ("policy: script-src-attr", "part of the page: svg onload")),
    ("ours", "<style>p{color:red}</style>", ("policy: style-src", "part of the page: <style>")),
)


@pytest.fixture(scope="module")
def raw():
    """Hostile words served as they are, with our policy and without any."""
    app = Flask(__name__, static_folder=None)

    def page(policy: str, number: int) -> Response:
        reply = Response(f"<!doctype html><title>raw</title><p>{RAW[number][1]}</p>", mimetype="text/html")
        if policy == "ours":
            reply.headers["Content-Security-Policy"] = POLICY
        return reply

    dot = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'
    app.add_url_rule("/<policy>/<int:number>", view_func=page)
    for name in ("/dot.svg", "/favicon.ico"):
        app.add_url_rule(name, name, lambda: Response(dot, mimetype="image/svg+xml"))
    with served(app) as address:
        yield address


@pytest.mark.parametrize(
    "number", range(len(RAW)), ids=lambda number: f"{RAW[number][0]}: {RAW[number][1][:20]}"
)
def test_words_served_as_they_are_would_be_noticed(browser, raw, number):
    policy, _, noticed = RAW[number]
    context = browser.new_context(base_url=raw)
    watch = Watch(raw).over(context)
    report_violations(context)
    page = context.new_page()
    page.goto(f"/{policy}/{number}", wait_until="load")
    found = [*let_through(page), *watch.complaints]
    context.close()
    assert [what for what in noticed if not any(what in each for each in found)] == [], found

"""Every page, on a desk and on a phone, light and dark: nothing axe objects to, nothing beside the window, no complaint."""

from contextlib import ExitStack
from functools import cache

import pytest
from flask import Flask, Response
from playwright.sync_api import Page

from registry.web.security import POLICY
from tests.browser import (
    COLOURS,
    OF_COMPONENTS,
    Watch,
    chromium,
    out_of_their_cells,
    overflow,
    ready,
    served,
    show_in,
    violations,
)
from tests.journeys.addresses import ALIKE, NO_PAGES, PAGES, REFUSALS, places
from tests.journeys.furnished import furnish
from tests.journeys.site import DESK, PHONE, running
from tests.passkeys.kept import OFFERED

pytestmark = pytest.mark.journey

# Every page, as what it is for, is looked at closely on a desk in the light, and whether it fits a phone; one page of each
# feature in every way. All of it in all its states and every way by `script/test -m long`.
FIRST = [*(visits[0] for endpoint, visits in PAGES.items() if endpoint not in ALIKE), *REFUSALS]
VISITS = [*(visit for visits in PAGES.values() for visit in visits), *REFUSALS]
FEATURES = {endpoint.partition(".")[0]: visits[0] for endpoint, visits in reversed(PAGES.items())}
# The API is told on pages of two kinds, of which either has what the other has not.
CLOSELY = [*FEATURES.values(), *PAGES["reference.overview"], *REFUSALS]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """An installation with something of everything in it, for all visits of this file."""
    with running(tmp_path_factory.mktemp("data")) as made:
        made.app.extensions["passkeys"] = OFFERED
        with made.doing() as session:
            furnish(session, made.cast)
            session.flush()
        yield made


@pytest.fixture(scope="module")
def named(site):
    with site.doing() as session:
        return places(session, site.cast)


@pytest.fixture(scope="module")
def eyes(site, browser):
    """Whoever looks keeps their browser for all the pages they look at; a page of it, and what it complains of."""
    with ExitStack() as opened:

        @cache
        def of(name):
            refused = frozenset({403, 404, 422})
            context, watch = opened.enter_context(site.visit(browser, name, expected=refused))
            return context.new_page(), watch

        yield of


def faults(page: Page, watch: Watch, address: str, status: int = 200, *, every_way: bool = True) -> list[str]:
    """Everything wrong with one page: on a desk in the light, the same in the dark, and on a phone.

    Not in every way: on a desk, and whether it fits a phone. Colours and the size of what is pressed belong to the
    components then, which the page of patterns shows in every state and theme (tests/web/test_patterns_page.py).
    """
    watch.complaints.clear()
    reply = page.goto(address)
    ready(page)
    found = [] if reply and reply.status == status else [f"answered {reply and reply.status}, not {status}"]
    # The size it was loaded in comes first: to lay a page out anew is an eighth of all the work.
    for size in sorted((DESK, PHONE), key=lambda each: each != page.viewport_size):
        show_in(page, "light", size)
        found += (
            _on_a_desk(page, every_way=every_way) if size == DESK else _on_a_phone(page, every_way=every_way)
        )
    return [*found, *watch.complaints]


def _on_a_desk(page: Page, *, every_way: bool) -> list[str]:
    found = [f"desk, light: {each}" for each in violations(page, without=() if every_way else OF_COMPONENTS)]
    found += _beside(page, "desk")
    if every_way:
        # The dark theme changes colours and nothing else.
        show_in(page, "dark", DESK)
        found += [f"desk, dark: {each}" for each in violations(page, COLOURS)]
    return found


def _on_a_phone(page: Page, *, every_way: bool) -> list[str]:
    # A narrow window moves things and colours none of them.
    found = [f"phone: {each}" for each in violations(page, without=COLOURS)] if every_way else []
    return [*found, *(f"phone: {each}" for each in out_of_their_cells(page)), *_beside(page, "phone")]


def _beside(page: Page, where: str) -> list[str]:
    pixels = overflow(page)
    return [f"{where}: {pixels} pixels wider than the window"] if pixels > 0 else []


@pytest.mark.parametrize("visit", FIRST, ids=str)
def test_a_page_is_fit_to_be_used_by_everybody(eyes, named, visit):
    page, watch = eyes(visit.name)
    address = visit.address.format_map(named)
    assert faults(page, watch, address, visit.status, every_way=visit in CLOSELY) == []


@pytest.mark.long
@pytest.mark.parametrize("visit", [visit for visit in VISITS if visit not in CLOSELY], ids=str)
def test_a_page_in_another_state_is_fit_as_well(eyes, named, visit):
    page, watch = eyes(visit.name)
    assert faults(page, watch, visit.address.format_map(named), visit.status) == []


def test_no_page_is_left_out(site):
    served_by_get = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.rule.startswith("/api/")
    }
    assert served_by_get == PAGES.keys() | NO_PAGES.keys()
    assert not PAGES.keys() & NO_PAGES.keys()
    assert PAGES.keys() >= ALIKE


def test_each_address_leads_to_the_page_it_stands_for(site, named):
    router = site.app.url_map.bind("127.0.0.1")
    for endpoint, visits in PAGES.items():
        for visit in visits:
            path = visit.address.format_map(named).partition("?")[0]
            assert router.match(path, method="GET")[0] == endpoint


SEEDED = {
    "a picture without words": ('<img src="/dot.svg">', "image-alt"),
    "text too pale to read": ('<p class="pale">Hardly there.</p>', "desk, light: color-contrast"),
    "text lost in the dark": ('<p class="night">Gone at night.</p>', "desk, dark: color-contrast"),
    "buttons too small for a thumb": (
        '<button class="tiny">a</button><button class="tiny">b</button>',
        "phone: target-size",
    ),
    "a box without a name": ('<input type="text">', "label"),
    "something too wide for a phone": ('<p class="wide">Too wide.</p>', "phone: 248 pixels wider"),
    "a box too wide for its cell": (
        '<table><tr><td class="cell"><input class="box" name="to" aria-label="To"></td></tr></table>',
        "phone: to: 40 pixels out of its cell",
    ),
    "a script of the page's own": ("<script>1</script>", "Content Security Policy"),
    "a picture from elsewhere": (
        '<img alt="" src="http://elsewhere.example/x.png">',
        "request to another host: http://elsewhere.example",
    ),
    "a script that fails": ('<script src="/fails.js"></script>', "error: "),
    "a picture that is not there": ('<img alt="" src="/lost.png">', "404 from "),
    "a picture that fails": ('<img alt="" src="/broken.png">', "500 from "),
}
STYLE = """
body { background: #fff; color: #111 } .pale { color: #bbb } .wide { width: 600px; margin: 0 }
.tiny { width: 9px; height: 9px; padding: 0; border: 0; margin: 0; font-size: 8px }
.cell { display: block; width: 100px; padding: 0 } .box { box-sizing: border-box; width: 140px }
@media (prefers-color-scheme: dark) { .night { color: #eee } }
"""


@pytest.fixture(scope="module")
def seeded():
    """Pages with one fault each, under our own policy."""
    app = Flask(__name__, static_folder=None)

    def page(name):
        head = f'<title>{name}</title><link rel="stylesheet" href="/style.css"><meta name="viewport" content="width=device-width">'
        part = SEEDED[name][0] if name in SEEDED else "<p>Well made.</p>"
        return f'<!doctype html><html lang="en"><head>{head}</head><body><main><h1>{name}</h1>{part}</main></body></html>'

    app.add_url_rule("/page/<name>", view_func=page, endpoint="page")
    app.add_url_rule("/style.css", view_func=lambda: Response(STYLE, mimetype="text/css"), endpoint="style")
    dot = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'
    app.add_url_rule("/dot.svg", view_func=lambda: Response(dot, mimetype="image/svg+xml"), endpoint="dot")
    script = "lost();"
    app.add_url_rule(
        "/fails.js", view_func=lambda: Response(script, mimetype="text/javascript"), endpoint="js"
    )
    app.add_url_rule("/broken.png", view_func=lambda: ("", 500), endpoint="broken")
    app.add_url_rule("/favicon.ico", view_func=lambda: Response(dot, mimetype="image/svg+xml"), endpoint="i")
    app.after_request(lambda reply: reply.headers.set("Content-Security-Policy", POLICY) or reply)
    with served(app) as address:
        yield address


def test_a_well_made_page_has_no_faults(browser, seeded):
    context = browser.new_context(base_url=seeded)
    watch = Watch(seeded, frozenset({404})).over(context)
    assert faults(context.new_page(), watch, "/page/plain") == []
    context.close()


@pytest.mark.parametrize("name", SEEDED)
def test_the_sweep_notices(browser, seeded, name):
    context = browser.new_context(base_url=seeded)
    watch = Watch(seeded, frozenset({404})).over(context)
    found = faults(context.new_page(), watch, f"/page/{name}")
    context.close()
    assert any(SEEDED[name][1] in each for each in found), found


def test_where_there_is_no_chromium_the_test_fails_and_says_so(tmp_path):
    with pytest.raises(pytest.fail.Exception, match="no page was looked at"), chromium(tmp_path / "chromium"):
        pass

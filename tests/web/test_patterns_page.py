"""The page of patterns: every component in every state, under the real content security policy, in both themes."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import wtforms
from flask import Flask, render_template
from playwright.sync_api import Browser
from werkzeug.datastructures import MultiDict
from wtforms import validators, widgets
from wtforms.fields.choices import SelectChoice

from registry.kernel.wording import told_apart
from registry.output.html import OPTIONS
from registry.web import navigation, statics
from registry.web.security import POLICY
from registry.web.viewkit import day
from tests.browser import COLOURS, Watch, overflow, ready, served, violations

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "registry" / "static"
NASTY = "<script>alert(1)</script>\"' onload=alert(2)"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if not path.name.startswith("print"))
# The sheets of charts and of PDFs carry their own colours: a PDF has no theme.
SHEETS = sorted(
    path for path in (STATIC / "css").rglob("*.css") if path.name not in {"chart.css", "print.css"}
)


class PatternForm(wtforms.Form):
    """One field of every kind, so that the page can show it refused."""

    name = wtforms.StringField("Name", [validators.InputRequired("Say what the system is called.")])
    summary = wtforms.TextAreaField(
        "Summary", [validators.Length(max=350, message="Keep it to 350 characters.")]
    )
    description = wtforms.TextAreaField("Description")
    unit = wtforms.SelectField("Business unit", choices=[SelectChoice("claims", "Claims")])
    autonomy = wtforms.RadioField(
        "Role of the output",
        [validators.InputRequired("Choose one.")],
        choices=[SelectChoice("1", "informs"), SelectChoice("2", "recommends")],
    )
    purposes = wtforms.SelectMultipleField(
        "Purposes",
        choices=[SelectChoice("a", "Operations"), SelectChoice("b", "Research")],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    restricted = wtforms.BooleanField("Restricted", description="Only people with a role on it see it.")
    since = wtforms.DateField("First in service", [validators.Optional()])
    people = wtforms.IntegerField("Affected people", [validators.Optional()])
    contact = wtforms.EmailField("Contact for complaints")
    evidence = wtforms.FileField("Evidence")
    secret = wtforms.PasswordField("Your password", [validators.InputRequired("Type it to sign.")])


def refused_form() -> PatternForm:
    form = PatternForm(MultiDict({"summary": "long " * 100, "unit": "claims", "people": "1200"}))
    form.validate()
    form.form_errors.append("Somebody sent this record for review meanwhile.")
    return form


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask(
        __name__, template_folder=str(TEMPLATES), static_folder=str(STATIC), static_url_path="/static"
    )
    made.jinja_options = {**made.jinja_options, **OPTIONS}
    made.config["SECRET_KEY"] = "test"
    statics.install(made)
    made.jinja_env.globals["csrf_token"] = lambda: "token"
    made.jinja_env.filters |= {"told_apart": told_apart, "day": day}
    person = {"name": "Mara Lindqvist", "roles_said": "owner", "links": [], "sign_out_url": "/sign-out"}
    place = {"label": "Register", "url": "/", "icon": "register", "current": True, "count": 3}
    places = [{"heading": "", "places": [place]}, {"heading": "Directories", "places": [place]}]
    made.context_processor(
        lambda: {
            "me": person,
            "navigation": places,
            "home_url": "/",
            "search_url": "/",
            "shown_on": date(2026, 11, 2),
            "version": "1",
        }
    )
    made.add_url_rule("/patterns", "patterns", lambda: render_template("patterns.html", form=refused_form()))
    made.add_url_rule("/broken", "broken", lambda: render_template("errors/broken.html", me=None))

    @made.after_request
    def strict(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return made


@pytest.fixture(scope="module")
def page_text(app: Flask) -> str:
    return app.test_client().get("/patterns").text


def said(app: Flask, source: str, **context: Any) -> str:
    with app.test_request_context():
        return app.jinja_env.from_string(source).render(**context)


# What components say


def test_every_icon_on_the_page_is_in_the_sprite(page_text: str) -> None:
    drawn = set(re.findall(r'symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    used = set(re.findall(r"icons\.svg#([\w-]+)", page_text))
    assert used
    assert used <= drawn
    assert drawn - used == set(), "an icon nobody can see on the page of patterns"


def test_every_place_of_the_menu_has_a_drawn_icon() -> None:
    drawn = set(re.findall(r'symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    assert {icon for _, entries in navigation._MENU for _, _, icon, _ in entries} <= drawn


def test_a_value_nobody_gave_is_said_and_a_zero_stays_a_zero(app: Flask) -> None:
    text = said(
        app,
        '{% from "components/facts.html" import facts %}{{ facts([("a", none), ("b", ""), ("c", []), ("d", 0), ("e", false)]) }}',
    )
    values = [re.sub(r"<[^>]+>", "", value) for value in re.findall(r"<dd>(.*?)</dd>", text)]
    assert values == ["not stated", "not stated", "not stated", "0", "no"]


COMPONENTS_WITH_TEXT = [
    '{% from "components/facts.html" import facts %}{{ facts([(x, x, x)]) }}',
    '{% from "components/people.html" import person %}{{ person({"name": x, "email": x, "function": x, "unit": x}, x) }}',
    '{% from "components/badge.html" import badge, stage, tier, verdict %}{{ badge("good", x) }}{{ stage(x) }}{{ tier(x) }}{{ verdict(x) }}',
    '{% from "components/timeline.html" import timeline %}{{ timeline([{"at": x, "who": x, "said": x, "detail": x}]) }}',
    '{% from "components/checklist.html" import checklist %}{{ checklist([{"holds": false, "says": x, "pattern": x, "url": "#", "link_label": x}], x) }}',
    '{% from "components/table.html" import table, cell %}{% call(r) table(x, [{"label": x}], [x]) %}{{ cell(x, r, heading=true) }}{{ cell(x, r) }}{% endcall %}',
    '{% from "components/form.html" import conflict %}{{ conflict([(x, x, x, "f", "r")], x) }}',
    '{% from "components/dialog.html" import confirm %}{{ confirm(x, x, "#", x, x) }}',
    '{% from "components/changes.html" import changes %}{{ changes([(x, x, x)]) }}',
    '{% from "components/chart.html" import figure %}{{ figure(none, x, x, [[x, x], [x, x]]) }}',
    '{% from "components/notice.html" import notice %}{{ notice("bad", x, x) }}',
    '{% from "components/worklist.html" import worklist %}{{ worklist([{"what": x, "why": x, "url": "#", "label": x, "until": x, "about": x}]) }}',
    '{% from "components/gauges.html" import gauges %}{{ gauges([{"id": x, "name": x, "holding": [x], "missing": [x]}]) }}',
    '{% from "components/stat.html" import stat %}{{ stat(x, x, x, x, {"direction": "up", "words": x}) }}',
    '{% from "components/button.html" import action, button, copy %}{{ action(x, "#") }}{{ button(x, value=x) }}{{ copy(x, x) }}',
    '{% from "components/tabs.html" import tabs %}{{ tabs([{"label": x, "url": "#", "current": true, "count": x}], x) }}',
    '{% from "components/facets.html" import facets %}{{ facets([{"name": x, "label": x, "options": [{"value": x, "label": x, "count": 1, "chosen": true}]}], query={"q": x}) }}',
]


@pytest.mark.parametrize(
    "source", COMPONENTS_WITH_TEXT, ids=lambda source: source.split("/")[1].split(".")[0]
)
def test_what_people_typed_comes_out_as_text_and_nothing_else(app: Flask, source: str) -> None:
    text = said(app, source, x=NASTY)
    assert "<script" not in text
    assert not re.search(r"<[^>]*[\"']\sonload=", text)
    assert "&lt;script&gt;" in text


def test_the_summary_of_problems_counts_them_and_leads_to_each_field(page_text: str) -> None:
    summary = page_text[page_text.index('class="problems"') : page_text.index('<fieldset class="fieldset">')]
    assert "5 things need your attention" in summary
    assert re.findall(r'href="#([\w-]+)"', summary) == ["name", "summary", "autonomy-0", "secret"]
    assert summary.index("Somebody sent this record") < summary.index("#name")
    for target in ("name", "summary", "autonomy-0", "secret"):
        assert f'id="{target}"' in page_text


def test_a_field_with_problems_is_tied_to_them_and_loses_nothing_typed(page_text: str) -> None:
    area = re.search(r"<textarea[^>]*name=\"summary\"[^>]*>", page_text)
    assert area
    assert 'aria-invalid="true"' in area.group()
    assert 'aria-describedby="summary-errors summary-count"' in area.group()
    assert "maxlength" not in area.group(), "a browser would cut pasted text off without a word"


def test_the_page_of_a_failure_needs_nothing_but_a_template(app: Flask) -> None:
    text = said(app, '{% include "errors/broken.html" %}', me=None)
    assert "Something broke on our side" in text
    assert 'class="rail"' not in text


# In a browser


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as found:
        yield found


@pytest.mark.journey
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_is_accessible_fits_its_window_and_leaves_the_console_empty(
    browser: Browser, address: str, theme: Any, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    watch = Watch(address).over(context)
    page = context.new_page()
    page.goto(f"{address}/patterns")
    ready(page)
    assert overflow(page) <= 0
    # A chart stays as wide as it is drawn; where its frame is narrower, the frame scrolls and is a stop for the keyboard.
    assert page.evaluate("document.querySelector('.figure__chart svg').getBoundingClientRect().width") >= 560
    scrolls = "yes => document.querySelector('.figure__chart').matches('[role=region][tabindex]') === yes"
    page.wait_for_function(scrolls, arg=width < 560)
    for summary in page.locator(".figure__numbers summary, .facet:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    assert overflow(page) <= 0
    # A heading row that sticks lies over the rows that are scrolled below it.
    page.evaluate("scrollTo(0, 0)")
    # The dark theme changes colours and nothing else.
    assert violations(page, COLOURS if theme == "dark" else ()) == []
    assert watch.complaints == []
    context.close()


@pytest.mark.journey
def test_axe_would_find_a_control_without_a_name(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/patterns")
    ready(page)
    page.evaluate("document.querySelector('label[for=search-box]').remove()")
    page.evaluate("document.querySelector('#search-box').removeAttribute('placeholder')")
    assert any("search-box" in line for line in violations(page, ["label"]))
    page.close()


@pytest.mark.journey
def test_keyboard_reaches_content_search_menu_and_question(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/patterns")
    ready(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search-box"
    page.locator(".top__person summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Dark").check()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("Escape")
    assert page.locator(".top__person").get_attribute("open") is None
    page.reload(wait_until="networkidle")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark", "the choice is remembered"
    ready(page)
    page.get_by_text("Retire this system", exact=True).press("Enter")
    assert page.get_by_role("dialog", name="Retire this system?").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Cancel", "not on the button that does it"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Retire this system"
    page.close()


@pytest.mark.journey
def test_without_javascript_menus_questions_and_numbers_still_open(browser: Browser, address: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/patterns")
    page.get_by_text("Retire this system", exact=True).click()
    assert page.get_by_role("button", name="Retire it").is_visible()
    page.locator(".top__person summary").click()
    assert page.get_by_role("button", name="Sign out").is_visible()
    page.locator("#charts summary").click()
    assert page.locator("#charts").get_by_role("cell", name="0.912").is_visible()
    assert not any(part.is_visible() for part in page.locator("[hidden]").all()), (
        "what needs JavaScript is not offered"
    )
    page.context.close()

"""The card as HTML: nothing typed into a record can act, leave its place or vanish; every drawing says what it shows."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import example, given, settings

from registry.cards.render import rendering_hash, shown, to_html
from registry.cards.render.shown import html_of
from registry.cards.rules.facts import Metric
from registry.objectives.rules.metric import Kind
from registry.systems.rules.record import Link
from tests.cards.sample import full, sparse
from tests.cards.strategies import ANY_FACTS, HOSTILE, QUICK

TAGS = {
    *("html", "head", "meta", "title", "body", "main", "header", "section", "div", "h1", "h2", "h3", "h4"),
    *(
        "p",
        "span",
        "strong",
        "em",
        "code",
        "pre",
        "blockquote",
        "hr",
        "br",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "a",
    ),
    *("figure", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("svg", "desc", "g", "rect", "line", "circle", "polygon", "path", "text"),
}


class Seen(HTMLParser):
    """Elements, attributes and headings of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.headings, self.open = set(), [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attributes]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append([tag, ""])
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open and tag == self.open[-1]:
            self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.headings[-1][1] += data


def sections_of(page):
    return [" ".join(text.split()) for tag, text in Seen(page).headings if tag == "h2"]


@given(ANY_FACTS)
@settings(QUICK)
@example(replace(full(), identity=replace(full().identity, name="".join(HOSTILE))))
def test_whatever_is_recorded_the_page_holds_text_tables_and_drawings_alone(facts):
    page = to_html(facts)
    seen = Seen(page)
    assert seen.tags <= TAGS
    for name, value in seen.attributes:
        assert not name.startswith("on")
        assert name not in {"style", "src", "srcset", "formaction", "xlink:href"}
        if name == "href":
            assert re.match(r"https?://|mailto:", value)
    assert sections_of(page) == sections_of(to_html(sparse()))


@given(ANY_FACTS)
@settings(QUICK)
def test_headings_never_skip_a_level(facts):
    levels = [int(tag[1]) for tag, _ in Seen(to_html(facts)).headings]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_adds_nothing_to_the_outline_and_is_never_blank(text):
    html = html_of(text)
    assert not Seen(html).headings
    assert html.striptags().strip() or not text.strip()


def test_a_text_keeps_its_own_formatting():
    page = to_html(full())
    assert "<strong>one of four</strong>" in page
    assert "<li>class 1 at once</li>" in page


def test_the_first_page_says_what_somebody_must_know_to_decide():
    cover = to_html(full()).split('<div class="page-break">')[0]
    for words in (
        "Claims triage",
        "Sorts incoming claims by urgency.",
        "AI-0001",
        "Ada Brandt, ada.brandt@halden.example (accepted 3 Feb 2026)",
        "The burst pipe waits behind two hundred scratched bumpers.",
        "Waiting time of urgent claims",
        "AI system card · draft, not signed off",
        shown(full()).card.sha256,
        "required fields stated",
        "Limited risk",
    ):
        assert words in cover, words


def test_the_bare_record_says_on_its_first_page_that_it_is_bare():
    cover = to_html(sparse()).split('<div class="page-break">')[0]
    assert "no success metric is defined" in cover
    assert "Risk not classified" in cover
    assert "(to be confirmed)" in cover
    assert "Not classified" not in cover


def test_a_restricted_card_says_so_where_every_page_repeats_it():
    assert 'data-running-title="RESTRICTED · Sentinel"' in to_html(sparse())
    assert "Hand this card to nobody else" in to_html(sparse())
    assert "RESTRICTED" not in to_html(full())


def test_every_drawing_has_a_title_and_a_description_of_its_own():
    page = to_html(full())
    assert page.count("<svg") == 2
    assert len(re.findall(r"<svg[^>]*><title[^>]*>[^<]+</title><desc[^>]*>[^<]+</desc>", page)) == 2
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_each_metric_with_a_number_has_its_own_ruler():
    metrics = tuple(replace(full().metrics[0], slug=f"m{n}", name=f"Metric {n}") for n in range(3))
    page = to_html(replace(full(), metrics=(*metrics, Metric("bare", "Bare", Kind.CUSTOM))))
    assert page.count("chart--ruler") == 3
    assert "Metric 2: baseline, target and guard-rails" in page


def test_of_many_metrics_the_first_page_shows_some_and_counts_the_rest():
    metrics = tuple(replace(full().metrics[0], name=f"Metric {n}") for n in range(9))
    cover = to_html(replace(full(), metrics=metrics)).split('<div class="page-break">')[0]
    assert "Metric 5" in cover
    assert "Metric 6" not in cover
    assert "3 more metrics in section 3." in cover


def test_fields_nobody_filled_in_are_named_each_with_its_number():
    page = to_html(sparse())
    for number, label in (("1.2b", "Description"), ("3.1a", "Problem"), ("8.5", "Known limitations")):
        assert f"{number} {label}" in page
    assert "Required and not stated:" in page


def test_an_address_that_is_no_web_address_is_printed_and_not_linked():
    links = (Link("Bad", "javascript:alert(1)"), Link("", "https://a.example/<x>"))
    page = to_html(replace(full(), identity=replace(full().identity, links=links)))
    assert "Bad: javascript:alert(1)" in page
    assert 'href="javascript' not in page
    assert 'href="https://a.example/&lt;x&gt;"' in page


def test_the_rendering_is_known_by_one_hash():
    assert re.fullmatch("[0-9a-f]{64}", rendering_hash())
    assert rendering_hash() == rendering_hash()


def test_another_stylesheet_is_another_rendering(tmp_path, monkeypatch):
    from registry.cards.render import rendering

    before = rendering.rendering_hash.__wrapped__()
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "print.css").write_text("body { color: red }")
    monkeypatch.setattr(rendering, "static_dir", lambda: tmp_path)
    assert rendering.rendering_hash.__wrapped__() != before

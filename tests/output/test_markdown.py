import re
import sys

import markdown
import pytest
import tinyhtml5
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.prose import MOST_CHARACTERS, MOST_LINES, MOST_OPENERS, problems_with_prose
from registry.output.markdown import problems_with_markdown, to_html
from tests.output.xss_corpus import PAYLOADS

HARMLESS_TAGS = {
    "p",
    "br",
    "hr",
    "pre",
    "code",
    "blockquote",
    "em",
    "strong",
    "a",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
}
HARMLESS_TAGS |= {"ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"}
HARMLESS_ATTRIBUTES = {"href", "title", "rel", "start", "align"}
HARMLESS_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)


def dangers(html):
    """Everything in the HTML, as a browser would parse it, that is not plain formatted text."""
    found = []
    page = tinyhtml5.parse(str(html), namespace_html_elements=False)
    body = page.find("body")
    if body is None:
        return [f"<{page[-1].tag}> in place of the body"]
    for element in body.iter():
        if element is body:
            found += [f"body {name}" for name in element.attrib]
            continue
        if element.tag not in HARMLESS_TAGS:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name not in HARMLESS_ATTRIBUTES:
                found.append(f"{element.tag} {name}={value}")
            if name == "href" and not HARMLESS_LINK.match(value):
                found.append(f"link to {value}")
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_script_style_or_a_foreign_request(payload):
    assert dangers(to_html(payload)) == []
    assert dangers(to_html(f"Before\n\n{payload}\n\nafter *{payload}* [y]({payload})")) == []


def test_the_same_check_catches_what_the_converter_alone_lets_through():
    # The seeded defect: the library's own output, neither restricted nor cleaned.
    caught = [
        payload
        for payload in PAYLOADS
        if dangers(markdown.markdown(payload, extensions=["tables", "fenced_code"]))
    ]
    assert len(PAYLOADS) >= 200
    assert len(caught) >= 180


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_restricted_converter_is_safe_even_before_cleaning(payload, monkeypatch):
    # Two walls, not one: without the cleaner raw HTML is still text. Only link schemes depend on the cleaner.
    monkeypatch.setattr("registry.output.markdown._cleaned", lambda html: html)
    assert [
        danger for danger in dangers(to_html(payload)) if not danger.startswith(("link to", "code class"))
    ] == []


@given(st.text(st.characters(codec=None) | st.sampled_from("<>[]()!\"'`*_#:=-|\n &;\\"), max_size=300))
def test_any_text_at_all_gives_safe_html(text):
    assert dangers(to_html(text)) == []


def test_everyday_formatting_is_kept():
    html = to_html(
        "Some *fine* and **strong** `code`.\n\n- one\n- two\n\n[site](https://example.org/a?b=1&c=2)"
    )
    assert "<em>fine</em> and <strong>strong</strong> <code>code</code>" in html
    assert "<ul>\n<li>one</li>\n<li>two</li>\n</ul>" in html
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">site</a>' in html


def test_tables_keep_their_alignment_without_a_style_attribute():
    html = to_html("group | rate\n--|--:\nnorth | 0.91")
    assert '<th align="right">rate</th>' in html
    assert "style" not in html


def test_raw_html_is_shown_as_it_was_typed():
    assert to_html("age <b>below</b> 40") == "<p>age &lt;b&gt;below&lt;/b&gt; 40</p>"


@pytest.mark.parametrize(("top", "tags"), [(2, ["h2", "h3"]), (3, ["h3", "h4"]), (6, ["h6", "h6"])])
def test_headings_start_below_those_of_the_page(top, tags):
    assert re.findall(r"<(h\d)>", to_html("# A\n\n## B", top_heading=top)) == tags


def test_no_heading_can_be_the_first_of_the_page():
    assert "<h1" not in to_html("# A\n\nB\n=\n\n<h1>C</h1>")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a" * (MOST_CHARACTERS + 1), "characters"),
        ("a\n" * MOST_LINES, "lines"),
        ("[" * (MOST_OPENERS + 1), "signs"),
        ("<" * (MOST_OPENERS // 2) + "[" * (MOST_OPENERS // 2 + 1), "signs"),
        ("- " * 5_000 + "a", "too deeply"),
        ("a\n:   b\n" * 900, "too deeply"),
    ],
)
def test_a_text_that_would_take_too_long_is_named_and_shown_unformatted(text, says):
    assert [problem for problem in problems_with_markdown(text) if says in problem]
    html = to_html(text)
    assert html.startswith("<pre>")
    assert dangers(html) == []


def test_a_text_at_the_limits_is_formatted():
    text = "*a* " * (MOST_CHARACTERS // 4)
    assert problems_with_markdown(text) == []
    assert to_html(text).startswith("<p><em>a</em>")
    assert problems_with_prose("[" * MOST_OPENERS) == []
    assert problems_with_prose("a\n" * (MOST_LINES - 1)) == []


def test_the_unformatted_form_is_escaped():
    assert "<script" not in to_html("<script>" * (MOST_OPENERS + 1))


def test_control_characters_and_lone_surrogates_become_replacement_characters():
    assert to_html("a\x00b\x02c\x1bd\ud800e\x7f") == "<p>a\ufffdb\ufffdc\ufffdd\ufffde\ufffd</p>"


def test_a_reference_in_one_text_is_not_known_in_the_next():
    assert "href" in to_html("[x][1]\n\n[1]: https://example.org")
    assert "href" not in to_html("[x][1]")


def test_deep_nesting_leaves_the_interpreter_as_it_was():
    before = sys.getrecursionlimit()
    to_html("> " * 9_000 + "a")
    assert sys.getrecursionlimit() == before

"""Texts made fit for fields: summaries, Markdown that shows plain text as it stands, what says nothing."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.interchange.rules.texts import as_markdown, folded, prose, summarised, tidy
from registry.output.markdown import to_html


def shown(text: str) -> str:
    """What a reader sees of the text, without white space."""
    page = str(to_html(as_markdown(text)))
    return "".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_a_text_that_fits_is_its_own_summary():
    assert summarised("Reads forms.\nQuickly.", 350) == "Reads forms. Quickly."


def test_a_summary_ends_with_a_whole_sentence():
    text = (
        "The system reads the forms that people send in. " + "It then sorts them by topic and urgency. " * 12
    )
    summary = summarised(text, 350)
    assert summary.endswith("urgency.")
    assert len(summary) <= 350
    assert text.startswith(summary)


@pytest.mark.parametrize("abbreviation", ["e.g.", "i.e.", "U.S.", "Dr.", "vs.", "J."])
def test_an_abbreviation_does_not_end_a_sentence(abbreviation: str):
    text = (
        f"The tool supports the staff of the office in many of its tasks, {abbreviation} Sorting of letters "
        + "and more " * 60
    )
    assert not summarised(text, 350).endswith(abbreviation)


def test_a_single_long_sentence_is_cut_at_a_word():
    summary = summarised("word " * 200, 100)
    assert summary.endswith("word…")
    assert len(summary) <= 100


@settings(deadline=None)
@given(st.text(max_size=900), st.integers(80, 400))
def test_a_summary_never_exceeds_its_limit(text: str, limit: int):
    assert len(summarised(text, limit)) <= limit


@pytest.mark.parametrize(
    "text",
    [
        "# not a heading",
        "1. not a list\n2. still none",
        "- a\n- b",
        "* a\n* b",
        "+ a",
        "> quoted?",
        "*stars* and _lines_ and `ticks`",
        "snake_case and __init__ and 2*3*4",
        "[label](javascript:alert(1))",
        "![picture](http://x.example/p.png)",
        "[a]: http://x.example",
        "<script>alert(1)</script>",
        "<b>bold</b> & &lt;kept&gt; &copy;",
        "<http://x.example> <a@b.example>",
        "C:\\files\\*.csv \\| x",
        "title\n===\nmore\n---",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```\ncode\n```",
        "~~~\ncode\n~~~",
        "term\n: definition",
        "{: .red}",
        "    indented",
        "***",
        "!!! note",
        '["Machine Learning"]',
    ],
)
def test_markdown_signs_in_a_plain_text_are_shown_as_they_stand(text: str):
    assert shown(text) == "".join(text.split())
    assert "<a" not in str(to_html(as_markdown(text)))


def test_line_ends_and_paragraphs_are_kept():
    assert str(to_html(as_markdown("one\ntwo\n\nthree"))).replace("\n", "") == "<p>one<br>two</p><p>three</p>"


def test_ordinary_text_is_not_littered_with_signs():
    text = (
        'A tool (version 2.0) for 5-10 people: it\'s 100% snake_case & "quoted" - see http://x.example/a_b_c!'
    )
    assert as_markdown(text) == text


SIGNS = [
    *"*_`[](){}<>#+-.!|\\~=:&;^\"' \n\t1aB", "\n\n", "   ", "---", "***", "```", "~~~", "<b>", "<!--", "<a@b.c>", "<http://x.y>",
    "&lt;", "&#60;", "1. ", "- ", "> ", "===", "| a | b |", "|---|---|", ": def", "{: .x}", "[^1]", "[a]: http://x",
    "*[a]: b", "!!! note", "&copy;",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=14).map("".join))
def test_any_plain_text_is_shown_as_it_stands(text: str):
    assert shown(text.strip()) == "".join(text.split())


def test_without_the_marking_the_same_texts_would_be_formatted():
    assert "<strong>" in str(to_html("**bold**"))
    assert "<strong>" not in str(to_html(as_markdown("**bold**")))


def test_a_text_beyond_the_limits_of_a_field_is_shortened_and_says_so():
    marked, whole = prose("word " * 10_000, 20_000)
    assert not whole
    assert len(marked) <= 20_000
    assert marked.endswith("…")
    assert prose("[" * 3_000, 20_000)[1] is False
    assert prose("short", 20_000) == ("short", True)


def test_what_cannot_be_stored_becomes_visible():
    assert tidy("a\x00b\x0bc\ud800d\r\ne ") == "a\ufffdb\ufffdc\ufffdd\ne"


def test_carriage_returns_a_spreadsheet_left_behind_are_line_ends():
    assert tidy("one_x000D_\n_x000D_\ntwo_x000D_three") == "one\n\ntwo\nthree"


def test_folding_levels_what_publishers_tidy():
    assert folded("  No \u2013 \u201claw\u201d, it\u2019s\nso. ") == folded('NO - "Law", it\'s so')

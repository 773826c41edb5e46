"""Readers of single cells."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.interchange.rules.labels import tags_from
from registry.interchange.rules.values import (
    is_withheld,
    read_count,
    read_email,
    read_items,
    read_line,
    read_links,
    read_list_line,
    read_tags,
    read_word,
    read_yes_no,
    says_not_applicable,
    says_nothing,
)


@pytest.mark.parametrize(
    "text", ["", " ", "\u00a0", "N/A", "n/a ", "NA", "None", "not applicable.", "TBD", "-", "REDACTED"]
)
def test_some_texts_say_nothing(text: str):
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["N/A - this is why", "No", "0", "None of the above", "nonesuch"])
def test_some_texts_only_look_like_nothing(text: str):
    assert not says_nothing(text)


def test_a_reason_for_not_applying_is_recognised():
    assert says_not_applicable("N/A - never retired")
    assert says_not_applicable("Not applicable: internal")
    assert not says_not_applicable("NASA data")
    assert not says_not_applicable("None of the above")


def test_a_withheld_cell_is_recognised():
    assert is_withheld(" Redacted ")
    assert not is_withheld("Redaction helper")


def test_a_line_is_whole_only_when_nothing_of_it_changed():
    assert read_line(" Alpha ", 50).whole
    assert not read_line("Alpha  Beta", 50).whole
    assert read_line("Alpha\nBeta", 50).value == "Alpha Beta"
    shortened = read_line("word " * 30, 50)
    assert not shortened.whole
    assert len(shortened.value) <= 50


def test_a_wording_is_looked_up_and_an_unknown_one_is_told():
    words = {"in use": "live", "hard to say": None}
    assert read_word("In use.", words, "proposed", "stage").value == "live"
    silent = read_word("hard to say", words, "proposed", "stage")
    assert (silent.value, silent.problem) == (None, "")
    unknown = read_word("Somewhere", words, "in_development", "stage")
    assert unknown.value == "in_development"
    assert "recorded as in development" in unknown.problem
    assert "left open" in read_word("Somewhere", words, None, "kind").problem
    assert read_word("Somewhere", {**words, "*": "embedded"}, None, "kind").value == "embedded"


@pytest.mark.parametrize(
    ("text", "said"),
    [("Yes", "yes"), ("Y", "yes"), ("TRUE", "yes"), ("Yes \u2013 by the CAIO", "yes"), ("No\u00a0", "no"), ("NO", "no"),
     ("false", "no"), ("N/A", "unknown"), ("", "unknown"), ("Nobody knows", "unknown")],
)  # fmt: skip
def test_yes_and_no_are_read_from_the_first_word(text: str, said: str):
    assert read_yes_no(text) == said


def addresses(text: str) -> list[str]:
    return [link.url for link in read_links(text, "Code").value]


def test_web_addresses_become_links():
    assert addresses("https://a.example/x_y?z=1") == ["https://a.example/x_y?z=1"]
    assert addresses("https://a.example/1; https://b.example/2 -- note") == [
        "https://a.example/1",
        "https://b.example/2",
    ]
    assert addresses("https://a.example/1<br>https://b.example/2") == [
        "https://a.example/1",
        "https://b.example/2",
    ]
    assert addresses("see http://a.example/b.") == ["http://a.example/b"]
    assert addresses("Https://a.example") == ["https://a.example"]
    assert addresses("https://a.example https://a.example") == ["https://a.example"]
    assert read_links("https://a.example", "Code").whole
    assert not read_links("see https://a.example", "Code").whole


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        " JAVASCRIPT:alert(1)//http://a.example",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.example",
    ],
)
def test_other_schemes_become_no_links_and_are_told(text: str):
    reading = read_links(text, "Code")
    assert reading.value == ()
    assert reading.problem
    assert not reading.whole


@pytest.mark.parametrize("text", ["GSA GitHub", "Code is not public", "RASA 3.1, BERT"])
def test_a_text_without_an_address_is_kept_as_text_without_a_fuss(text: str):
    reading = read_links(text, "Code")
    assert (reading.value, reading.problem, reading.whole) == ((), "", False)


def test_an_address_with_credentials_without_a_host_or_too_long_is_told():
    for text in (
        "https://user:secret@a.example",
        "http://",
        "https://[bad",
        f"https://a.example/{'x' * 2_000}",
    ):
        reading = read_links(text, "Code")
        assert reading.value == ()
        assert not reading.whole
    assert "2,000" in read_links(f"https://a.example/{'x' * 2_000}", "Code").problem


def test_lists_are_read_from_json_and_from_separators():
    assert read_items('["Vision","Text","vision"]') == ("Vision", "Text")
    assert read_items("Vision; Text | Speech\nN/A") == ("Vision", "Text", "Speech")
    assert read_items('["Vision", 3]') == ('["Vision", 3]',)
    assert read_items("[not json]") == ("[not json]",)
    assert read_list_line('["Vision","Text"]', 50).value == "Vision, Text"
    assert read_list_line("Vision, Text", 50).whole


def test_tags_are_items_or_what_a_table_gives():
    assert read_tags("Health; Law", None, 80).value == ("Health", "Law")
    assert read_tags("x" * 81, None, 80).value == ()
    assert read_tags("x" * 81, None, 80).problem.startswith("A text too long for a tag")
    words = {"both": ["rights", "safety"], "rights": "rights", "neither": None}
    assert read_tags("Both", words, 80).value == ("rights", "safety")
    assert read_tags("Rights\n", words, 80).value == ("rights",)
    assert (read_tags("Neither", words, 80).value, read_tags("Neither", words, 80).problem) == ((), "")
    assert read_tags("Odd", words, 80).problem
    anything = read_tags("Odd", {**words, "*": None}, 80)
    assert (anything.value, anything.problem) == ((), "")


@pytest.mark.parametrize(
    "text",
    [
        ", ".join(f"a label of some length {n}" for n in range(9)),
        "; ".join(f"a label of some length {n}" for n in range(9)),
        "a label of some length 0; " + ", ".join(f"a label of some length {n}" for n in range(1, 9)),
    ],
)
def test_a_long_list_of_tags_is_read_whole_whatever_stands_between_them(text: str):
    found = read_tags(text, None, 80)
    assert tags_from(found.value) == (tuple(f"a label of some length {n}" for n in range(9)), "")
    assert found.problem == ""


def test_a_sentence_with_commas_makes_no_tags_and_is_told():
    said = "It reads the letters that come in by post every morning, and those that come by mail as they are."
    found = read_tags(f"Letters; {said}", None, 80)
    assert found.value == ("Letters",)
    assert found.problem


@pytest.mark.parametrize(
    ("text", "count"), [("12", 12), ("1,200", 1200), ("1 200 000", 1_200_000), ("3.0", 3), ("0", 0)]
)
def test_whole_numbers_are_read(text: str, count: int):
    assert read_count(text).value == count


@pytest.mark.parametrize("text", ["-1", "1-100", "about 5", "1.5", "99999999999", "1e3"])
def test_what_is_no_whole_number_is_told(text: str):
    assert read_count(text).value is None
    assert read_count(text).problem


def test_one_e_mail_address_is_taken_and_several_are_told():
    assert read_email("Ann Example <Ann@Example.org>").value == "ann@example.org"
    assert read_email("ann@example.org").whole
    assert read_email("a@x.org; b@x.org").value == ""
    assert "More than one" in read_email("a@x.org; b@x.org").problem
    assert read_email("Ann Example").value == ""


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_reader_takes_any_text(text: str):
    read_links(text, "x")
    read_tags(text, None, 80)
    read_list_line(text, 300)
    read_count(text)
    read_email(text)
    assert read_yes_no(text) in {"yes", "no", "unknown"}

"""The card as Markdown: readable as it stands, and inert in whatever reads it."""

import re
from dataclasses import replace

import markdown
import pytest
from hypothesis import given, settings

from registry.cards.render import to_markdown
from registry.output.markdown import to_html
from registry.systems.rules.record import Link
from tests.cards.sample import full, sparse
from tests.cards.strategies import ANY_FACTS, HOSTILE, QUICK
from tests.cards.test_html import Seen

HEADING = re.compile(r"(#+) (.*)")
# What a reader without any protection makes of the text: raw HTML passes, every link is a link.
READER = {"extensions": ["tables", "fenced_code"]}
HARMLESS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "em", "strong", "code", "pre", "blockquote", "hr", "br"),
    *("ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td"),
}


def headings(text, level):
    return [
        found[2] for found in map(HEADING.fullmatch, text.splitlines()) if found and len(found[1]) == level
    ]


def hostile(text):
    facts = full()
    return replace(
        facts,
        identity=replace(
            facts.identity, name=text, summary=text, description=text, links=(Link(text, text),)
        ),
        ownership=replace(facts.ownership, unit=text),
        use=replace(facts.use, intended=text, known_limitations=text),
        metrics=(replace(facts.metrics[0], name=text, unit=text, why_appropriate=text),),
    )


@given(ANY_FACTS)
@settings(QUICK)
def test_whatever_is_recorded_the_sections_are_the_only_headings_of_their_level(facts):
    text = to_markdown(facts)
    assert headings(text, 2) == headings(to_markdown(sparse()), 2)
    assert len(headings(text, 1)) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_typed_acts_in_a_reader_without_protection(text):
    made = markdown.markdown(to_markdown(hostile(text)), **READER)
    seen = Seen(made)
    assert seen.tags <= HARMLESS
    for name, value in seen.attributes:
        assert not name.startswith("on")
        if name == "href":
            assert re.match(r"https?://|mailto:", value), value


def test_the_reader_used_here_would_have_shown_what_acts():
    # If it did not, the test above could not fail.
    made = Seen(markdown.markdown("<script>x</script>\n\n[x](javascript:1)\n\n![x](http://a/b)", **READER))
    assert "script" in made.tags
    assert "img" in made.tags
    assert ("href", "javascript:1") in made.attributes


def test_the_text_reads_well_as_it_stands():
    text = to_markdown(full())
    assert text.startswith("# AI-0001 Claims triage\n")
    assert "**2.2 Unit:** Halden Mutual / Claims" in text
    assert "| Accountable owner | Ada Brandt | ada.brandt@halden.example | 3 Feb 2026 | 3 Feb 2026 |" in text
    assert "> The burst pipe waits behind two hundred scratched bumpers." in text
    assert "**3.1e Value realised**" in text
    assert "<https://git.halden.example/claims/triage>" in text
    assert "*Not stated, for the register has no field for it:* 14.2 Standards" in text


def test_what_is_not_stated_or_not_measured_says_so_in_its_place():
    text = to_markdown(sparse())
    assert "**3.1a Problem:** *not stated*" in text
    assert "**3.1e Value realised:** *not measured*" in text
    assert "**Restricted:**" in text


def test_our_own_reader_shows_every_section():
    # A whole card is longer than any text that people type, so it is read section by section.
    parts = to_markdown(full()).split("\n## ")
    assert sum(to_html(f"## {part}", 2).count("<h3>") for part in parts[1:]) == 16

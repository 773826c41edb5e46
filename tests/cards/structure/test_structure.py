"""What PDF/A-3a and PDF/UA-1 ask of a card, as far as a library can look it up; docs/cards-structure.md has the list."""

import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from registry.output.html import environment
from registry.output.markdown import to_html
from registry.output.pdf import Attached, PdfIdentity, Relationship, from_html
from tests.architecture.tree import ROOT
from tests.cards.structure import defects, of_drawing, of_file, of_tags
from tests.cards.structure.opened import CHECKS, Opened
from tests.output.pdf.sample import RUNNING, chart

PAGE = """{% extends "print.html" %}{% block body %}<h1>A card</h1><section><h2>Text</h2>{{ prose }}</section>
<section><h2>Figures</h2><figure class="chart-figure">{{ svg }}</figure><table><caption>C</caption><thead><tr><th scope="col">A</th>
<th scope="col">B</th></tr></thead><tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table></section>{% endblock %}"""
PROSE = """**See** [the policy](https://example.org/policy), `code`, 漢 \U000f1234.

1. one
2. two
    - inner

> quoted

term
: definition

### Of the third level

text

### Of the third again
"""
IDENTITY = PdfIdentity("A card", "Northern Group", "AI-0042", "en", datetime(2026, 11, 22, tzinfo=UTC), "x")
ATTACHED = Attached("card.json", "application/json", b"{}", Relationship.SOURCE, "The stated facts")
SEEDED = [(name, change) for name, changes in defects.OBJECTS.items() for change in changes]
SEEDED_BYTES = [(name, change) for name, changes in defects.BYTES.items() for change in changes]


def problems_of(card):
    return {name: found for name, check in CHECKS.items() if (found := list(check.run(card)))}


@pytest.fixture(scope="module")
def made():
    shell = environment().from_string(PAGE)
    html = shell.render(running=RUNNING, status="draft", prose=to_html(PROSE), svg=chart().svg)
    return from_html(html, identity=IDENTITY, attachments=[ATTACHED])


def test_a_document_with_one_of_everything_meets_every_requirement(made):
    card = Opened(made)
    assert problems_of(card) == {}
    numbered = [str(each.attribute("/ListNumbering")) for each in card.of_kind("L")]
    assert numbered == ["/Decimal", "/Circle", "None"]
    headings = [each.kind for each in card.elements if re.fullmatch("H[1-6]", each.kind)]
    assert headings == ["H1", "H2", "H3", "H3", "H2"]
    assert {str(each.attribute("/Scope")) for each in card.of_kind("TH")} == {"/Column", "/Row"}


def found_by(name, card):
    try:
        return list(CHECKS[name].run(card))
    except (AttributeError, KeyError, TypeError, ValueError) as broken:
        return [f"cannot be looked at: {broken}"]


def test_every_check_finds_what_was_broken_for_it(made):
    missed = [
        f"{name}, defect {number}"
        for number, (name, change) in enumerate(SEEDED)
        if not found_by(name, Opened(made, change))
    ]
    for number, (name, change) in enumerate(SEEDED_BYTES):
        broken = Opened(made)
        broken.raw = change(made)
        missed += [] if found_by(name, broken) else [f"{name}, changed bytes {number}"]
    assert missed == []
    assert {name for name, _ in (*SEEDED, *SEEDED_BYTES)} == CHECKS.keys()


def test_the_list_in_the_documents_is_the_list_of_checks():
    told = set()
    for line in (ROOT / "docs" / "cards-structure.md").read_text().splitlines():
        found = re.fullmatch(r"\| ((?:A|UA) [\d.]+) \| .+ \| ((?:`\w+`(?:, )?)+) \|", line)
        if found:
            told |= {(found[1], name) for name in re.findall(r"`(\w+)`", found[2])}
    checks = {(clause, check.name) for check in CHECKS.values() for clause in check.clauses}
    assert told == checks
    assert {check.run.__module__.rpartition(".")[2] for check in CHECKS.values()} == {
        each.__name__.rpartition(".")[2] for each in (of_drawing, of_file, of_tags)
    }


@pytest.mark.skipif(shutil.which("verapdf") is None, reason="veraPDF is not on the path")
@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_verapdf_finds_nothing_wrong(made, tmp_path, flavour):
    path = tmp_path / "card.pdf"
    path.write_bytes(made)
    done = subprocess.run(
        ["verapdf", "--flavour", flavour, "--format", "text", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("PASS"), done.stdout + done.stderr

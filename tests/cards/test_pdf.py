"""The card as PDF: the facts inside it, the same bytes every time, and everything an auditor looks for on its pages."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import pikepdf
import pytest

from registry.cards.render import edition_pdf, to_pdf
from registry.cards.render.checking import check_card
from registry.cards.rules.canonical import card_json, content_hash
from registry.cards.rules.frozen import Frozen
from tests.cards.sample import full, sparse
from tests.cards.strategies import HOSTILE
from tests.cards.structure.opened import Opened
from tests.cards.structure.test_structure import problems_of

ELSEWHERE = """
import hashlib
from registry.cards.render import to_pdf
from tests.cards.sample import full
print(hashlib.sha256(to_pdf(full())).hexdigest())
"""


@pytest.fixture(scope="module")
def printed():
    then = edition_pdf(Frozen.draft(sparse(), date(2026, 10, 1)))
    return {"full": to_pdf(full()), "sparse": to_pdf(sparse()), "then": then}


@pytest.fixture
def opened(printed):
    with pikepdf.open(io.BytesIO(printed["full"])) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def words(printed, tmp_path_factory):
    """The text of a card, page by page, as another program reads it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    folder = tmp_path_factory.mktemp("cards")

    def read(name):
        path = folder / f"{name}.pdf"
        path.write_bytes(printed[name])
        text = subprocess.run(
            ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
        ).stdout
        return [" ".join(page.split()) for page in text.split("\f")[:-1]]

    return read


def test_the_attachment_is_the_facts_byte_for_byte(opened):
    attached = opened.attachments["card.json"]
    assert attached.get_file().read_bytes() == card_json(full())
    assert attached.get_file().mime_type == "application/json"
    assert list(opened.attachments) == ["card.json"]
    (associated,) = opened.Root.AF
    assert associated.AFRelationship == pikepdf.Name.Source
    assert content_hash(full()) in str(associated.Desc)


def test_its_date_and_identity_are_those_of_the_record(opened):
    assert str(opened.docinfo.CreationDate) == "D:20261122160509Z"
    assert str(opened.docinfo.Title) == "AI-0001 Claims triage: AI system card, draft, not signed off"
    assert str(opened.docinfo.Author) == "Halden Mutual / Claims"
    assert str(opened.docinfo.Subject) == "Sorts incoming claims by urgency."


def test_it_claims_both_standards_and_is_tagged(opened):
    packet = opened.Root.Metadata.read_bytes().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in packet
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet
    assert bool(opened.Root.MarkInfo.Marked)
    assert str(opened.Root.Lang) == "en"
    assert opened.Root.Outlines.Count > 16


def test_a_full_and_a_bare_card_meet_every_requirement_a_library_can_look_up(printed):
    found = {name: problems_of(Opened(pdf)) for name, pdf in printed.items()}
    assert found == {"full": {}, "sparse": {}, "then": {}}


def kinds(element, found):
    """Every structure element below this one, by its type."""
    for kid in element.K if isinstance(element.get("/K"), pikepdf.Array) else []:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found.setdefault(str(kid.S), []).append(kid)
            kinds(kid, found)
    return found


def test_every_drawing_has_words_for_who_cannot_see_it(opened):
    figures = kinds(opened.Root.StructTreeRoot.K[0], {})["/Figure"]
    drawn = [str(each.Alt) for each in figures]
    assert len(drawn) == 2
    assert all(words.strip() for words in drawn)


def test_heads_of_rows_and_columns_are_tagged_as_heads(opened):
    found = kinds(opened.Root.StructTreeRoot.K[0], {})
    assert len(found["/TH"]) > 60
    assert {"/H1", "/H2", "/H3", "/H4"} <= found.keys()


def test_lists_and_tables_hold_what_the_standard_lets_them_hold(opened):
    allowed = {
        "/L": {"/LI"},
        "/LI": {"/Lbl", "/LBody"},
        "/Table": {"/Caption", "/THead", "/TBody"},
        "/THead": {"/TR"},
        "/TBody": {"/TR"},
        "/TR": {"/TH", "/TD"},
    }
    found = kinds(opened.Root.StructTreeRoot.K[0], {})
    for kind, inside in allowed.items():
        assert found[kind]
        for element in found[kind]:
            assert {str(kid.S) for kid in element.K if isinstance(kid, pikepdf.Dictionary)} <= inside


def test_the_same_facts_give_the_same_bytes_in_other_processes(printed):
    made = {
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path), "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("424242", "Pacific/Auckland"))
    }
    assert made == {hashlib.sha256(printed["full"]).hexdigest()}


def test_another_record_is_another_document(printed):
    later = replace(sparse().origin, at=sparse().origin.at + timedelta(seconds=1))
    assert to_pdf(replace(sparse(), origin=later)) != printed["sparse"]


def test_another_program_finds_owner_objective_metric_and_sources_in_it(words):
    text = " ".join(words("full")).replace("\u00a0", " ")
    for found in (
        "Ada Brandt",
        "ada.brandt@halden.example",
        "Claims triage",
        "The burst pipe waits behind two hundred scratched bumpers.",
        "Waiting time of urgent claims",
        "31.0 hours",
        "DS-0001 Claims ledger",
        "DS-0003 Weather warnings",
        "Photographs taken in the dark",
        content_hash(full()),
        full().origin.leaf,
        "ledger entry 20,417",
        "Revision 12",
        "baseline 2026.1",
    ):
        assert found in text, found


def test_the_first_page_stands_for_itself(words):
    first = words("full")[0]
    for found in (
        "Ada Brandt",
        "AI-0001",
        "required fields stated",
        content_hash(full()),
        "draft, not signed off",
    ):
        assert found in first
    assert "0 Document control" not in first


def test_each_page_says_what_it_belongs_to(words):
    for name, title, key in (
        ("full", "Claims triage", "AI-0001"),
        ("sparse", "RESTRICTED · Sentinel", "AI-0002"),
    ):
        pages = words(name)
        for number, page in enumerate(pages, 1):
            assert page.startswith(f"{title} {key} · draft")
            assert f"Page {number} of {len(pages)}" in page
            assert "Record of 22 Nov 2026" in page


def test_all_sections_are_printed_with_their_numbers(words):
    text = " ".join(words("sparse"))
    for number, title in (
        (0, "Document control"),
        (5, "Risk and legal classification"),
        (13, "Incidents"),
        (15, "References"),
    ):
        assert f"{number} {title}" in text
    assert "No incident is recorded" in text
    assert "Required and not stated:" in text


def test_a_bare_record_fits_on_five_pages_and_a_full_one_on_eleven(words):
    assert len(words("sparse")) <= 5
    assert len(words("full")) <= 11


def test_a_hostile_record_is_a_card_like_any_other(tmp_path):
    facts = full()
    text = "\n\n".join(HOSTILE)
    hostile = replace(
        facts,
        identity=replace(facts.identity, name=" ".join(HOSTILE), summary=text, description=text),
        ownership=replace(facts.ownership, unit=text, legal_roles=text),
        metrics=(replace(facts.metrics[0], name=text, unit="<b>%</b>", why_appropriate=text),),
    )
    with pikepdf.open(io.BytesIO(to_pdf(hostile))) as pdf:
        assert list(pdf.attachments) == ["card.json"]
        assert pdf.attachments["card.json"].get_file().read_bytes() == card_json(hostile)
        targets = [
            str(note.A.URI)
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        ]
        assert all(re.match(r"https?://", target) for target in targets)
        assert not any(
            "/JavaScript" in str(thing) for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)
        )


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_a_record_of_the_longest_texts_is_whole(tmp_path):
    sentence = "A sentence of nine words stands here once more. "
    long = (sentence * 500)[:20_000]
    facts = full()
    most = replace(facts, use=replace(facts.use, intended=long, known_limitations=long))
    path = tmp_path / "long.pdf"
    path.write_bytes(to_pdf(most))
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    # Words must not be lost where pages break.
    assert " ".join(text.split()).count("nine words") >= 2 * long.count("nine words") - 2 * text.count("\f")


def test_a_draft_of_a_past_day_says_so_on_each_page_and_is_checked_like_any_other(printed, words):
    pages = words("then")
    assert [page for page in pages if "as of 1 Oct 2026" not in page] == []
    assert "As the record stood when 1 Oct 2026 ended (UTC)" in pages[0]
    assert attached_to(printed["then"]) == attached_to(printed["sparse"]) == card_json(sparse())
    checked = check_card(printed["then"])
    assert [each.name for each in checked.checks if not each.passed] == ["approval"]
    assert "as it stood when 1 Oct 2026 ended" in str(checked.checks)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed["then"])) as pdf:
        pdf.docinfo["/Title"] = str(pdf.docinfo["/Title"]).replace("2026-10-01", "2026-10-02")
        pdf.save(out, static_id=True)
    redated = check_card(out.getvalue())
    assert [each.name for each in redated.checks if each.passed is False] == ["print"]


def attached_to(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return opened.attachments["card.json"].get_file().read_bytes()

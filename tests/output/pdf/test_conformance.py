"""What PDF/A-3a and PDF/UA-1 ask for, looked up in the file itself."""

import io
import re
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from registry.output.pdf import Printer, from_html
from tests.output.pdf.sample import chart, page

NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "ext": "http://www.aiim.org/pdfa/ns/extension/",
    "schema": "http://www.aiim.org/pdfa/ns/schema#",
}


@pytest.fixture(scope="module")
def made(printer, identity, attachments):
    return printer.make(page(status="draft"), identity=identity, attachments=attachments).pdf


@pytest.fixture
def pdf(made, opened):
    return opened(made)


@pytest.fixture
def xmp(pdf):
    return etree.fromstring(pdf.Root.Metadata.read_bytes())


def text_at(xmp, path):
    return xmp.xpath(f"string(//{path})", namespaces=NAMES)


def test_one_packet_with_one_rdf_block_claims_both_standards(xmp):
    assert len(xmp.xpath("//rdf:RDF", namespaces=NAMES)) == 1
    assert (text_at(xmp, "pdfaid:part"), text_at(xmp, "pdfaid:conformance")) == ("3", "A")
    assert text_at(xmp, "pdfuaid:part") == "1"
    assert text_at(xmp, "ext:schemas//schema:namespaceURI") == NAMES["pdfuaid"]
    assert text_at(xmp, "ext:schemas//schema:prefix") == "pdfuaid"


def test_the_packet_and_the_information_dictionary_say_the_same(xmp, pdf, identity):
    info = pdf.docinfo
    assert text_at(xmp, "dc:title") == str(info.Title) == identity.title
    assert text_at(xmp, "dc:creator") == str(info.Author) == identity.author
    assert text_at(xmp, "dc:description") == str(info.Subject) == identity.subject
    assert text_at(xmp, "xmp:CreatorTool") == str(info.Creator)
    assert text_at(xmp, "pdf:Producer") == str(info.Producer)
    assert text_at(xmp, "xmp:CreateDate") == text_at(xmp, "xmp:ModifyDate") == "2026-11-22T10:30:05Z"
    assert str(info.CreationDate) == str(info.ModDate) == "D:20261122103005Z"


def test_the_tool_names_every_program_that_decided_the_bytes(xmp, printer, identity):
    tool = text_at(xmp, "xmp:CreatorTool")
    assert re.fullmatch(
        r"AI registry \(WeasyPrint [\d.]+, pydyf [\d.]+, Pango [\d.]+, HarfBuzz [\d.]+, zlib [\w.-]+, fonts [0-9a-f]{12}\)",
        tool,
    )
    assert printer.make(page(status="draft"), identity=identity).engine in tool


def test_the_packet_can_be_read_without_reading_pdf(made):
    assert b"<pdfaid:part>3</pdfaid:part>" in made


def test_the_document_is_marked_tagged_titled_and_has_a_language(pdf, identity):
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == identity.language
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert all(sheet.Tabs == "/S" for sheet in pdf.pages)
    assert pdf.Root.PageMode == "/UseOutlines"


def test_colours_are_defined_by_an_embedded_profile(pdf):
    (intent,) = pdf.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"


def test_every_font_is_embedded_and_maps_back_to_text(pdf):
    fonts = [
        obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/Font"
    ]
    outer = [font for font in fonts if font.Subtype == "/Type0"]
    assert outer
    for font in outer:
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
        assert "/ToUnicode" in font


def test_attachments_carry_type_relationship_and_fixed_dates(pdf, attachments):
    assert list(pdf.attachments) == ["bom.cdx.json", "card.json"]
    assert len(pdf.Root.AF) == len({file.objgen for file in pdf.Root.AF}) == 2
    for file in pdf.Root.AF:
        each = next(a for a in attachments if a.name == str(file.UF))
        content = file.EF.F
        assert content.read_bytes() == each.data
        assert file.AFRelationship == f"/{each.relationship}"
        assert content.Subtype == f"/{each.mime}"
        assert str(file.Desc) == each.description
        assert str(content.Params.ModDate) == str(content.Params.CreationDate) == "D:20261122103005Z"


def test_the_identifier_is_fixed(pdf, made, printer, identity, opened):
    other = opened(printer.make("<h1>other</h1>", identity=identity).pdf)
    assert bytes(pdf.trailer.ID[0]) == bytes(other.trailer.ID[0])
    assert bytes(pdf.trailer.ID[1]) != bytes(other.trailer.ID[1])


def elements_of(pdf):
    """(type, element) for everything that can be reached from the root of the structure tree."""
    waiting = [pdf.Root.StructTreeRoot.K[0]]
    while waiting:
        element = waiting.pop(0)
        yield str(element.S), element
        waiting[:0] = [
            kid for kid in element.get("/K", []) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
        ]


def test_headings_tables_lists_links_and_figures_are_in_the_structure(pdf):
    found = [kind for kind, _ in elements_of(pdf)]
    assert [kind for kind in found if kind.startswith("/H")] == ["/H1", "/H2", "/H2", "/H2"]
    assert {
        "/Table",
        "/TR",
        "/TH",
        "/TD",
        "/Caption",
        "/L",
        "/LI",
        "/LBody",
        "/Link",
        "/P",
        "/Figure",
    } <= set(found)


def test_a_figure_says_in_words_what_it_shows(pdf):
    figures = [element for kind, element in elements_of(pdf) if kind == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == [f"{chart().title}. {chart().description}"]


def test_links_have_a_description_and_reach_the_network_only_by_web_or_mail(pdf):
    links = [note for sheet in pdf.pages for note in sheet.get("/Annots", [])]
    assert [str(note.A.URI) for note in links] == ["https://example.org/policy"]
    assert all(str(note.Contents) for note in links)


def test_headings_become_bookmarks(pdf):
    with pdf.open_outline() as outline:
        (first,) = outline.root
        assert first.title == "Sorting of claims & letters"
        assert [child.title for child in first.children] == ["1 Ownership", "2 Objective", "3 Data"]


def marks_of(sheet):
    """For every piece of text drawn on a page: the number of its mark, or "artifact", or None."""
    open_marks = []
    for instruction in pikepdf.parse_content_stream(sheet):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "BMC":
            open_marks.append("artifact" if operands[0] == "/Artifact" else None)
        elif operator == "BDC":
            number = operands[1].get("/MCID")
            open_marks.append("artifact" if operands[0] == "/Artifact" else number)
        elif operator == "EMC":
            open_marks.pop()
        elif operator in {"Tj", "TJ"}:
            yield next((mark for mark in open_marks if mark is not None), None)


def numbers_in_tree(pdf):
    pages = {sheet.objgen: index for index, sheet in enumerate(pdf.pages)}
    for _, element in elements_of(pdf):
        for kid in element.get("/K", []):
            if not isinstance(kid, pikepdf.Dictionary):
                yield pages[element.Pg.objgen], int(kid)


def test_all_text_is_in_the_structure_or_a_running_head(pdf):
    in_tree = set(numbers_in_tree(pdf))
    assert len(pdf.pages) >= 3
    for index, sheet in enumerate(pdf.pages):
        marks = list(marks_of(sheet))
        assert None not in marks
        assert {(index, int(mark)) for mark in marks if mark != "artifact"} <= in_tree
        # title, key, date, hash, page number
        assert marks.count("artifact") >= 5


def test_as_the_engine_leaves_it_running_heads_would_hang_outside_the_structure(
    identity, monkeypatch, tmp_path
):
    # The seeded defect: the same check on a file made without the step that marks running heads.
    monkeypatch.setattr("registry.output.pdf.printer._START", _START_WITHOUT_HEADS)
    with pikepdf.open(io.BytesIO(from_html(page(), identity=identity))) as pdf:
        loose = {int(mark) for mark in marks_of(pdf.pages[0]) if mark != "artifact"} - {
            number for index, number in numbers_in_tree(pdf) if index == 0
        }
    assert len(loose) >= 5


_START_WITHOUT_HEADS = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from registry.output.pdf import composed
composed.mark_running_heads = lambda pdf: None
from registry.output.pdf.child import main
main(sys.argv[1:])
"""


def test_a_watermark_is_drawn_but_not_read_aloud(made, printer, identity, opened):
    plain = opened(printer.make(page(), identity=identity).pdf)
    marked = opened(made)
    assert list(numbers_in_tree(plain)) == list(numbers_in_tree(marked))
    assert plain.pages[0].Contents.read_bytes() != marked.pages[0].Contents.read_bytes()


@pytest.mark.parametrize("status", ["draft", "in-review", "preview", "superseded", "withdrawn"])
def test_every_status_has_a_watermark(status, printer, identity):
    bare = printer.make(page(), identity=identity)
    marked = printer.make(page(status=status), identity=identity)
    assert marked.pages == bare.pages
    assert marked.refused == 0
    assert len(marked.pdf) > len(bare.pdf)


DEJAVU = Path("/usr/share/fonts/truetype/dejavu")


@pytest.fixture
def without_inter(tmp_path, monkeypatch):
    """A font configuration that knows DejaVu alone."""
    path = tmp_path / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{DEJAVU}</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(path))


@pytest.mark.skipif(not DEJAVU.is_dir(), reason="DejaVu is not installed where Debian puts it")
def test_without_inter_the_document_is_set_in_dejavu(without_inter, identity, opened):
    pdf = opened(from_html(page(), identity=identity))
    names = {
        str(obj.BaseFont) for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary) and "/BaseFont" in obj
    }
    assert names
    assert all("DejaVu" in name for name in names)


@pytest.mark.skipif(not DEJAVU.is_dir(), reason="DejaVu is not installed where Debian puts it")
def test_a_validator_of_pdf_a_3_finds_nothing_wrong(without_inter, identity, attachments):
    """The validator knows level B and no extension schemas; the packet is reduced to that, the rest stays as made."""
    pytest.importorskip("jsonschema", reason="the PDF/A validator needs pikepdf[pdfa]")
    from pikepdf import pdfa

    with Printer(renders_per_child=1) as printer:
        made = printer.make(page(status="draft"), identity=identity, attachments=attachments).pdf
    with pikepdf.open(io.BytesIO(made)) as pdf:
        packet = pdf.Root.Metadata.read_bytes().replace(b"conformance>A<", b"conformance>B<")
        for name in (b"pdfuaid", b"pdfaExtension"):
            packet = re.sub(
                rb'<rdf:Description rdf:about="" xmlns:%s=.*?\n</rdf:Description>' % name,
                b"",
                packet,
                flags=re.DOTALL,
            )
        pdf.Root.Metadata.write(packet)
        reduced = io.BytesIO()
        pdf.save(reduced)
    report = pdfa.validate_written(reduced, "3b")
    assert report.verdict == "pass", report.summary()

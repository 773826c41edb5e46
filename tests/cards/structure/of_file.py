"""The file itself: its bytes, its limits, its metadata, what is attached to it and what it must not carry."""

import re
from typing import Any

import pikepdf

from tests.cards.structure.opened import (
    NAMES,
    Array,
    Dictionary,
    Name,
    Opened,
    Problems,
    Stream,
    asked_by,
    text_at,
)

FILTERS = {
    "/FlateDecode",
    "/ASCIIHexDecode",
    "/ASCII85Decode",
    "/RunLengthDecode",
    "/DCTDecode",
    "/JPXDecode",
}


@asked_by("A 6.1.2")
def the_header_begins_the_file_and_says_it_is_binary(card: Opened) -> Problems:
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", card.raw):
        yield "the file does not begin with a version and a comment of four bytes over 127"
    if not re.fullmatch(r"/1\.[0-7]", str(card.root.get("/Version", "/1.7"))):
        yield "the catalogue raises the version beyond what the standard is of"


@asked_by("A 6.1.3")
def the_trailer_has_an_identifier_and_nothing_follows_the_end(card: Opened) -> Problems:
    if not re.search(rb"%%EOF(\r\n|\n|\r)?\Z", card.raw):
        yield "something follows the end of the file"
    identifiers = card.pdf.trailer.get("/ID", [])
    if len(identifiers) != 2 or not all(bytes(each) for each in identifiers):
        yield "the trailer has no identifier of two parts"


@asked_by("A 6.1.3", "UA 7.16")
def nothing_is_encrypted(card: Opened) -> Problems:
    if card.pdf.is_encrypted or "/Encrypt" in card.pdf.trailer:
        yield "the file is encrypted"


@asked_by("A 6.1.4", "A 6.1.7", "A 6.1.9")
def each_object_is_as_long_as_it_says_and_spaced_as_it_must_be(card: Opened) -> Problems:
    at, end = card.raw.index(b"\n", 10) + 1, card.raw.find(b"startxref\n")
    while at < end:
        head = re.compile(rb"\d+ 0 obj\n<<(?:[^>]|>(?!>))*?>>\nstream\n|\d+ 0 obj\n<<", re.DOTALL).match(
            card.raw, at
        )
        length = re.search(rb"/Length (\d+)", head[0]) if head else None
        if head is None:
            yield f"at byte {at} no object begins on a line of its own"
            return
        if length is None:
            end_of = re.compile(rb"\nendobj\n").search(card.raw, head.end())
            at = end_of.end() if end_of else end
            continue
        tail = re.compile(rb"\r?\nendstream\nendobj\n").match(card.raw, head.end() + int(length[1]))
        if tail is None:
            yield f"the stream at byte {head.start()} is not as long as it says"
            return
        at = tail.end()


@asked_by("A 6.1.6")
def hexadecimal_strings_are_whole(card: Opened) -> Problems:
    for page in card.pdf.pages:
        for text in re.findall(rb"(?<!<)<([^<>]*)>(?!>)", page.Contents.read_bytes()):
            if len(text) % 2 or not re.fullmatch(rb"[0-9A-Fa-f\s]*", text):
                yield f"a string is written as <{text[:20]!r}>"


@asked_by("A 6.1.7")
def streams_lie_in_the_file_and_are_packed_by_a_filter_that_stays(card: Opened) -> Problems:
    for each in (one for one in card.dictionaries if isinstance(one, Stream)):
        if {"/F", "/FFilter", "/FDecodeParms"} & set(each.keys()):
            yield "a stream keeps its content in another file"
        packed = each.get("/Filter", Array())
        for one in packed if isinstance(packed, Array) else [packed]:
            if str(one) not in FILTERS:
                yield f"a stream is packed by {one}"


@asked_by("A 6.1.8", "A 6.1.13")
def names_strings_and_numbers_keep_to_the_limits(card: Opened) -> Problems:
    for each in card.values:
        if isinstance(each, Name) and len(str(each).encode()) > 127:
            yield "a name is longer than 127 bytes"
        if isinstance(each, pikepdf.String) and len(bytes(each)) > 32_767:
            yield "a string is longer than 32,767 bytes"
        if isinstance(each, int) and not -(2**31) <= each < 2**31:
            yield f"the number {each} is beyond 32 bits"
    if len(card.pdf.objects) > 8_388_607:
        yield "there are more objects than a file may have"


@asked_by("A 6.1.13")
def pages_have_a_size_a_reader_must_know(card: Opened) -> Problems:
    for page in card.pdf.pages:
        left, bottom, right, top = (float(each) for each in page.MediaBox)
        if not (3 <= right - left <= 14_400 and 3 <= top - bottom <= 14_400):
            yield "a page is too small or too large"


@asked_by("A 6.1.12", "A 6.4.1", "A 6.4.2", "UA 7.15")
def no_form_but_a_signature_asks_for_anything(card: Opened) -> Problems:
    if "/Perms" in card.root:
        yield "the file sets permissions"
    form = card.root.get("/AcroForm")
    if form is None:
        return
    if "/XFA" in form or form.get("/NeedAppearances"):
        yield "the form is one of XML, or has no appearances of its own"
    for each in form.get("/Fields", []):
        if each.get("/FT") != "/Sig":
            yield f"there is a field of the kind {each.get('/FT')}"


@asked_by("A 6.5.1", "A 6.5.2", "UA 7.19")
def nothing_acts_but_links(card: Opened) -> Problems:
    kinds = {
        "/JavaScript",
        "/Launch",
        "/Sound",
        "/Movie",
        "/ResetForm",
        "/ImportData",
        "/Hide",
        "/SetOCGState",
    }
    kinds |= {"/Rendition", "/Trans", "/GoTo3DView", "/SubmitForm", "/GoToR", "/GoToE", "/Named"}
    for each in card.dictionaries:
        if str(each.get("/S")) in kinds or (
            each.get("/Type") == "/Action" and each.get("/S") not in ("/URI", "/GoTo")
        ):
            yield f"an action of the kind {each.get('/S')}"
        if "/AA" in each or "/JS" in each:
            yield "something happens without being asked for"
    if "/OpenAction" in card.root or "/JavaScript" in card.root.get("/Names", {}):
        yield "something happens when the file is opened"


@asked_by("A 6.9", "A 6.10", "A 6.11", "UA 7.10")
def everybody_is_shown_the_same(card: Opened) -> Problems:
    for key in ("/OCProperties", "/Requirements", "/NeedsRendering"):
        if key in card.root:
            yield f"the catalogue has {key}"
    if "/AlternatePresentations" in card.root.get("/Names", {}) or any(
        "/PresSteps" in page for page in card.pdf.pages
    ):
        yield "there is a presentation beside the pages"


@asked_by("A 6.6.2.1", "UA 7.1")
def one_packet_describes_the_document(card: Opened) -> Problems:
    stream = card.root.get("/Metadata")
    if stream is None or stream.get("/Type") != "/Metadata" or stream.get("/Subtype") != "/XML":
        yield "there is no metadata stream"
        return
    written = stream.read_bytes()
    head = written.partition(b"?>")[0]
    if b"bytes=" in head or b"encoding=" in head or not written.startswith(b"<?xpacket begin="):
        yield "the head of the packet has an attribute it may not have"
    if len(card.packet.xpath("//rdf:RDF", namespaces=NAMES)) != 1:
        yield "the packet has not one block"


@asked_by("A 6.6.4", "UA 5")
def both_standards_are_claimed(card: Opened) -> Problems:
    said = [text_at(card.packet, each) for each in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")]
    if said != ["3", "A", "1"]:
        yield f"the packet claims {said}"


@asked_by("A 6.6.2.3", "UA 5")
def each_property_is_of_a_known_schema_or_described(card: Opened) -> Problems:
    described = {
        (text_at(each, "schema:namespaceURI"), name.text)
        for each in card.packet.xpath("//ext:schemas/rdf:Bag/rdf:li", namespaces=NAMES)
        for name in each.xpath(".//property:name", namespaces=NAMES)
    }
    known = {NAMES[each] for each in ("pdfaid", "dc", "xmp", "pdf", "ext")}
    for each in card.packet.xpath("//rdf:Description/*", namespaces=NAMES):
        space, _, name = each.tag[1:].partition("}")
        if space not in known and (space, name) not in described:
            yield f"{name} of {space} is not described"


@asked_by("A 6.6.3")
def the_information_dictionary_says_the_same_as_the_packet(card: Opened) -> Problems:
    info = card.pdf.docinfo
    for path, key in (
        ("dc:title", "/Title"),
        ("dc:creator", "/Author"),
        ("dc:description", "/Subject"),
        ("xmp:CreatorTool", "/Creator"),
        ("pdf:Producer", "/Producer"),
    ):
        if text_at(card.packet, path) != str(info.get(key, "")):
            yield f"{key} and {path} differ"
    for path, key in (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate")):
        if re.sub(r"\D", "", text_at(card.packet, path)) != re.sub(r"\D", "", str(info.get(key, ""))):
            yield f"{key} and {path} differ"


@asked_by("UA 7.1")
def the_title_is_shown_and_stated(card: Opened) -> Problems:
    if not card.root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "a window shows the name of the file and not the title"
    if not text_at(card.packet, "dc:title").strip():
        yield "the packet states no title"


@asked_by("A 6.8", "UA 7.11")
def what_is_attached_says_what_it_is_and_for_what(card: Opened) -> Problems:
    associated = {each.objgen for each in card.root.get("/AF", [])}
    for each in (one for one in card.dictionaries if "/EF" in one):
        yield from _attached(each, associated)


def _attached(each: Any, associated: set[tuple[int, int]]) -> Problems:
    name = str(each.get("/UF", ""))
    if not name or not str(each.get("/F", "")):
        yield "an attached file has no name"
    if each.get("/AFRelationship") not in ("/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"):
        yield f"{name} does not say what it is to the document"
    if each.objgen not in associated:
        yield f"{name} is not associated with the document"
    if not str(each.get("/Desc", "")):
        yield f"{name} is not described"
    content = each.EF.F
    if not re.fullmatch(r"/[-\w+.]+/[-\w+.]+", str(content.get("/Subtype", ""))):
        yield f"{name} has no media type"
    params = content.get("/Params", Dictionary())
    if "/ModDate" not in params or params.get("/Size") != len(content.read_bytes()):
        yield f"{name} does not say how large it is and when it was changed"

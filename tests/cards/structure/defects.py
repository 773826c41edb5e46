"""One thing wrong in a copy of a document, or more, for each check of the structure; each check has to find its own."""

import re
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from tests.cards.structure.broken import (
    Change,
    annotation,
    attached,
    attributes,
    behind,
    bookmark_to_nowhere,
    element,
    first_page,
    font,
    forgotten_meaning,
    inner,
    intent,
    link,
    of,
    out,
    packet,
    page,
    put,
    root,
    shorter_row,
    state,
    stream,
    wider,
)

BYTES: dict[str, list[Callable[[bytes], bytes]]] = {
    "the_header_begins_the_file_and_says_it_is_binary": [
        lambda raw: b" " + raw,
        lambda raw: raw[:10] + b"text" + raw[14:],
    ],
    "the_trailer_has_an_identifier_and_nothing_follows_the_end": [lambda raw: raw + b"\nmore"],
    "each_object_is_as_long_as_it_says_and_spaced_as_it_must_be": [
        lambda raw: re.sub(rb"/Length (\d)", lambda found: b"/Length 1" + found[1], raw, count=1),
        lambda raw: raw.replace(b" 0 obj\n", b" 0  obj\n", 1),
    ],
}
OBJECTS: dict[str, list[Change]] = {
    "the_header_begins_the_file_and_says_it_is_binary": [put(root, "/Version", Name("/2.0"))],
    "the_trailer_has_an_identifier_and_nothing_follows_the_end": [out(lambda pdf: pdf.trailer, "/ID")],
    "nothing_is_encrypted": [
        put(lambda pdf: pdf.trailer, "/Encrypt", lambda _: Dictionary(Filter=Name.Standard))
    ],
    "hexadecimal_strings_are_whole": [page(b"<0", b"<00")],
    "streams_lie_in_the_file_and_are_packed_by_a_filter_that_stays": [
        put(lambda pdf: pdf.Root.Metadata, "/F", "elsewhere"),
        put(root, "/X", lambda pdf: pdf.make_indirect(Stream(pdf, b"", Filter=Name.LZWDecode))),
    ],
    "names_strings_and_numbers_keep_to_the_limits": [
        put(root, "/X", Name("/" + "x" * 128)),
        put(root, "/X", pikepdf.String("x" * 32_768)),
        put(root, "/X", 2**31),
    ],
    "pages_have_a_size_a_reader_must_know": [put(first_page, "/MediaBox", Array([0, 0, 2, 20_000]))],
    "no_form_but_a_signature_asks_for_anything": [
        put(root, "/Perms", Dictionary()),
        put(root, "/AcroForm", Dictionary(Fields=[], XFA="x")),
        put(root, "/AcroForm", lambda pdf: Dictionary(Fields=[pdf.make_indirect(Dictionary(FT=Name.Tx))])),
    ],
    "nothing_acts_but_links": [
        put(root, "/OpenAction", Dictionary(S=Name.GoTo)),
        put(lambda pdf: link(pdf).A, "/S", Name.Launch),
        put(lambda pdf: link(pdf).A, "/S", Name.JavaScript),
        put(lambda pdf: link(pdf).A, "/S", Name.Movie),
        put(first_page, "/AA", Dictionary()),
    ],
    "everybody_is_shown_the_same": [
        put(root, "/OCProperties", Dictionary()),
        put(first_page, "/PresSteps", Dictionary()),
    ],
    "one_packet_describes_the_document": [
        out(root, "/Metadata"),
        packet(b'id="W5M0', b'bytes="9" id="W5M0'),
        packet(
            b"<rdf:RDF xmlns",
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>\n<rdf:RDF xmlns',
        ),
    ],
    "both_standards_are_claimed": [
        packet(b"conformance>A<", b"conformance>B<"),
        packet(b"<pdfuaid:part>1<", b"<pdfuaid:part>2<"),
    ],
    "each_property_is_of_a_known_schema_or_described": [
        packet(b">part</pdfaProperty", b">another</pdfaProperty")
    ],
    "the_information_dictionary_says_the_same_as_the_packet": [
        put(lambda pdf: pdf.docinfo, "/Title", "Another"),
        packet(b"CreateDate>2", b"CreateDate>3"),
    ],
    "the_title_is_shown_and_stated": [
        put(lambda pdf: pdf.Root.ViewerPreferences, "/DisplayDocTitle", False),
        packet(b">A card<", b"> <"),
    ],
    "what_is_attached_says_what_it_is_and_for_what": [
        out(attached, "/AFRelationship"),
        out(attached, "/F"),
        out(lambda pdf: attached(pdf).EF.F, "/Subtype"),
        out(lambda pdf: attached(pdf).EF.F, "/Params"),
        out(root, "/AF"),
    ],
    "pages_are_drawn_with_known_instructions_and_what_they_name_is_there": [
        behind(b"\nxyz"),
        behind(b"\nq" * 29 + b"\nQ" * 29),
        behind(b"\n/nowhere Do"),
        out(first_page, "/Resources"),
    ],
    "one_embedded_profile_says_what_the_colours_are": [
        out(root, "/OutputIntents"),
        put(intent, "/DestOutputProfile", stream(N=3)),
        put(intent, "/DestOutputProfileRef", Dictionary()),
    ],
    "every_colour_is_one_the_profile_defines": [
        behind(b"\n0 0 0 1 k"),
        put(lambda pdf: pdf.pages[0].Resources.ColorSpace, "/X", Name.DeviceCMYK),
        put(lambda pdf: pdf.pages[0].Resources.ColorSpace, "/X", Array([Name.Lab, Dictionary()])),
    ],
    "states_and_layers_blend_as_the_standard_says": [
        put(state, "/TR", Name.Identity),
        put(state, "/BM", Name("/Mine")),
        behind(b"\n/Mine ri"),
    ],
    "pictures_and_forms_are_plain": [
        put(root, "/X", stream(Type=Name.XObject, Subtype=Name.PS)),
        put(root, "/X", stream(Subtype=Name.Image, ColorSpace=Name.DeviceRGB, Interpolate=True)),
        put(root, "/X", stream(Subtype=Name.Form, Ref=Dictionary())),
    ],
    "every_font_is_in_the_file": [
        out(inner, "/FontDescriptor"),
        put(root, "/X", Dictionary(Type=Name.Font, Subtype=Name.Type1)),
    ],
    "codes_lead_to_glyphs_as_they_are_numbered": [
        put(font, "/Encoding", Name("/UniGB-UCS2-H")),
        out(inner, "/CIDSystemInfo"),
    ],
    "a_part_of_a_font_is_named_as_one": [
        put(font, "/BaseFont", Name.Inter),
        put(lambda pdf: inner(pdf).FontDescriptor, "/CIDSet", stream()),
    ],
    "glyphs_are_as_wide_as_their_font_has_them": [wider],
    "every_glyph_shown_can_be_read_as_text": [
        out(font, "/ToUnicode"),
        forgotten_meaning,
        page(b"<0", b"<00000"),
    ],
    "the_document_says_that_it_is_tagged": [
        out(root, "/MarkInfo"),
        put(lambda pdf: pdf.Root.MarkInfo, "/Suspects", True),
    ],
    "one_tree_holds_the_structure": [
        out(lambda pdf: pdf.Root.StructTreeRoot, "/K"),
        out(lambda pdf: pdf.Root.StructTreeRoot, "/IDTree"),
        put(of("/TH"), "/ID", "another"),
        put(of("/H1"), "/P", lambda pdf: element(pdf, "/Table")),
    ],
    "every_element_is_of_a_standard_kind": [
        put(of("/P"), "/S", Name.Paragraph),
        put(lambda pdf: pdf.Root.StructTreeRoot, "/RoleMap", Dictionary(P=Name.H1)),
    ],
    "all_that_is_drawn_is_in_the_structure_or_said_to_be_decoration": [
        behind(b"\n0 0 9 9 re f"),
        behind(b"\n/P <</MCID 999>> BDC 0 0 9 9 re f EMC"),
        put(of("/H1"), "/K", Array()),
    ],
    "decoration_and_structure_do_not_lie_in_one_another": [
        behind(b"\n/Artifact BMC /P <</MCID 0>> BDC EMC EMC"),
        behind(b"\n/P <</MCID 0>> BDC /Artifact BMC EMC EMC"),
    ],
    "the_language_is_stated": [out(root, "/Lang"), put(of("/P"), "/Lang", "English, mostly")],
    "headings_begin_with_the_first_and_skip_none": [
        put(of("/H1"), "/S", Name.H2),
        put(of("/H2"), "/S", Name.H4),
        put(of("/H2"), "/S", Name.H),
        put(of("/H2"), "/K", Array()),
    ],
    "tables_hold_rows_of_one_length": [
        shorter_row,
        put(of("/TR"), "/S", Name.P),
        put(attributes("/TD"), "/ColSpan", 7),
    ],
    "the_head_of_each_cell_can_be_found": [
        out(attributes("/TH"), "/Scope"),
        put(attributes("/TD"), "/Headers", Array(["nobody"])),
    ],
    "lists_hold_items_and_say_how_they_are_numbered": [
        out(of("/L"), "/A"),
        put(of("/LI"), "/S", Name.P),
        put(of("/LBody"), "/S", Name.P),
    ],
    "figures_say_in_words_what_they_show_and_where_they_are": [
        out(of("/Figure"), "/Alt"),
        out(of("/Figure"), "/A"),
        put(attributes("/Figure"), "/BBox", Array([0, 0, 9_000, 9_000])),
    ],
    "there_is_nothing_the_cards_have_no_use_for": [
        put(of("/P"), "/S", Name.Note),
        put(root, "/Threads", Array()),
        put(root, "/X", Dictionary(S=Name.MCD)),
    ],
    "annotations_are_links_and_are_printed": [
        annotation(Subtype=Name.Text),
        put(link, "/F", 0),
        put(link, "/F", 6),
        annotation(Subtype=Name.Widget, TU="x"),
    ],
    "the_keyboard_follows_the_structure": [put(first_page, "/Tabs", Name.R)],
    "links_are_tagged_and_say_where_they_lead": [
        out(link, "/Contents"),
        out(link, "/StructParent"),
        put(of("/Link"), "/S", Name.Span),
    ],
    "bookmarks_lead_through_the_document": [out(root, "/Outlines"), bookmark_to_nowhere],
}

"""Files that unfold to far more than they are: refused before they have."""

import io
import tracemalloc
import zlib
from contextlib import suppress
from time import process_time

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from registry.cards.render.checking import check_card
from registry.cards.render.opening import UNFOLDED, require_plain
from registry.cards.render.verdicts import Verdict
from registry.cards.rules.reading import NotACard

FOLDED = zlib.compress(bytes(3 * UNFOLDED))
SMALL = zlib.compress(b"{}")
HEAD = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
PAGES = b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"


def saved(document):
    out = io.BytesIO()
    as_is = pikepdf.StreamDecodeLevel.none
    document.save(
        out,
        compress_streams=False,
        stream_decode_level=as_is,
        recompress_flate=False,
        fix_metadata_version=False,
    )
    return out.getvalue()


def with_attached(data, filters, **more):
    document = pikepdf.new()
    document.add_blank_page()
    stream = Stream(document, data, Filter=filters, Type=Name.EmbeddedFile, **more)
    name, held = String("card.json"), Dictionary(F=document.make_indirect(stream))
    spec = document.make_indirect(Dictionary(Type=Name.Filespec, F=name, UF=name, EF=held))
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([name, spec])))
    return saved(document)


def with_metadata(data):
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.Metadata = Stream(document, data, Filter=Name.FlateDecode)
    return saved(document)


def with_table(more=b"", packed=b"/Filter /FlateDecode"):
    """A file whose table of objects, read before all else, holds this behind what it has to."""
    at = len(HEAD + PAGES)
    places = b"".join(b"\1" + each.to_bytes(2, "big") + b"\0" for each in (HEAD.index(b"1 0"), len(HEAD), at))
    data = zlib.compress(bytes(4) + places + more)
    says = b"3 0 obj\n<< /Type /XRef /Size 4 /W [1 2 1] /Root 1 0 R %s /Length %d >>"
    return b"%s%s%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        *(HEAD, PAGES, says % (packed, len(data)), data, at),
    )


def test_the_table_that_is_no_larger_than_it_has_to_be_is_read():
    with pikepdf.open(io.BytesIO(with_table()), attempt_recovery=False) as document:
        assert len(document.pages) == 0


@pytest.mark.parametrize(
    "written",
    [
        *(b"/Filter /LZWDecode", b"/Filter/LZW", b"/Filter [ /FlateDecode ]", b"/#46il#74er /LZWDecode"),
        *(b"/Filter\0\n/L#5AWDecode", b"/Filter 5 0 R", b"/Filter +5 0\rR", b"/Filter %\n/LZWDecode"),
        *(b"/Filter 5%\n0 R", b"/Filter 5 0%\nR", b"/Filter /FlateDecodes", b"/Filter /RunLengthDecode"),
    ],
)
def test_a_table_packed_in_any_other_way_is_refused_before_it_is_opened(written):
    for pdf in (with_table(packed=written), b"%s\n%s" % (with_table(), with_table(packed=written))):
        assert "packed otherwise" in check_card(pdf, renders=False).checks[0].says


def test_what_the_register_writes_itself_and_what_people_call_things_is_let_through():
    for written in (
        b"/Filter /FlateDecode",
        b"/Filter/FlateDecode/N 1",
        b"/Filter /Adobe.PPKLite\n",
        b"Spam/Filter 2 for us",
    ):
        require_plain(b"<< %s >>" % written)


@pytest.mark.parametrize("part", [b"/Filter%", b"/Filter 1", b"/Filter ", b"/Filter 1 1 ", b"/#46"])
def test_looking_for_it_takes_no_longer_than_the_file_is_long(part):
    started = process_time()
    with suppress(NotACard):
        require_plain(part * (1_000_000 // len(part)))
    require_plain(b"/Filter" + b" " * 500_000 + b"1" * 500_000)
    assert process_time() - started < 1


@pytest.mark.parametrize(
    ("pdf", "says"),
    [
        (with_attached(FOLDED, Name.FlateDecode), "unfolds to more than 10 MB"),
        (with_attached(zlib.compress(FOLDED), Array([Name.FlateDecode] * 2)), "packed otherwise"),
        (with_attached(FOLDED, Name.LZWDecode), "packed otherwise"),
        (with_attached(SMALL, Name.FlateDecode, DecodeParms=Dictionary(Predictor=12)), "packed otherwise"),
        (with_attached(FOLDED[:-9], Name.FlateDecode), "unfolds to more than 10 MB"),
        (with_attached(SMALL[:-1], Name.FlateDecode), "cut short"),
        (with_metadata(FOLDED), "unfolds to more than 10 MB"),
        (with_table(bytes(3 * UNFOLDED)), "unfolds to more than 10 MB"),
        (
            with_table() + 3 * (b"stream" + zlib.compress(bytes(UNFOLDED // 2))),
            "unfolds to more than 10 MB",
        ),
    ],
    ids=["attached", "twice", "otherwise", "predicted", "endless", "cut", "metadata", "table", "together"],
)
def test_what_unfolds_to_more_than_is_allowed_is_refused_before_it_has(pdf, says):
    tracemalloc.start()
    try:
        checked = check_card(pdf, renders=False)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert checked.verdict is Verdict.REFUSED
    assert [each.name for each in checked.checks] == ["file"]
    assert says in checked.checks[0].says
    assert most < 2.5 * UNFOLDED

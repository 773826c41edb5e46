import os

import pytest

from registry.output.giving_way import STEPS
from registry.output.pdf import Attached, Limits, PdfRefused, Printer, Relationship, from_html
from registry.output.pdf.child import MISSING_ENGINE, TOO_DEEP, answer
from registry.output.pdf.document import MOST_HTML
from registry.output.pdf.frames import Reply, Request

LIST_BOMB = "<ul>" + "<li>" * 20_000
TEXT_BOMB = "<p>" + "ab " * 2_500_000
TABLE_BOMB = "<table>" + "<tr><td>a<td>b<td>c<td>d" * 40_000


def test_a_page_that_takes_too_much_computing_time_is_refused_and_the_next_one_is_made(identity):
    with Printer(Limits(cpu_seconds=2)) as printer:
        with pytest.raises(PdfRefused, match="more than 2 seconds of computing time"):
            printer.make(LIST_BOMB, identity=identity)
        assert printer.make("<h1>fine</h1>", identity=identity).pages == 1


@pytest.mark.parametrize(
    "bomb", [TEXT_BOMB, pytest.param(TABLE_BOMB, marks=pytest.mark.long)], ids=["text", "table"]
)
def test_a_page_that_takes_too_much_memory_is_refused_and_the_next_one_is_made(identity, bomb):
    with Printer(Limits(memory_mb=240, cpu_seconds=60, wall_seconds=120)) as printer:
        with pytest.raises(PdfRefused, match="more than 240 MB of memory"):
            printer.make(bomb, identity=identity)
        assert printer.make("<h1>fine</h1>", identity=identity).pages == 1


def test_a_page_that_takes_too_long_by_the_clock_is_refused_and_the_next_one_is_made(identity):
    with Printer(Limits(wall_seconds=3)) as printer:
        with pytest.raises(PdfRefused, match="more than 3 seconds to be laid out"):
            printer.make(LIST_BOMB, identity=identity)
        # The clock runs for other work on the machine too, so the page after it gets a longer one.
        printer.limits = Limits()
        assert printer.make("<h1>fine</h1>", identity=identity).pages == 1


def test_the_limits_are_twenty_seconds_one_gigabyte_and_a_minute():
    limits = Limits()
    assert (limits.cpu_seconds, limits.memory_mb, limits.wall_seconds) == (20, 1024, 60)


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 5_000 + "deep",
        "<table><tr><td>" * 400 + "deep",
        "<ul><li>" * 2_000 + "deep",
        pytest.param("<b>" * 5_000 + "deep", marks=pytest.mark.long),
        pytest.param("<blockquote>" * 3_000 + "deep", marks=pytest.mark.long),
    ],
)
def test_a_page_nested_without_end_is_refused_in_plain_words(identity, page):
    with pytest.raises(PdfRefused) as refused:
        from_html(page, identity=identity, limits=Limits(cpu_seconds=2))
    assert str(refused.value) == TOO_DEEP or "computing time" in str(refused.value)


@pytest.mark.parametrize(
    "page",
    [
        "x " * 4_000,
        "<td colspan=999999999 rowspan=999999999>x",
        "<table><tr><td colspan=2000 rowspan=2000>x</table>",
        "<ol start=99999999999999999999><li>x</ol>",
        "\x00\x01\x02\x1b[31m\ufeff\u202e\u2028\ud800",
        "<svg viewBox='0 0 0 0'><title>t</title><rect width='nan' height='-1'/></svg>",
        "<svg viewBox='a b c'><title>t</title><path d='M 1e999 nonsense'/></svg>",
        "<h1>" + "a" * 1_000 + "</h1>",
        "",
    ],
)
def test_odd_pages_end_in_a_pdf_or_in_a_refusal(identity, page, printer):
    assert outcome(printer, page, identity) in {"PDF", "refused"}


def outcome(printer, page, identity):
    try:
        return printer.make(page, identity=identity).pdf[1:4].decode()
    except PdfRefused as refused:
        return "refused" if refused.says.endswith(".") else refused.says


def test_a_run_of_letters_without_a_space_is_broken_and_does_not_take_for_ever(identity):
    # Twenty thousand letters in one run would take the engine about a minute; broken they are a page like any other.
    assert from_html("<p>" + "x" * 20_000, identity=identity, limits=Limits(cpu_seconds=10)).startswith(
        b"%PDF"
    )


def test_a_drawing_that_cannot_be_made_is_refused_and_not_left_out(identity, printer):
    broken = "<svg viewBox='0 0 10 10' width='100%'><title>t</title><polygon points='1,x'/><rect transform='rotate(q)'/></svg>"
    with pytest.raises(PdfRefused, match="drawing in the document could not be made"):
        printer.make(broken, identity=identity)


def test_a_page_beyond_any_document_is_refused_before_a_process_is_started(identity):
    with pytest.raises(PdfRefused, match="characters"):
        from_html("x" * (MOST_HTML + 1), identity=identity)


def test_attachments_beyond_any_document_are_refused(identity):
    heavy = Attached("a.bin", "application/octet-stream", bytes(33_000_000), Relationship.DATA, "heavy")
    with pytest.raises(PdfRefused, match="attached files"):
        from_html("<h1>x</h1>", identity=identity, attachments=[heavy])


def test_missing_libraries_are_said_with_the_command_that_installs_them(identity, monkeypatch):
    monkeypatch.setattr("registry.output.pdf.printer._START", _START_WITHOUT_ENGINE)
    with pytest.raises(PdfRefused) as refused:
        from_html("<h1>x</h1>", identity=identity)
    assert str(refused.value) == MISSING_ENGINE
    assert (
        "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter"
        in MISSING_ENGINE
    )


_START_WITHOUT_ENGINE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import ctypes.util, cffi
def missing(*_):
    raise OSError("cannot load library 'libgobject-2.0-0'")
cffi.FFI.dlopen = missing
from registry.output.pdf.child import main
main(sys.argv[1:])
"""


def test_a_child_that_cannot_start_is_a_refusal_and_not_a_hang(identity, monkeypatch):
    monkeypatch.setattr("registry.output.pdf.printer._START", "import sys; sys.exit(3)")
    with pytest.raises(PdfRefused, match="ended without a result"):
        from_html("<h1>x</h1>", identity=identity)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "more than 64 MB of memory"),
        (RecursionError(), "too deeply"),
        (ZeroDivisionError("float division by zero"), "could not be laid out as a PDF (ZeroDivisionError"),
        (PdfRefused("No."), "No."),
    ],
)
def test_every_failure_in_the_child_becomes_a_sentence(identity, error, says):
    def compose(_):
        raise error

    reply = answer(compose, Request("", identity), 64)
    assert says in reply.refusal
    assert reply.pdf == b""


def test_a_kept_child_is_replaced_after_its_share_of_documents(identity):
    with Printer(renders_per_child=2) as printer:
        children = []
        for _ in range(4):
            printer.make("<h1>x</h1>", identity=identity)
            children.append(printer._child)
    assert [child is None for child in children] == [False, True, False, True]
    assert children[0] is not children[2]
    assert children[0]._process.returncode is not None


def test_a_closed_printer_leaves_no_process_behind(identity):
    printer = Printer()
    printer.make("<h1>x</h1>", identity=identity)
    child = printer._child
    printer.close()
    assert child._process.returncode is not None
    assert printer.make("<h1>x</h1>", identity=identity).pages == 1
    printer.close()


def test_a_reply_survives_the_way_through_the_pipe(tmp_path, identity, attachments):
    from registry.output.pdf.frames import read_reply, read_request, write_reply, write_request

    path = tmp_path / "frames"
    request, reply = Request("<p>é</p>", identity, attachments), Reply(b"%PDF", None, 3, "engine", 7)
    with path.open("wb") as stream:
        write_request(stream, request)
        write_reply(stream, reply)
    with path.open("rb") as stream:
        assert read_request(stream) == request
        assert read_reply(stream) == reply
        assert read_reply(stream) is None
        assert read_request(stream) is None


def test_pages_go_before_what_lays_out_pdfs(identity):
    with Printer() as printer:
        printer.make("<h1>fine</h1>", identity=identity)
        child = printer._child._process.pid
        assert os.getpriority(os.PRIO_PROCESS, child) == max(STEPS, os.getpriority(os.PRIO_PROCESS, 0))

"""The shell of printed documents, read back from the page."""

import shutil
import subprocess

import pytest

from registry.output.html import environment
from registry.output.places import static_dir
from tests.output.pdf.sample import RUNNING, page

pytestmark = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"
)


def text_of(pdf, tmp_path, *options):
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True
    ).stdout


def test_every_page_carries_title_key_date_hash_and_its_number(printer, identity, tmp_path):
    made = printer.make(page(), identity=identity)
    sheets = text_of(made.pdf, tmp_path, "-layout").split("\f")[:-1]
    assert len(sheets) == made.pages >= 3
    for number, sheet in enumerate(sheets, start=1):
        for words in (
            RUNNING["title"],
            RUNNING["key"],
            RUNNING["date"],
            RUNNING["hash"],
            f"Page {number} of {made.pages}",
        ):
            assert words in sheet


def test_what_a_person_named_cannot_break_out_of_the_running_head(printer, identity, tmp_path):
    hostile = "\"><script>x</script>') url(http://127.0.0.1:9/) \\22"
    made = printer.make(page(title=hostile), identity=identity)
    assert hostile in text_of(made.pdf, tmp_path, "-layout")
    assert made.refused == 0


def test_table_heads_are_repeated_on_every_page_the_table_reaches(printer, identity, tmp_path):
    sheets = text_of(printer.make(page(), identity=identity).pdf, tmp_path, "-layout").split("\f")
    reached = [sheet for sheet in sheets if "Source 5" in sheet or "Source 1" in sheet]
    assert len(reached) >= 2
    assert all("Records" in sheet for sheet in reached)


def test_no_heading_stands_alone_at_the_foot_of_a_page(printer, identity, tmp_path):
    # Fill the page step by step, so that at some step the heading would fall on its last line.
    for lines in range(28, 46, 3):
        body = "<h1>x</h1>" + "<p>line</p>" * lines + "<h2>Heading</h2>" + "<p>after it</p>" * 4
        sheets = text_of(printer.make(body, identity=identity).pdf, tmp_path, "-layout").split("\f")
        with_heading = next(sheet for sheet in sheets if "Heading" in sheet)
        assert "after it" in with_heading


def test_absent_facts_are_printed_in_words(printer, identity, tmp_path):
    assert "not stated" in text_of(printer.make(page(), identity=identity).pdf, tmp_path)


def test_reading_order_is_the_order_of_the_page(printer, identity, tmp_path):
    text = text_of(printer.make(page(), identity=identity).pdf, tmp_path)
    places = [
        text.index(words)
        for words in ("AI system card", "Ownership", "Objective", "the policy", "Sources", "Source 59")
    ]
    assert places == sorted(places)


def test_the_shell_needs_every_running_word():
    with pytest.raises(Exception, match="hash"):
        environment().get_template("print.html").render(running={"title": "t", "key": "k", "date": "d"})


def test_the_shell_links_no_stylesheet_and_no_script():
    html = page(status="draft")
    assert "<link" not in html
    assert "<script" not in html
    assert "style=" not in html
    assert 'class="is-draft is-numbered"' in html


def test_the_stylesheet_names_no_address_but_packaged_files():
    sheet = (static_dir() / "css" / "print.css").read_text()
    addresses = [part.split(")")[0].strip('"') for part in sheet.split("url(")[1:]]
    assert len(addresses) == 5
    for address in addresses:
        assert address.startswith("asset:")
        assert (static_dir() / address.removeprefix("asset:")).is_file()


def test_an_embedded_picture_is_drawn(printer, identity, opened):
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
    made = printer.make(f'<h1>x</h1><img alt="dot" src="data:image/png;base64,{dot}">', identity=identity)
    assert made.refused == 0
    (image,) = opened(made.pdf).pages[0].get_images().values()
    # PDF/A forbids smoothing by the viewer (ISO 19005-3, 6.2.8.1).
    assert not image.get("/Interpolate", False)

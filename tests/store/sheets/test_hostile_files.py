"""Files made to do harm or to confuse: every one is read or refused with SheetRefused, never anything else."""

import io
import random
import resource
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.store.sheets import Limits, SheetRefused, archives, read
from registry.store.sheets.archives import kind_of_archive

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
NAMES = [
    "list.csv",
    "list.tsv",
    "list.json",
    "list.jsonl",
    "list.yaml",
    "list.xlsx",
    "list.ods",
    "list.xls",
    "list",
    "",
]


def workbook(
    rows: str, *, declaration: str = "", extra: dict[str, bytes] | None = None, packed: bool = True
) -> bytes:
    """A hand-made XLSX, so that it can hold what no writer would write."""
    kind = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{kind}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{kind}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{kind}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{kind}/spreadsheetml/2006/main" '
            f'xmlns:r="{kind}/officeDocument/2006/relationships"><sheets>'
            '<sheet name="List" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{kind}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{kind}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": declaration + SHEET.format(rows=rows),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADED = f'<row r="1">{text_cell("A1", "name")}{text_cell("B1", "note")}</row>'


def accounted(data: bytes, filename: str, limits: Limits | None = None) -> int | None:
    """How many rows a file gives, or None if it is refused; any other exception fails the test."""
    refused = ""
    try:
        return sum(1 for _ in read(data, filename, limits=limits).rows)
    except SheetRefused as refusal:
        refused = refusal.says
    assert len(refused) > 20
    assert refused.endswith(".")
    return None


def test_the_hand_made_workbook_is_a_good_one():
    assert accounted(workbook(HEADED + f'<row r="2">{text_cell("A2", "Alpha")}</row>'), "list.xlsx") == 1


# Zip bombs


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = workbook(HEADED, extra={"xl/media/zeros.bin": bytes(400_000_000)})
    assert len(bomb) < 1_000_000
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(SheetRefused, match="would unpack to 400 MB"):
        read(bomb, "list.xlsx")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == before


def test_a_zip_bomb_below_the_size_limit_is_refused_by_its_ratio():
    with pytest.raises(SheetRefused, match="would unpack to"):
        read(workbook(HEADED, extra={"xl/media/zeros.bin": bytes(50_000_000)}), "list.xlsx")


def test_without_the_size_check_the_same_bomb_would_pass():
    bomb = io.BytesIO(workbook(HEADED, extra={"xl/media/zeros.bin": bytes(50_000_000)}))
    assert kind_of_archive(bomb, Limits(unpacked_ratio=10**9)) == "xlsx"


def test_an_archive_of_very_many_parts_is_refused():
    parts = {f"xl/media/{number}.bin": b"x" for number in range(5_001)}
    with pytest.raises(SheetRefused, match="parts"):
        read(workbook(HEADED, extra=parts), "list.xlsx")


def test_a_zip_that_lies_about_its_sizes_is_refused():
    data = bytearray(workbook(HEADED + f'<row r="2">{text_cell("A2", "x" * 90_000)}</row>'))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 10)
    assert accounted(bytes(data), "list.xlsx") is None


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("list.csv", "name\nAlpha\n")
    with pytest.raises(SheetRefused, match="Unpack it"):
        read(out.getvalue(), "list.zip")


# XML and memory bombs


@pytest.mark.parametrize("padding", [0, 1_048_570, 2_000_000])
def test_declared_entities_are_refused(padding: int):
    lines = ['<!ENTITY a0 "lol">', *[f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]]
    declaration = f"<?xml version='1.0'?><!--{' ' * padding}--><!DOCTYPE x [{''.join(lines)}]>"
    rows = HEADED + f'<row r="2">{text_cell("A2", "&a9;")}</row>'
    with pytest.raises(SheetRefused, match="entities"):
        read(workbook(rows, declaration=declaration, packed=False), "list.xlsx")


def test_without_the_look_for_entities_the_same_workbook_would_pass(monkeypatch):
    declaration = '<!DOCTYPE x [<!ENTITY a0 "lol">]>'
    data = workbook(HEADED, declaration=declaration)
    with pytest.raises(SheetRefused, match="entities"):
        kind_of_archive(io.BytesIO(data), Limits())
    monkeypatch.setattr(archives, "_DECLARATIONS", (b"\0never",))
    assert kind_of_archive(io.BytesIO(data), Limits()) == "xlsx"


def test_one_cell_in_the_last_corner_ends_the_reader_and_not_the_server():
    rows = HEADED + f'<row r="1048576">{text_cell("XFD1048576", "far")}</row>'
    with pytest.raises(SheetRefused, match="more memory or time"):
        read(workbook(rows), "list.xlsx")


def test_an_open_document_that_repeats_cells_without_end_is_refused():
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name='L'>"
        f"<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    with pytest.raises(SheetRefused):
        read(out.getvalue(), "list.ods", limits=Limits(reader_seconds=20))


def test_a_reader_that_takes_too_long_is_ended():
    rows = HEADED + "".join(f'<row r="{n}">{text_cell(f"A{n}", "x")}</row>' for n in range(2, 60_000))
    with pytest.raises(SheetRefused, match="too long"):
        read(workbook(rows), "list.xlsx", limits=Limits(reader_seconds=0))


# Nesting and width


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a":' * 200_000, "[" * 200_000 + "]" * 200_000, '[{"a":' * 50_000]
)
@pytest.mark.parametrize("name", ["list.json", "list.jsonl", "list.yaml"])
def test_nesting_without_end_is_refused(text: str, name: str):
    assert accounted(text.encode(), name) is None


def test_numbers_without_end_are_only_text():
    assert accounted(b'[{"name": "A", "n": ' + b"9" * 20_000 + b"}]", "list.json") == 1


def test_one_object_of_very_many_fields_is_refused():
    fields = ",".join(f'"f{number}": 1' for number in range(5_000))
    assert accounted(f"[{{{fields}}}]".encode(), "list.json") is None
    repeated = ",".join('"f": 1' for _ in range(5_000))
    assert accounted(f"[{{{repeated}}}]".encode(), "list.json") is None
    assert accounted("\n".join(["- f: 1", *["  f: 1"] * 5_000]).encode(), "list.yaml") is None


# Text made to confuse


@pytest.mark.parametrize(
    "data",
    [
        b'name,note\n"' + b"x" * 6_000_000,
        b"name,note\n" + b'"x\n' * 20_001,
        b"name,note\n" + b'a,"b\n' * 20_001,
        b"name,note\n" + b'"a""\n' * 20_001,
        b"name,note\n" + b'"a"b,"c\n' * 20_001,
        b'"\n"\n"\n"\n',
        b"name\n" + b"\r" * 100_000,
        b"," * 200_000,
        b"sep=,",
        b"sep=,\n",
        b"\xff\xfe",
        b"\xff\xfe\x00",
        b"\xff\xfea",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbfname\nA\n",
        b"\x00\x00\xfe\xff",
        b"\n\n\n",
        b'"',
        b" ",
        b"\x1a",
        b"PK\x03\x04",
        b"PK\x05\x06" + b"\0" * 18,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2_000,
        b"%PDF-1.7",
        b"<html>",
        b"\x1f\x8b\x08",
    ],
    ids=range(27),
)
@pytest.mark.parametrize("name", NAMES)
def test_confusing_bytes_are_read_or_refused(data: bytes, name: str):
    accounted(data, name)


def test_every_line_of_a_file_full_of_open_marks_is_accounted_for():
    assert accounted(b"name,note\n" + b'a,"b\n' * 2_001, "list.csv") == 2_001


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\x1f\x8b\x08 and so on", "gzip"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"", "empty"),
        (b"\n \n", "blank"),
    ],
)
def test_other_kinds_of_files_are_named(data: bytes, says: str):
    with pytest.raises(SheetRefused, match=says):
        read(data, "list.csv")


# Anything at all

DRAWN = settings.default.max_examples
CALM = settings(max_examples=max(150, DRAWN), deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = st.sampled_from(
    [
        '"',
        '""',
        ",",
        ";",
        "\t",
        "|",
        "\n",
        "\r\n",
        "\r",
        "name",
        "x",
        " ",
        "\ufeff",
        "é",
        "[",
        "]",
        "{",
        "}",
        ":",
        "- ",
        "&a ",
        "*a",
        "\\",
        "0",
    ]
)


@CALM
@given(st.binary(max_size=400), st.sampled_from(NAMES))
def test_any_bytes_are_read_or_refused(data: bytes, name: str):
    accounted(data, name)


@CALM
@given(
    st.lists(PIECES, max_size=80).map("".join),
    st.sampled_from(NAMES[:5]),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_any_text_of_marks_and_delimiters_is_read_or_refused(text: str, name: str, encoding: str):
    accounted(text.encode(encoding, "ignore"), name)


@settings(max_examples=max(60, DRAWN), deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_workbook_with_changed_bytes_is_read_or_refused(chance: random.Random):
    data = bytearray(
        workbook(HEADED + f'<row r="2">{text_cell("A2", "Alpha")}</row>', packed=chance.random() < 0.5)
    )
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    accounted(bytes(data), "list.xlsx", Limits(reader_seconds=20))


@CALM
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_a_csv_writer_writes_is_what_is_read(rows: list[list[str]]):
    import csv

    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([["name", "unit", "note"], *rows])
    found = [list(row.cells.values()) for row in read(out.getvalue().encode(), "list.csv").rows]
    unstorable = {chr(n) for n in (*range(1, 9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF)}
    expected = [["".join("\ufffd" if c in unstorable else c for c in cell) for cell in row] for row in rows]
    assert found == [
        row for row, raw in zip(expected, rows, strict=True) if any(cell.strip() for cell in raw)
    ]

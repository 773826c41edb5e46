"""XLSX, XLS and ODS: values as a person reads them, the right sheet, the right row numbers."""

import datetime as dt
import io
import struct
import zipfile

import pytest
import xlsxwriter

from registry.store.sheets import Limits, Row, Sheet, SheetRefused, read


def xlsx(*sheets: tuple[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    ) as book:
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if name in hidden:
                page.hide()
            else:
                page.activate()
    return out.getvalue()


def ods(rows: str) -> bytes:
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="List">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


def ods_row(*texts: str) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row>{cells}</table:table-row>"


def xls(rows: list[list[str | float]]) -> bytes:
    """A workbook as Excel 97 wrote it: a compound file with one stream of BIFF8 records."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def cell(row: int, column: int, value: str | float) -> bytes:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            return record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        return record(0x0203, place + struct.pack("<d", value))

    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = "List"
    length = len(start) + 4 + 8 + len(name) + 4
    bound = record(0x0085, struct.pack("<IHBB", length, 0, len(name), 0) + name.encode())
    cells = b"".join(cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
    page = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + record(0x000A)
    stream = start + bound + record(0x000A) + page
    return compound(stream)


def compound(stream: bytes) -> bytes:
    """A compound file (MS-CFB) that holds one stream called Workbook."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[free] * 108)
    fat = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    table = struct.pack("<128I", *fat, *[free] * (128 - len(fat)))

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        encoded = name.encode("utf-16-le")
        written = len(encoded) + 2 if name else 0
        return struct.pack(
            "<64sHBBIII16sIQQIQ", encoded, written, kind, 1, free, free, child, b"", 0, 0, 0, first, size
        )

    directory = (
        entry("Root Entry", 5, 1, end, 0)
        + entry("Workbook", 2, free, 2, len(stream))
        + entry("", 0, free, 0, 0) * 2
    )
    return header + table + directory + stream


def opened(data: bytes, filename: str = "list.xlsx", **options: object) -> tuple[Sheet, list[Row]]:
    sheet = read(data, filename, **options)
    return sheet, list(sheet.rows)


def test_numbers_dates_and_truth_come_as_a_person_reads_them():
    row = ["Alpha", 3, 0.1, 1234567890123, dt.date(2023, 7, 1), dt.datetime(2023, 7, 1, 10, 5), True, ""]
    _, found = opened(xlsx(("List", [["name", "n", "x", "big", "day", "at", "yes", "blank"], row])))
    assert list(found[0].cells.values()) == [
        "Alpha", "3", "0.1", "1234567890123", "2023-07-01", "2023-07-01 10:05:00", "true", "",
    ]  # fmt: skip


def test_characters_line_ends_and_formula_like_text_survive():
    values = ["žluťoučký 例 😀", "one\ntwo", "=1+1", "@name", "+1", "-1", "  indented"]
    _, found = opened(xlsx(("List", [["name", *"abcdef"], values])))
    assert list(found[0].cells.values()) == values


def test_a_formula_gives_its_value_never_its_text():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["name", "total"])
        page.write(1, 0, "Alpha")
        page.write_formula(1, 1, "=40+2", None, 42)
    assert opened(out.getvalue())[1][0].cells == {"name": "Alpha", "total": "42"}


def test_title_rows_and_blank_rows_keep_the_row_numbers_a_person_sees():
    rows = [[], ["Inventory 2024"], [], ["name", "unit"], ["Alpha", "North"], [], ["Beta", "South"]]
    sheet, found = opened(xlsx(("List", rows)))
    assert sheet.heading_row == 4
    assert [(row.number, row.cells["name"]) for row in found] == [(5, "Alpha"), (7, "Beta")]


def test_the_first_visible_sheet_that_holds_anything_is_read_and_the_others_are_told():
    book = xlsx(
        ("Lists", [["x", "y"], ["1", "2"]]), ("Empty", []), ("Systems", [["name", "n"], ["Alpha", 1]]),
        ("Old", [["name", "n"], ["Beta", 2]]), hidden=("Lists",),
    )  # fmt: skip
    sheet, found = opened(book)
    assert sheet.sheet_names == ("Lists", "Empty", "Systems", "Old")
    assert found[0].cells["name"] == "Alpha"
    assert "“Old”" in sheet.warnings[0]


def test_a_sheet_can_be_named_and_a_wrong_name_lists_the_right_ones():
    book = xlsx(("Systems", [["name", "n"], ["Alpha", 1]]), ("Old", [["name", "n"], ["Beta", 2]]))
    assert opened(book, sheet="old")[1][0].cells["name"] == "Beta"
    with pytest.raises(SheetRefused, match="“Systems” or “Old”"):
        read(book, "list.xlsx", sheet="New")


def test_an_open_document_sheet_is_read():
    sheet, found = opened(ods(ods_row("name", "unit") + ods_row("Alpha", "Nord &amp; Süd")), "list.ods")
    assert sheet.kind == "ods"
    assert found[0].cells == {"name": "Alpha", "unit": "Nord & Süd"}


def test_a_workbook_of_excel_97_is_read():
    sheet, found = opened(xls([["name", "n"], ["Ålpha", 3.0], ["Beta", 0.5]]), "list.xls")
    assert sheet.kind == "xls"
    assert [list(row.cells.values()) for row in found] == [["Ålpha", "3"], ["Beta", "0.5"]]


def test_the_name_of_the_file_decides_nothing():
    assert opened(xlsx(("List", [["name", "n"], ["Alpha", 1]])), "list.csv")[0].kind == "xlsx"


def test_an_empty_workbook_is_refused():
    with pytest.raises(SheetRefused, match="no cells"):
        read(xlsx(("List", [])), "list.xlsx")


def test_a_cell_over_the_limit_refuses_its_row_only():
    book = xlsx(("List", [["name", "note"], ["Alpha", "x" * 200], ["Beta", "y"]]))
    _, found = opened(book, limits=Limits(cell_characters=100))
    assert [row.refused for row in found] == [True, False]

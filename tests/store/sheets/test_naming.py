"""Files named as another kind than they are: read by what they hold, and told."""

import io

import pytest
import xlsxwriter

from registry.store.sheets import read

TEXT = b"name;what\nMail router;Routes\nClaim reader;Reads\n"


def workbook() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["name", "what"])
        page.write_row(1, 0, ["Mail router", "Routes"])
    return content.getvalue()


@pytest.mark.parametrize("name", ["list.xlsx", "LIST.XLSX", "list.xls", "list.ods"])
def test_text_named_as_a_workbook_is_read_and_told(name: str):
    sheet = read(TEXT, name)
    suffix = name[4:].lower()
    assert sheet.warnings[0] == (
        f"The file is named {suffix}, but it is no workbook. "
        "It is plain text with a semicolon between the cells and is read as that."
    )
    assert [row.cells["name"] for row in sheet.rows] == ["Mail router", "Claim reader"]


def test_json_named_as_a_workbook_is_read_and_told():
    sheet = read(b'[{"name": "Mail router"}]', "list.xlsx")
    assert "It is text in JSON and is read as that." in sheet.warnings[0]
    assert [row.cells["name"] for row in sheet.rows] == ["Mail router"]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".yaml", ".txt", ".xls", ".ods"])
def test_a_workbook_named_as_something_else_is_read_and_told(suffix: str):
    sheet = read(workbook(), f"list{suffix}")
    assert sheet.warnings[0] == f"The file is named {suffix}, but it is a workbook (XLSX) and is read as one."
    assert [row.cells["name"] for row in sheet.rows] == ["Mail router"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (TEXT, "list.csv"),
        (TEXT, "list"),
        (TEXT, "list.export"),
        (workbook(), "list.xlsx"),
        (workbook(), "list.xlsm"),
    ],
)
def test_a_file_whose_name_fits_has_nothing_told_of_it(content: bytes, name: str):
    assert read(content, name).warnings == ()

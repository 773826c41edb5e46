"""The published inventories as sheets: rows, headings, encodings, nothing refused."""

import os
from pathlib import Path

import pytest

from registry.store.sheets import read

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        "REGISTRY_REAL_DATA" not in os.environ, reason="REGISTRY_REAL_DATA names no folder of real data"
    ),
]
USDA = "2023_Public_Inventory_of_AI_Use_Cases_-_USDA.csv"
DOT = "Department_of_Transportation_Inventory_of_Artificial_Intelligence_Use_Cases.csv"
EXPECTED = {
    # file: rows, columns, encoding
    "omb_2024_v1.csv": (1757, 62, "utf-8-sig"),
    "omb_2023.csv": (710, 10, "utf-8"),
    "omb_2025_cots.csv": (900, 5, "utf-8-sig"),
    "atrs_records.csv": (136, 4, "utf-8"),
    "atrs_records.json": (136, 7, "utf-8"),
    "nyc_ll35.csv": (76, 18, "utf-8"),
    "2024_data_dictionary.yaml": (62, 14, "utf-8"),
    USDA: (39, 18, "utf-8"),
    DOT: (31, 20, "utf-8"),
    "VA_Fed_Inv_2023_webtable.csv": (40, 3, "utf-8"),
    "GSA_Fed_Inv_2023_webtable.csv": (12, 3, "utf-8"),
    "DOL_Fed_Inv_2023_webtable.csv": (18, 5, "utf-8"),
}


def inventory(name: str) -> Path:
    return Path(os.environ["REGISTRY_REAL_DATA"]) / "inventories" / name


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_and_column_of_the_file_is_there(name: str):
    sheet = read(inventory(name))
    rows = list(sheet.rows)
    assert (len(rows), len(sheet.columns), sheet.encoding) == EXPECTED[name]
    assert not any(row.refused for row in rows)
    assert len({row.number for row in rows}) == len(rows)
    assert all(tuple(row.cells) == sheet.columns for row in rows)


def test_a_mark_in_the_second_heading_is_taken_out():
    assert read(inventory("DOL_Fed_Inv_2023_webtable.csv")).columns[1] == "AI Use Case Name"


def test_an_empty_heading_gets_a_name():
    sheet = read(inventory("VA_Fed_Inv_2023_webtable.csv"))
    assert sheet.columns[2] == "column 3"
    assert "Column 3 has no heading" in sheet.warnings[0]


def test_long_cells_and_bare_line_feeds_survive():
    rows = list(read(inventory("omb_2024_v1.csv")).rows)
    cells = [cell for row in rows for cell in row.cells.values()]
    assert max(len(cell) for cell in cells) == 4129
    assert any("\n" in cell and "\r" not in cell for cell in cells)
    assert (rows[-1].number, rows[-1].line) == (1758, 3658)


def test_characters_lost_before_are_counted_where_they_stand():
    sheet = read(inventory("omb_2023.csv"))
    assert sheet.warnings == (
        "21 characters were already lost before this file was written and show as \ufffd.",
    )
    told = [trouble for row in sheet.rows for trouble in row.problems]
    assert {trouble.column for trouble in told} == {"Summary"}
    assert len(told) == 10

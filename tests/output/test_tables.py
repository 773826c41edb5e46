import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.output.tables import guarded, to_csv, unguarded

TRICKY = st.text(st.sampled_from("=+-@\t\r\n'\" ,;a1\uff1d\uff0b\uff0d\uff20\u00e9"), max_size=8)


def cells_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "  =", "'"]
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    text = f"{start}HYPERLINK(1)"
    assert cells_of(to_csv(["a"], [[text]]))[1] == [f"'{text}"]
    assert unguarded(f"'{text}") == text


@given(TRICKY | st.text())
def test_no_guarded_text_starts_like_a_formula_and_every_one_reads_back(text):
    safe = guarded(text)
    assert not safe.lstrip(" ").startswith(
        ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    )
    assert unguarded(safe) == text


@given(st.lists(st.tuples(TRICKY, TRICKY), max_size=5))
def test_a_whole_table_reads_back_as_it_was(rows):
    read = cells_of(to_csv(["=a", "b"], rows))
    assert [[unguarded(cell) for cell in row] for row in read] == [["=a", "b"], *(list(row) for row in rows)]


def test_an_apostrophe_that_guards_nothing_is_left_alone():
    assert guarded("it's") == "it's"
    assert unguarded("'twas") == "'twas"


def test_numbers_stay_numbers_and_nothing_stays_empty():
    assert cells_of(to_csv(["a", "b", "c", "d", "e"], [[-5, 0.25, True, False, None]]))[1] == [
        "-5",
        "0.25",
        "yes",
        "no",
        "",
    ]


def test_the_file_says_that_it_is_utf_8_and_ends_lines_as_spreadsheets_do():
    assert to_csv(["n"], [["é\ud800"]]) == b"\xef\xbb\xbfn\r\n\xc3\xa9?\r\n"


def test_a_row_of_another_length_is_a_mistake_and_not_a_shifted_table():
    with pytest.raises(ValueError, match="2 cells under 1 headings"):
        to_csv(["a"], [["x", "y"]])

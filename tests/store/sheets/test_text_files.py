"""CSV and its kin: delimiters, encodings, headings, ragged rows, stray quotation marks."""

import tracemalloc

import pytest

from registry.store.sheets import Limits, Row, Sheet, SheetRefused, read


def opened(text: str | bytes, filename: str = "list.csv", **options: object) -> tuple[Sheet, list[Row]]:
    sheet = read(text.encode() if isinstance(text, str) else text, filename, **options)
    return sheet, list(sheet.rows)


def table(text: str | bytes, filename: str = "list.csv", **options: object) -> list[list[str]]:
    return [list(row.cells.values()) for row in opened(text, filename, **options)[1]]


@pytest.mark.parametrize(
    ("delimiter", "named"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
)
def test_the_delimiter_is_found_in_the_text(delimiter: str, named: str):
    rows = [
        "name{d}agency{d}summary",
        "Alpha{d}North{d}reads forms",
        'Beta{d}"South{d} East"{d}answers, slowly',
    ]
    sheet, found = opened("\r\n".join(rows).format(d=delimiter))
    assert sheet.dialect == named
    assert sheet.columns == ("name", "agency", "summary")
    assert found[1].cells["agency"] == f"South{delimiter} East"


def test_decimal_commas_do_not_hide_a_semicolon():
    assert table("name;low;high\nAlpha;1,5;2,5\nBeta;3,5;4,5\n") == [
        ["Alpha", "1,5", "2,5"],
        ["Beta", "3,5", "4,5"],
    ]


def test_the_delimiter_excel_states_in_a_first_line_is_taken():
    sheet, found = opened("sep=|\nname|note\nAlpha|a, b; c\n")
    assert sheet.columns == ("name", "note")
    assert found[0].cells["note"] == "a, b; c"
    assert found[0].number == 3


def test_a_file_of_one_column_is_read():
    assert table("name\nAlpha\nBeta\n") == [["Alpha"], ["Beta"]]


def test_a_file_name_decides_nothing_against_the_text():
    assert opened("name,note\nAlpha,x\n", "list.tsv")[0].dialect == "comma"


def test_rows_end_with_crlf_while_cells_hold_bare_line_feeds():
    _, found = opened('name,note\r\nAlpha,"one\ntwo\n\nthree"\r\nBeta,x\r\n')
    assert [row.cells["note"] for row in found] == ["one\ntwo\n\nthree", "x"]
    assert [(row.number, row.line) for row in found] == [(2, 2), (3, 6)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(ending: str):
    assert table(ending.join(["name,note", "Alpha,1 a", "Beta,2 b"])) == [["Alpha", "1 a"], ["Beta", "2 b"]]


def test_blank_lines_are_passed_over_and_still_counted():
    _, found = opened("name,note\n\nAlpha,x\n,\n\nBeta,y\n")
    assert [(row.number, row.cells["name"]) for row in found] == [(3, "Alpha"), (6, "Beta")]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_marked_or_utf_8_file_is_read_without_remark(encoding: str):
    sheet, found = opened("name,note\nÅlesund,žluťoučký 例 😀\n".encode(encoding))
    assert sheet.columns == ("name", "note")
    assert found[0].cells == {"name": "Ålesund", "note": "žluťoučký 例 😀"}
    assert sheet.warnings == ()
    assert sheet.encoding == encoding


def test_utf_16_without_a_mark_is_guessed_and_said():
    sheet, found = opened("name,note\nAlpha,première\n".encode("utf-16-le"))
    assert found[0].cells["note"] == "première"
    assert "UTF-16-LE" in sheet.warnings[0]


def test_windows_text_is_guessed_and_said():
    sheet, found = opened("name,note\nCafé,“smart” – 5 €\n".encode("cp1252"))
    assert found[0].cells == {"name": "Café", "note": "“smart” – 5 €"}
    assert sheet.encoding == "cp1252"
    assert "Windows-1252" in sheet.warnings[0]


def test_bytes_windows_leaves_undefined_make_it_latin_1():
    sheet, _ = opened(b"name,note\nCaf\xe9,\x81\n")
    assert sheet.encoding == "latin-1"


def test_a_few_broken_bytes_in_utf_8_do_not_turn_the_rest_to_nonsense():
    text = "name,note\nAlpha,žluťoučký kůň příliš\n".encode() + b"Beta,bro\xffken\n"
    sheet, found = opened(text)
    assert found[0].cells["note"] == "žluťoučký kůň příliš"
    assert found[1].cells["note"] == "bro\ufffdken"
    assert sheet.warnings[0].startswith("1 place in the file could not be read as UTF-8")
    assert [trouble.column for trouble in found[1].problems] == ["note"]


def test_characters_lost_before_are_counted_and_shown_at_their_cells():
    sheet, found = opened("name,note\nAlpha,a\ufffdb\ufffd\nBeta,c\n")
    assert sheet.warnings == (
        "2 characters were already lost before this file was written and show as \ufffd.",
    )
    (trouble,) = found[0].problems
    assert (trouble.row, trouble.column, trouble.refuses) == (2, "note", False)
    assert found[0].cells["note"] == "a\ufffdb\ufffd"


def test_control_characters_become_visible_and_are_told():
    _, found = opened("name,note\nAlpha,a\x0bb\n")
    assert found[0].cells["note"] == "a\ufffdb"
    assert "U+000B" in found[0].problems[0].message


def test_a_nul_refuses_the_file():
    with pytest.raises(SheetRefused, match="NUL"):
        read(b"name,note\nAl\0pha,x\n", "list.csv")


# Headings


def test_marks_and_line_ends_inside_headings_are_taken_out():
    sheet, _ = opened('ID,\ufeffUse case name,"Stage of\nlife  cycle"\n1,a,b\n')
    assert sheet.columns == ("ID", "Use case name", "Stage of life cycle")


def test_empty_and_repeated_headings_get_names_of_their_own():
    sheet, found = opened("name,,name,name (2)\nAlpha,b,c,d\n")
    assert sheet.columns == ("name", "column 2", "name (2)", "name (2) (2)")
    assert list(found[0].cells.values()) == ["Alpha", "b", "c", "d"]
    assert len(sheet.warnings) == 3


def test_title_lines_above_the_headings_are_passed_over_and_told():
    sheet, found = opened(
        "Inventory 2024,,\nPrinted 3 March,,\n,,\nname,agency,stage\nAlpha,North,live\nBeta,South,live\n"
    )
    assert sheet.heading_row == 4
    assert found[0].number == 5
    assert any("2 rows above" in warning for warning in sheet.warnings)


def test_a_heading_row_can_be_named():
    sheet, found = opened("name,agency\nsystem,unit\nAlpha,North\n", heading_row=2)
    assert sheet.columns == ("system", "unit")
    assert [row.number for row in found] == [3]


@pytest.mark.parametrize("row", [3, 99, 0])
def test_a_heading_row_that_is_blank_or_missing_is_refused(row: int):
    with pytest.raises(SheetRefused, match="headings"):
        read(b"name,agency\nAlpha,North\n\nBeta,South\n", "list.csv", heading_row=row)


def test_rows_of_numbers_alone_are_no_headings_and_that_is_said():
    sheet, _ = opened("1,2,3\n4,5,6\n")
    assert "No row looks like headings" in sheet.warnings[0]


# Ragged rows


def test_a_short_row_is_filled_with_blanks_and_told():
    _, found = opened("name,agency,stage\nAlpha,North\nBeta,South,live\n")
    assert found[0].cells == {"name": "Alpha", "agency": "North", "stage": ""}
    assert not found[0].refused
    assert "ends after 2 cells of 3" in found[0].problems[0].message
    assert found[1].problems == ()


def test_a_long_row_with_content_is_refused_and_shows_what_is_over():
    _, found = opened("name,note\nAlpha,one, two\nBeta,x,,\n")
    assert found[0].refused
    assert found[0].problems[0].value == "two"
    assert not found[1].refused


# Quotation marks


def test_quotation_marks_that_are_not_doubled_survive_and_are_told():
    _, found = opened('name,agency\n"Smart" Search,North\nBeta,South\n')
    assert found[0].cells == {"name": '"Smart" Search', "agency": "North"}
    assert not found[0].refused
    assert "not doubled" in found[0].problems[0].message


def test_stray_marks_inside_a_quoted_cell_survive():
    assert table('name,note,n\nAlpha,"says "hello" twice, so",1\n')[0] == [
        "Alpha",
        'says "hello" twice, so',
        "1",
    ]


def test_stray_marks_in_a_cell_of_several_lines_survive():
    _, found = opened('name,note,n\nAlpha,"one\nsays "hi" there\nend",1\nBeta,b,2\n')
    assert [list(row.cells.values()) for row in found] == [
        ["Alpha", 'one\nsays "hi" there\nend', "1"],
        ["Beta", "b", "2"],
    ]


def test_a_mark_never_closed_costs_its_own_row_at_most():
    _, found = opened('name,note\nAlpha,"open\nBeta,"closed"\nGamma,c\n')
    assert [row.cells["name"] for row in found] == ["Alpha", "Beta", "Gamma"]
    assert "never closed" in found[0].problems[0].message
    assert found[1].problems == ()


def test_a_mark_never_closed_before_the_end_of_the_file_costs_its_own_row_at_most():
    lines = ["name,note", 'Alpha,"open', *[f"System {number},plain" for number in range(500)]]
    _, found = opened("\n".join(lines))
    assert len(found) == 501
    assert "never closed" in found[0].problems[0].message
    assert [row.number for row in found[-2:]] == [501, 502]


def test_a_row_whose_marks_cannot_be_sorted_out_is_refused_with_the_reason():
    _, found = opened('name,note\nAlpha,"a"b,"c,d"e\nBeta,x\n')
    assert found[0].refused
    assert found[1].cells["name"] == "Beta"


# Limits


def test_a_cell_over_the_limit_refuses_its_row_only():
    _, found = opened(f"name,note\nAlpha,{'x' * 32_768}\nBeta,{'y' * 32_767}\n")
    assert found[0].refused
    assert "32,768 characters" in found[0].problems[0].message
    assert len(found[0].problems[0].value) <= 80
    assert not found[1].refused
    assert len(found[1].cells["note"]) == 32_767


def test_too_many_rows_are_refused_while_walking():
    sheet = read(b"name\n" + b"Alpha\n" * 6, "list.csv", limits=Limits(rows=5))
    with pytest.raises(SheetRefused, match="more than 5 rows"):
        list(sheet.rows)


def test_too_many_columns_are_refused():
    with pytest.raises(SheetRefused, match="at most 1,000"):
        read(",".join(f"c{n}" for n in range(1_001)).encode(), "list.csv")


def test_a_file_over_the_size_limit_is_refused():
    with pytest.raises(SheetRefused, match="Split it"):
        read(b"name\nAlpha\n", "list.csv", limits=Limits(file_bytes=5))


def test_text_that_looks_like_a_formula_is_kept_as_it_is():
    values = ["=1+1", "+44 20", "-5", "@name", '=HYPERLINK("http://x")']
    quoted = "\n".join(f'"{value.replace(chr(34), chr(34) * 2)}",x' for value in values)
    assert [cells[0] for cells in table(f"name,note\n{quoted}\n")] == values


def test_a_path_is_read_as_well_as_bytes(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"name,note\nAlpha,x\n")
    assert [row.cells["name"] for row in read(path).rows] == ["Alpha"]


def test_a_path_that_leads_nowhere_or_to_a_folder_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.csv", "a\0b"):
        with pytest.raises(SheetRefused):
            read(path)


def test_a_line_of_nothing_but_delimiters_is_refused_before_its_cells_are_made():
    with pytest.raises(SheetRefused, match="more than 50,000 cells"):
        read(b"," * 60_000, "list.csv")
    assert table("name,note\nAlpha," + '"' + "a,b " * 5_000 + '"\n')[0][0] == "Alpha"


def test_blank_lines_without_end_are_refused():
    sheet = read(b"name\n" + b"\n" * 200, "list.csv", limits=Limits(rows=10))
    with pytest.raises(SheetRefused, match="blank"):
        list(sheet.rows)


def test_a_large_file_is_never_held_in_memory(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"name,note\n" + b"Alpha," + b"text " * 2_000 + b"\n")
    line = path.read_bytes().splitlines(keepends=True)[1]
    with path.open("ab") as stream:
        for _ in range(1_000):
            stream.write(line)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(path).rows) == 1_001
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 10_000_000
    assert peak < 5_000_000


def test_rows_are_read_while_they_are_walked(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"name,note\n" + b"Alpha,x\n" * 200_000)
    rows = read(path, limits=Limits(rows=1_000_000)).rows
    assert next(rows).number == 2
    path.unlink()
    assert next(rows).number == 3
    rows.close()


def test_the_encoding_a_person_states_is_used_and_its_losses_are_told():
    data = "name\nBüro\n".encode("cp1252")
    assert next(read(data, "a.csv", encoding="cp1252").rows).cells == {"name": "Büro"}
    lost = read(data, "a.csv", encoding="utf-8")
    assert next(lost.rows).cells == {"name": "B\ufffdro"}
    assert "1 place in the file cannot be read" in lost.warnings[0]
    marked = read(b"\xef\xbb\xbfname\nx\n", "a.csv", encoding="utf-8")
    assert marked.columns == ("name",)
    for name in ("klingon", "utf-16"):
        with pytest.raises(SheetRefused):
            read(b"n\x00a\x00\x00\x00" if name == "utf-16" else data, "a.csv", encoding=name)

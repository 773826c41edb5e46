"""Files as clerks have them, through the pages: hard ones, hostile ones, and every real inventory there is."""

import io
import zipfile

import pytest
import xlsxwriter

from registry.interchange.rules.imports import ImportState
from tests.interchange.desk import place_of, systems

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LONG = "A very long account of what the tool does. " * 93


def workbook(*sheets):
    """A workbook of (name, hidden, rows); a cell of None is merged into the one on its left."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, hidden, rows in sheets:
            page = book.add_worksheet(name)
            if hidden:
                page.hide()
            for place, row in enumerate(rows):
                for column, text in enumerate(row):
                    last = column
                    while last + 1 < len(row) and row[last + 1] is None:
                        last += 1
                    if text is not None and last > column:
                        page.merge_range(place, column, place, last, text)
                    elif text is not None:
                        page.write_string(place, column, text)
    return content.getvalue()


@ON_SQLITE
def test_a_windows_file_is_read_as_such_and_as_whatever_else_the_clerk_says(desk, cast):
    page = desk.upload(
        "name;summary;department\nBüro-Lotse;Führt zum Büro – schnell.;Café\n".encode("cp1252")
    )
    assert "Büro-Lotse" in page
    assert "was read as Windows-1252 (cp1252)" in page
    assert "Bьro-Lotse" in desk.page(encoding="cp1251")
    assert "Büro-Lotse" in desk.page(encoding="no such encoding")
    desk.check(encoding="cp1251")
    assert "Bьro-Lotse" in desk.client.get(f"/imports/{desk.number}/rows").text
    assert desk.post("columns") == 303
    assert 'value="cp1251" selected' in desk.page()


@ON_SQLITE
def test_headings_in_row_two_with_line_breaks_merged_and_nine_times_equal(desk, database, cast):
    head = ["Tool\nname", "What it is\r\nused for", "Owner", None, *["Notes"] * 9]
    rows = [
        ["Our tools, as of today"],
        head,
        ["Letter reader", LONG, "Ada", "ada@example.org", *(f"n{n}" for n in range(9))],
        ["Mail router", "Routes.", "Ada", "ada@example.org", *(f"m{n}" for n in range(9))],
    ]
    content = workbook(("Cover", False, [["x"]]), ("Tools", True, rows))
    page = desk.upload(content, "tools.xlsx")
    assert "Tools (hidden)" in page
    # Nine equal headings are no headings to a machine, which says what it took; the clerk says where they are.
    assert "The headings are in row 4; 3 rows above them are not read as data." in desk.page(sheet="Tools")
    reading = {"sheet": "Tools", "heading_row": "2"}
    page = desk.page(**reading)
    assert "What it is used for" in page
    assert all(f"Notes ({n})" in page for n in range(2, 10))
    form = desk.form(**reading)
    wanted = {
        "Tool name": "name",
        "What it is used for": "summary",
        "column 4": "owner_email",
        "Notes (9)": "tags",
    }
    changes = {f"field-{place_of(form, column)}-0": field for column, field in wanted.items()}
    assert desk.check(changes, **reading).tally["created"] == 2
    desk.carry_out(cast.number("adam"))
    reader = systems(database)["Letter reader"]
    assert LONG.strip() in reader.description
    assert desk.report()["created"] == 2


@ON_SQLITE
def test_a_row_of_headings_that_holds_none_is_told_and_another_can_be_chosen(desk):
    desk.upload(b"name,summary\nMail router,Routes.\n")
    assert "Row 9 is blank or missing, so it cannot hold the headings." in desk.page(heading_row="9")
    assert "cannot be read as it is" in desk.page(heading_row="9")
    assert "Mail router" in desk.page(heading_row="1")
    assert desk.page(heading_row="x" * 500, sheet="\x00", profile="' OR 1=1 --", after="zz")


def bomb():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return content.getvalue()


HOSTILE = {
    "a zip bomb": (bomb, "tools.xlsx", "would unpack to"),
    "noise": (lambda: bytes(range(256)) * 50, "tools.csv", "NUL"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 100, "tools.csv", "a picture"),
    "a web page": (lambda: b"<!doctype html><p>Sign in", "tools.csv", "a web page"),
    "a huge heading row": (
        lambda: b",".join(b"h%d" % n for n in range(900)) + b"\n1\n",
        "t.csv",
        "900 columns",
    ),
    "half a document": (lambda: b'[{"name": "x"', "tools.json", "cannot be read"),
    "an anchor bomb": (lambda: b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "tools.yaml", ""),
    "nothing but quotation marks": (lambda: b'"' * 5_000, "tools.csv", ""),
    "blank lines": (lambda: b"\n" * 5_000, "tools.csv", "blank"),
}


@ON_SQLITE
@pytest.mark.parametrize("said", HOSTILE)
def test_a_hostile_file_is_refused_in_words_a_clerk_understands(desk, said):
    make, name, words = HOSTILE[said]
    page = desk.upload(make(), name)
    assert words in page
    assert desk.post("check", {"column-0": "x", "field-0-0": "name", "dates": ""}) in (303, 422)
    assert desk.post("apply", {}) == 422


@ON_SQLITE
def test_what_is_no_upload_is_refused_beside_its_field(desk, app):
    for data in ({}, {"file": (io.BytesIO(b""), "empty.csv")}, {"file": (io.BytesIO(b"x"), "\x01")}):
        assert (
            desk.client.post("/imports/new", data=data, content_type="multipart/form-data").status_code == 422
        )
    app.config["REGISTRY_MAX_UPLOAD"] = 2_000
    large = {"file": (io.BytesIO(b"x" * 3_000), "large.csv")}
    reply = desk.client.post("/imports/new", data=large, content_type="multipart/form-data")
    assert reply.status_code == 422
    assert "Split it into smaller files." in reply.text


@ON_SQLITE
def test_an_upload_may_be_larger_than_a_form_but_only_from_somebody_signed_in(desk, app):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="large.csv"\r\n\r\nname\n'
    sent = {
        "data": head + b"x" * 2_000_000 + b"\r\n--x--\r\n",
        "content_type": "multipart/form-data; boundary=x",
    }
    assert desk.client.post("/imports/new", **sent).status_code == 303
    assert app.test_client().post("/imports/new", **sent).status_code == 413
    assert desk.client.post(f"/imports/{desk.number}/check", **sent).status_code == 413


@ON_SQLITE
def test_formulas_and_markup_come_out_as_text(desk, cast):
    text = 'name,summary,department\n"=HYPERLINK(""http://x"")",<script>alert(1)</script>,<b>Post</b>\n'
    assert desk.whole(text.encode(), cast.number("adam")) == {"rows": 1, "created": 1}
    page = desk.client.get(f"/imports/{desk.number}/rows").text
    assert "<b>Post</b>" not in page
    assert "&lt;b&gt;Post&lt;/b&gt;" in page
    assert "'=HYPERLINK" in desk.client.get(f"/imports/{desk.number}/report.csv").text


# What each file ends in when every guess is taken; the largest are carried out by the long programme alone.
REAL = {
    "2023_Public_Inventory_of_AI_Use_Cases_-_USDA.csv": True,
    "DOL_Fed_Inv_2023_webtable.csv": True,
    "Department_of_Transportation_Inventory_of_Artificial_Intelligence_Use_Cases.csv": True,
    "GSA_Fed_Inv_2023_webtable.csv": True,
    "VA_Fed_Inv_2023_webtable.csv": True,
    "atrs_records.csv": True,
    "atrs_records.json": True,
    "nyc_ll35.csv": True,
    "omb_2025_cots.csv": False,
    "omb_2023.csv": False,
}


@pytest.mark.realdata
@ON_SQLITE
def test_every_real_inventory_goes_through_the_pages(desk, database, cast, real_data):
    ended = {}
    for name, carried in REAL.items():
        desk.upload(real_data / "inventories" / name)
        checked = desk.check()
        assert checked.state is ImportState.CHECKED, (name, checked.trouble)
        if carried:
            assert desk.carry_out(cast.number("adam")).state is ImportState.IMPORTED, name
        ended[name] = {key: value for key, value in desk.stands().tally.items() if value}
    # The records of one inventory come in two formats: the second file says what the first has said.
    endings = ("created", "updated", "unchanged")
    known = {name: sum(tally.get(each, 0) for each in endings) for name, tally in ended.items()}
    assert min(known.values()) > 10, ended
    page = desk.upload(real_data / "inventories" / "2024_data_dictionary.yaml")
    assert "it lists no systems" in page


@pytest.mark.realdata
@ON_SQLITE
def test_the_largest_inventory_is_checked_as_the_command_would(desk, real_data):
    desk.upload(real_data / "inventories" / "omb_2024_v1.csv")
    checked = desk.check()
    assert checked.tally == {
        "rows": 1757, "created": 1754, "updated": 0, "unchanged": 0, "duplicate": 3, "refused": 0,
    }  # fmt: skip
    assert (
        "The row says the same as row" in desk.client.get(f"/imports/{desk.number}/rows?show=duplicate").text
    )


@ON_SQLITE
def test_text_named_as_a_workbook_is_told_on_the_page_and_in_the_report(desk, cast):
    page = desk.upload(b"name,summary\nMail router,Routes.\n", "tools.xlsx")
    said = "The file is named .xlsx, but it is no workbook."
    assert said in page
    assert any(said in remark for remark in desk.check().remarks)

"""Static files: an address for each release, kept for good under that one and no other."""

import re

import pytest
from flask import Flask

from registry.output.places import static_dir
from registry.web import statics

on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
KEPT = "public, max-age=31536000, immutable"


@pytest.fixture
def page(app):
    return app.test_client().get("/sign-in").text


@on_one_database
def test_a_page_names_its_files_by_an_address_that_may_be_kept_for_good(app, page):
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
    assert len(addresses) >= 4
    for address in addresses:
        with app.test_client().get(address) as reply:
            assert (reply.status_code, reply.headers["Cache-Control"]) == (200, KEPT), address


@on_one_database
def test_the_one_style_sheet_holds_every_other_in_its_layer_and_asks_for_none(app):
    folder = static_dir() / "css"
    said = (folder / "app.css").read_text()
    with app.test_client().get("/static/css/app.css") as reply:
        sent = reply.text
        assert reply.mimetype == "text/css"
    assert "@import" not in sent
    assert re.search(r"@layer [\w, ]+;", sent)
    named = re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\)( print)?;', said)
    assert len(named) == said.count("@import") > 30
    places = []
    for name, layer, medium in named:
        part = f"@layer {layer} {{\n{(folder / name).read_text()}}}"
        part = f"@media print {{\n{part}\n}}" if medium else part
        assert sent.count(part) == 1, name
        places.append(sent.index(part))
    assert places == sorted(places)


@on_one_database
def test_who_has_the_style_sheet_is_told_that_it_is_the_same(app):
    with app.test_client().get("/static/css/app.css") as reply:
        tag = reply.headers["ETag"]
    with app.test_client().get("/static/css/app.css", headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


@on_one_database
def test_what_a_file_imports_has_the_same_edition(page):
    sheet, script = (
        re.search(rf'"(/static/[0-9a-f]{{12}}/){path}"', page) for path in ("css/app.css", "js/app.js")
    )
    assert sheet
    assert script
    assert sheet[1] == script[1]
    assert not re.search(r"(?:import|url)\W+/", (static_dir() / "css" / "app.css").read_text())


@on_one_database
@pytest.mark.parametrize("place", ["", "000000000000/"])
def test_by_an_older_address_the_file_is_there_and_is_asked_for_again(app, place):
    with app.test_client().get(f"/static/{place}css/app.css") as reply:
        assert reply.status_code == 200
        assert "immutable" not in reply.headers["Cache-Control"]


def test_the_edition_changes_with_a_name_and_with_a_byte(tmp_path):
    (tmp_path / "a.css").write_text("p{}")
    first = statics.edition_of(tmp_path)
    assert statics.edition_of(tmp_path) == first
    (tmp_path / "a.css").write_text("q{}")
    second = statics.edition_of(tmp_path)
    (tmp_path / "a.css").rename(tmp_path / "b.css")
    assert len({first, second, statics.edition_of(tmp_path)}) == 3


def test_nothing_outside_the_folder_is_sent(tmp_path):
    inside = tmp_path / "static"
    inside.mkdir()
    (inside / "a.css").write_text("p{}")
    (tmp_path / "secret.txt").write_text("no")
    app = Flask("statics", static_folder=str(inside), static_url_path="/static")
    statics.install(app)
    edition = statics.edition_of(inside)
    client = app.test_client()
    with client.get(f"/static/{edition}/a.css") as reply:
        assert reply.status_code == 200
    for outside in (
        f"{edition}/../secret.txt",
        f"{edition}/..%2fsecret.txt",
        f"{edition}/{edition}/a.css",
        f"{edition}//a.css",
    ):
        assert client.get(f"/static/{outside}").status_code in {308, 404}, outside

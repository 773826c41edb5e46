"""registry packs: what is listed, what is said of a file, and that a dry run keeps nothing."""

import json
from importlib.resources import files

import pytest
from click.testing import CliRunner

from registry.packs import commands
from registry.store.commandkit import House

SHIPPED = files("registry.packs") / "shipped" / "baseline-2026.1.yaml"


@pytest.fixture
def run(database):
    def typed(*arguments):
        return CliRunner().invoke(
            commands.packs, list(map(str, arguments)), obj=House(None, lambda: database)
        )

    return typed


@pytest.fixture
def file(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    made = tmp_path / "mine.yaml"
    made.write_text(text.replace("2026.1", "2026.2").replace("high: 3", "high: 1"), encoding="utf-8")
    return made


def listed(run):
    result = run("list", "--json")
    assert not result.exception, result.exception
    found = json.loads(result.stdout)["packs"]
    return {(each["id"], each["edition"]): (each["in_force"], each["added"]) for each in found}


def test_an_edition_is_tried_added_and_refused_the_second_time(run, file):
    assert listed(run)["baseline", "2026.1"] == (True, False)
    tried = run("add", file, "--dry-run")
    assert "Owners confirm every 1 month on systems that are high, before 3" in tried.stdout
    assert ("baseline", "2026.2") not in listed(run)

    added = json.loads(run("add", file, "--json").stdout)
    assert (added["added"], added["objections"], len(added["changes"])) == (True, [], 1)
    assert listed(run)["baseline", "2026.2"] == (True, True)
    assert listed(run)["baseline", "2026.1"] == (False, False)

    again = run("add", file)
    assert again.exit_code == 1
    assert "line 2, edition: there is baseline 2026.2 already" in again.stdout


def test_a_file_that_is_no_pack_is_named_with_its_lines_and_ends_with_1(run, file):
    file.write_text("id: mine\ntitel: Mine\n", encoding="utf-8")
    result = run("check", file, "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert {"line": 2, "path": "titel"}.items() <= answer["objections"][0].items()
    assert answer["pack"] is None
    file.write_bytes(b"id: \xff")
    assert "is not UTF-8" in run("check", file).output

"""What the scanner from outside reports is read whole, and only what was looked at is left out."""

import re

import pytest

from benchmarks.programme.running import Result, shown
from benchmarks.programme.shapes import Entry, Program
from benchmarks.programme.telling import line_of
from benchmarks.scanner import __main__ as scanner
from benchmarks.scanner.scanning import MODULES, read, reviewed_rows, to_look_at
from tests.architecture.tree import ROOT


def found(level, path="/search?q=1", parameter="q"):
    return {"level": level, "method": "GET", "path": path, "parameter": parameter, "info": "said"}


REPORT = {
    "infos": {"crawled_pages_nbr": 31},
    "vulnerabilities": {
        "Reflected Cross Site Scripting": [found(3)],
        "Secure Flag cookie": [found(1, "/", None)],
    },
    "anomalies": {"Internal Server Error": [found(2, "/systems/AI-0001", "name")]},
    "additionals": {"Fingerprint web server": [found(3)]},
}


def test_of_a_report_what_is_wrong_is_read_and_what_is_only_told_is_not():
    report = read(REPORT)
    assert report.pages == 31
    assert [(each.kind, each.level, each.path, each.parameter) for each in report.findings] == [
        ("Reflected Cross Site Scripting", 3, "/search", "q"),
        ("Secure Flag cookie", 1, "/", ""),
        ("Internal Server Error", 2, "/systems/AI-0001", "name"),
    ]


@pytest.mark.parametrize(
    ("row", "left"),
    [
        ({"kind": "Internal Server Error", "path": "/systems/[^/]+", "parameter": ""}, {"/search"}),
        (
            {"kind": "Internal Server Error", "path": "/systems/", "parameter": ""},
            {"/search", "/systems/AI-0001"},
        ),
        (
            {"kind": "Internal Server Error", "path": ".*", "parameter": "key"},
            {"/search", "/systems/AI-0001"},
        ),
        ({"kind": "Reflected Cross Site Scripting", "path": ".*", "parameter": "q"}, {"/systems/AI-0001"}),
    ],
)
def test_only_what_was_looked_at_is_left_out_by_kind_whole_path_and_field(row, left):
    assert {each.path for each in to_look_at(read(REPORT).findings, [row])} == left


def test_what_was_looked_at_says_why_and_where():
    for row in reviewed_rows():
        assert row["why"], row
        re.compile(row["path"])
    # The reason that is given for all of one kind.
    assert "ldap" not in (ROOT / "requirements.lock").read_text("utf-8").lower()


def test_without_its_program_an_entry_is_not_tried_and_is_said_to_be(monkeypatch, capsys):
    monkeypatch.delenv("WAPITI", raising=False)
    entry = Entry("T00", "A scan", "all", program=Program((), (), by_database=False, needs="WAPITI"))
    result = shown(entry, (), short=True)
    assert (result.outcomes, result.is_well) == ({}, True)
    assert line_of(result).endswith("not tried: WAPITI names no program")
    assert scanner.main([]) == 2
    assert "WAPITI" in capsys.readouterr().out
    monkeypatch.setenv("WAPITI", "/usr/bin/wapiti")
    assert not Result(entry).is_well


def test_every_module_that_is_documented_is_one_of_those_that_are_run():
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    assert f"{len(MODULES)} modules" in page

"""docs/asvs.csv answers for each requirement that is claimed: what is said to be met names sources and tests that exist."""

import ast
import csv
import re
from collections import Counter
from functools import cache

import pytest

from tests.architecture.tree import ROOT

# Of OWASP ASVS 5.0: all of levels 1 and 2 that apply, and these of level 3.
CLAIMED = """
1.1.1-2 1.2.1-5 1.2.9-10 1.3.1-7 1.3.10-12 1.5.1-3 2.1.1-3 2.2.1-3 2.3.1-5 2.4.1 3.2.1-2 3.3.1-4 3.4.1-8 3.5.1-4 3.6.1 3.7.2
4.1.1-4 4.2.1 5.1.1 5.2.1-6 5.3.1-3 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.3.7-8 6.4.1-4 6.5.1-5 6.8.1-2 6.8.4 7.1.1-3 7.2.1-4
7.3.1-2 7.4.1-5 7.5.1-3 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1-3 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 10.2.1-3 10.3.1-4 10.5.1-5 11.1.1-2
11.2.1-4 11.3.1-3 11.4.1-4 11.5.1 11.6.1 12.1.1-3 12.2.1-2 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4
14.2.7 14.3.1-3 15.1.1-3 15.2.1-3 15.2.5 15.3.1-7 15.4.1-3 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-4
"""
STORES = re.compile(r"(localStorage|sessionStorage|indexedDB|document\.cookie)[^\n]*")


def claimed():
    """Each requirement that is claimed, in its order."""
    for part in CLAIMED.split():
        first, _, last = part.partition("-")
        section, _, number = first.rpartition(".")
        yield from (f"V{section}.{each}" for each in range(int(number), int(last or number) + 1))


def rows():
    with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def names_in(file):
    """The functions of a file of tests, without their parameters."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def is_there(test):
    """Whether a test, or a file or folder of tests, exists."""
    file, _, name = test.partition("::")
    if not (ROOT / file).exists():
        return False
    return not name or name.partition("[")[0] in names_in(file)


def wrong_with(row):
    """What does not hold of a row: each as a few words."""
    where, tests = row["where"].split(), row["tests"].split()
    yield from (f"there is no {place}" for place in where if not (ROOT / place).exists())
    yield from (f"there is no test {test}" for test in tests if not is_there(test))
    if row["level"] not in {"1", "2", "3"} or len(row["requirement"]) < 15:
        yield "no level, or no requirement"
    if row["status"] == "met":
        # What the standard wants documented is shown by the documents.
        documents = where and all(place.endswith(".md") for place in where)
        if not (where and (tests or documents)):
            yield "said to be met and shown by nothing"
    elif row["status"] not in {"open", "not applicable"}:
        yield f"no status: {row['status']}"
    elif not (row["remark"] or where):
        yield "not met, and nothing says why"
    if row["status"] == "not applicable" and (not row["remark"] or tests):
        yield "why it does not apply is not said"


def test_every_requirement_that_is_claimed_has_one_row_and_each_row_holds():
    found = rows()
    assert [row["id"] for row in found] == list(claimed())
    assert {row["id"]: wrong for row in found if (wrong := list(wrong_with(row)))} == {}


@pytest.mark.parametrize(
    "change",
    [
        {"tests": "tests/architecture/test_asvs.py::test_of_nothing"},
        {"tests": "tests/nowhere.py"},
        {"where": "registry/nowhere.py"},
        {"tests": ""},
        {"status": "nearly"},
        {"status": "not applicable"},
        {"status": "open", "where": "", "remark": ""},
    ],
    ids=str,
)
def test_a_row_that_does_not_hold_is_noticed(change):
    good = {
        "id": "V1.1.1", "level": "2", "status": "met", "requirement": "What comes in is decoded once.",
        "where": "registry/kernel/text.py", "tests": "tests/architecture/test_asvs.py", "remark": "",
    }  # fmt: skip
    assert list(wrong_with(good)) == []
    assert list(wrong_with(good | change)) != []


def test_what_is_open_is_counted_in_the_document_that_speaks_of_it():
    said = (ROOT / "docs" / "security.md").read_text("utf-8")
    counts = Counter(row["status"] for row in rows())
    for status in ("met", "not applicable", "open"):
        assert f"{counts[status]} {status}" in said


def test_scripts_keep_nothing_in_the_browser_but_the_choice_of_colours():
    kept = [
        found.group()
        for script in (ROOT / "registry" / "static" / "js").rglob("*.js")
        for found in STORES.finditer(script.read_text("utf-8"))
    ]
    assert kept
    assert [line for line in kept if '("theme"' not in line] == []

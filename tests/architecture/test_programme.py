"""The acceptance programme names tests that exist and faults that still fit, and its command is the one that is documented."""

import re
import shlex

import pytest

from benchmarks.programme import running
from benchmarks.programme.__main__ import parser
from benchmarks.programme.plan import ENTRIES
from benchmarks.programme.running import Outcome, Result, with_fault
from benchmarks.programme.shapes import Defect, Entry
from tests.architecture.test_asvs import is_there
from tests.architecture.tree import ROOT

COMMAND = re.compile(r"python -m benchmarks\.programme((?: [^`\n]*)?)")


def test_every_entry_of_the_list_is_there_once_and_shown_or_said_to_be_open():
    numbers = [f"T{number:02}" for number in range(1, 31)]
    assert sorted({entry.id[:3] for entry in ENTRIES}) == numbers
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)
    for entry in ENTRIES:
        assert [test for test in entry.every_test if not is_there(test)] == [], entry.id
        # Rule 0 of the programme: what cannot fail shows nothing.
        assert (entry.defect is None) == entry.is_open, entry.id
        assert entry.lacks or not entry.is_open, entry.id


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.defect], ids=lambda entry: entry.id)
def test_every_fault_still_fits_the_sources_and_is_put_to_tests_of_its_entry(entry):
    defect = entry.defect
    if defect.before:
        assert (ROOT / defect.file).read_text("utf-8").count(defect.before) == 1
        assert defect.before != defect.after
    else:
        assert not (ROOT / defect.file).exists()
    assert defect.caught_by or entry.program
    for test in defect.caught_by:
        assert is_there(test)
        file = test.partition("::")[0]
        assert any(file.startswith(named.partition("::")[0]) for named in entry.every_test), test


def test_a_fault_is_put_in_and_taken_out_again_with_the_time_the_file_had(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("one\ntwo\n")
    before = file.stat().st_mtime_ns
    with with_fault(tmp_path, Defect("", "a.py", "two", "three")):
        assert file.read_text() == "one\nthree\n"
    assert (file.read_text(), file.stat().st_mtime_ns) == ("one\ntwo\n", before)
    with with_fault(tmp_path, Defect("", "b.py", "", "new")):
        assert (tmp_path / "b.py").read_text() == "new"
    assert not (tmp_path / "b.py").exists()
    with pytest.raises(ValueError, match="0 times"), with_fault(tmp_path, Defect("", "a.py", "four", "")):
        pass


SHOWN = Entry(
    "T00",
    "A test",
    "one",
    tests=("tests/test_a.py",),
    defect=Defect("", "a.py", "1", "2", ("tests/test_a.py",)),
)
TEST = "from a import value\n\ndef test_it(record_property):\n    record_property('found', value)\n    assert value == 1\n"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A tree with one module, one test of it, and the plugin that tells what became of the test."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(TEST)
    (tmp_path / "a.py").write_text("value = 1\n")
    (tmp_path / "benchmarks").symlink_to(ROOT / "benchmarks")
    monkeypatch.setattr(running, "ROOT", tmp_path)
    return tmp_path


def test_a_run_tells_the_figures_of_its_tests_and_whether_the_fault_was_caught(small):
    result = running.shown(SHOWN, ("sqlite",), short=True)
    assert result.outcomes == {"": Outcome(passed=1, figures={"found": 1})}
    assert result.is_well
    caught, _ = running.is_caught(small, SHOWN, ("sqlite",))
    assert caught
    # What failed says on what, for it may not fail again.
    (small / "a.py").write_text("value = 3\n")
    [failed] = running.shown(SHOWN, ("sqlite",), short=True).outcomes[""].failed
    assert failed == "tests/test_a.py::test_it: assert 3 == 1"
    (small / "a.py").write_text("value = 1\n")
    # A test that cannot fail is told from one that did.
    (small / "tests" / "test_a.py").write_text("def test_it():\n    pass\n")
    caught, said = running.is_caught(small, SHOWN, ("sqlite",))
    assert (caught, "passed" in said) == (False, True)


@pytest.mark.parametrize(
    ("outcomes", "caught", "well"),
    [
        ({"": Outcome(passed=1)}, None, True),
        ({"": Outcome(passed=1)}, True, True),
        ({"": Outcome(passed=1)}, False, False),
        ({"": Outcome(passed=1, failed=["x"])}, True, False),
        ({"": Outcome(skipped=1)}, None, False),
        ({}, None, False),
    ],
)
def test_only_what_was_shown_and_can_fail_is_well(outcomes, caught, well):
    assert Result(SHOWN, outcomes, caught=caught).is_well is well


def test_every_command_that_is_documented_is_taken():
    shown = [
        found.group(1)
        for page in (ROOT / "docs").rglob("*.md")
        for found in COMMAND.finditer(page.read_text("utf-8"))
    ]
    assert len(shown) >= 3
    for words in shown:
        parser().parse_args(shlex.split(words))

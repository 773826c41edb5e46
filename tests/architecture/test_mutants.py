"""Mutants are what they say, are put in wherever a rule is held, and are of modules and tests that are there."""

import ast
import importlib
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.mutants.__main__ import counted, file_of, reviewed_rows, said, share
from benchmarks.mutants.modules import TESTS_OF
from benchmarks.mutants.mutating import mutants_of
from benchmarks.mutants.putting import NoModule, put_in
from benchmarks.mutants.running import Ending
from tests.architecture.tree import ROOT

SOURCE = '''
LIMIT: int = 3
LIMITS = {LIMIT: "few"}

class Kind(Enum):
    SMALL = 1

class Bag:
    room = 2

def may(age: int, name: str) -> bool:
    """Text is left alone, 7 too."""
    if not name:
        raise ValueError("name " + name + name)
    return age - 1 < LIMIT or name == "Ada"
'''
CHANGES = {
    ("LIMIT", "3", "4"),
    ("Kind.SMALL", "1", "2"),
    ("Bag.room", "2", "3"),
    ("may", "not name", "name"),
    ("may", "raise ValueError('name ' + name + name)", "pass"),
    ("may", "age - 1 < LIMIT or name == 'Ada'", "age - 1 < LIMIT and name == 'Ada'"),
    ("may", "age - 1 < LIMIT", "age - 1 <= LIMIT"),
    ("may", "age - 1", "age + 1"),
    ("may", "1", "2"),
    ("may", "name == 'Ada'", "name != 'Ada'"),
    ("may", "return age - 1 < LIMIT or name == 'Ada'", "return None"),
}


def test_every_decision_number_and_statement_is_changed_once_and_no_text():
    found = mutants_of(SOURCE)
    assert {mutant.name for mutant in found} == CHANGES
    assert len(found) == len(CHANGES)


@pytest.fixture
def rule(tmp_path, monkeypatch):
    """A module of the source in a folder of its own, and a page that imports what is in it under other names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name, source in {
        "a_rule": f"from enum import Enum\n{SOURCE}",
        "a_page": "from a_rule import LIMIT as MOST, LIMITS, Bag, Kind, may\nTHREE = LIMITS_OF_ITS_OWN = 3\n",
    }.items():
        monkeypatch.delitem(sys.modules, name, raising=False)
        (tmp_path / f"{name}.py").write_text(source)
    importlib.invalidate_caches()
    page = importlib.import_module("a_page")
    yield importlib.import_module("a_rule"), page
    for name in ("a_rule", "a_page"):
        sys.modules.pop(name, None)


def test_a_mutant_is_put_in_wherever_the_rule_was_imported_and_nowhere_else(rule):
    module, page = rule
    small, bag = page.Kind.SMALL, page.Bag()
    put_in(module, ast.parse(Path(module.__file__).read_text()))
    assert (page.may(4, "Eva"), page.MOST, small.value, bag.room) == (False, 3, 1, 2)
    changed = SOURCE.replace("= 3", "= 5").replace("SMALL = 1", "SMALL = 4").replace("room = 2", "room = 9")
    put_in(module, ast.parse(changed))
    assert (page.may(4, "Eva"), page.MOST, page.LIMITS, page.THREE) == (True, 5, {5: "few"}, 3)
    assert (small.value, page.Kind(4), bag.room) == (4, small, 9)


def test_a_mutant_that_is_no_module_is_told_from_one_that_is_noticed(rule):
    with pytest.raises(NoModule):
        put_in(rule[0], ast.parse("LIMIT = 1 // 0"))


def test_what_could_not_be_tried_is_counted_neither_for_nor_against():
    ends = Counter(
        {Ending.FAILED: 18, Ending.OUT_OF_TIME: 1, Ending.ALIVE: 1, Ending.NO_MODULE: 2, Ending.BROKE: 3}
    )
    assert share(ends) == 0.95
    assert said(ends) == "19 of 20, 1 out of time, 2 no module, 3 broke"
    assert share(Counter({Ending.BROKE: 3})) == 0


def test_modules_their_tests_and_what_was_reviewed_are_there():
    for module, tests in TESTS_OF.items():
        assert file_of(module).is_file(), module
        assert [test for test in tests if not (ROOT / test).is_file()] == []
    for row in reviewed_rows():
        names = {mutant.name for mutant in counted(row["module"], frozenset())}
        assert (row["place"], row["before"], row["after"]) in names, row
        assert row["why"], row

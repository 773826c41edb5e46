"""Mutants are what they say, are put in wherever a rule is held, and are of modules and tests that are there."""

import ast
import sys
from types import ModuleType

from benchmarks.mutants.__main__ import counted, file_of, reviewed_rows
from benchmarks.mutants.modules import TESTS_OF
from benchmarks.mutants.mutating import mutants_of
from benchmarks.mutants.running import put_in
from tests.architecture.tree import ROOT

SOURCE = '''
LIMIT: int = 3

def may(age: int, name: str) -> bool:
    """Text is left alone, 7 too."""
    if not name:
        raise ValueError("name " + name)
    return age < LIMIT or name == "Ada"
'''
CHANGES = {
    ("3", "4"),
    ("not name", "name"),
    ("raise ValueError('name ' + name)", "pass"),
    ("age < LIMIT or name == 'Ada'", "age < LIMIT and name == 'Ada'"),
    ("age < LIMIT", "age <= LIMIT"),
    ("name == 'Ada'", "name != 'Ada'"),
    ("return age < LIMIT or name == 'Ada'", "return None"),
}


def test_every_decision_number_and_statement_is_changed_once_and_no_text():
    found = mutants_of(SOURCE)
    assert {(mutant.before, mutant.after) for mutant in found} == CHANGES
    assert len(found) == len(CHANGES)
    assert {mutant.place for mutant in found} == {"", "may"}


def test_a_mutant_is_put_in_wherever_the_rule_is_held_by_name(monkeypatch):
    module, other = ModuleType("a_rule"), ModuleType("a_page")
    module.__file__ = "a_rule.py"
    exec(SOURCE, module.__dict__)
    other.may, other.LIMIT = module.may, module.LIMIT
    monkeypatch.setitem(sys.modules, "a_rule", module)
    monkeypatch.setitem(sys.modules, "a_page", other)
    assert other.may(3, "Eva") is False
    for mutant in mutants_of(SOURCE):
        if mutant.after == "age <= LIMIT":
            put_in(module, mutant.tree)
    assert other.may(3, "Eva") is True
    put_in(module, ast.parse(SOURCE.replace("LIMIT: int = 3", "LIMIT: int = 5")))
    assert other.LIMIT == 5


def test_modules_their_tests_and_what_was_reviewed_are_there():
    for module, tests in TESTS_OF.items():
        assert file_of(module).is_file(), module
        assert [test for test in tests if not (ROOT / test).is_file()] == []
    for row in reviewed_rows():
        names = {mutant.name for mutant in counted(row["module"], frozenset())}
        assert (row["place"], row["before"], row["after"]) in names, row
        assert row["why"], row

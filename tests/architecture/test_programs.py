"""Whatever is started by `python -m` is there to be started: a module that does nothing ends well and does nothing."""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, shown

FILES = [
    path for folder in ("registry", "benchmarks", "tests") for path in sorted((ROOT / folder).rglob("*.py"))
]


def started_in(module):
    """What a file starts by "-m" and of ours, as it is written in lists of words."""
    for node in ast.walk(module):
        if isinstance(node, ast.List):
            words = [each.value if isinstance(each, ast.Constant) else None for each in node.elts]
            places = [place for place, word in enumerate(words[:-1]) if word == "-m"]
            yield from (words[place + 1] for place in places if str(words[place + 1]).startswith(OURS))


OURS = ("registry", "benchmarks")


def does_something(name):
    found = find_spec(name)
    if found is None:
        return False
    if found.submodule_search_locations:
        return find_spec(f"{name}.__main__") is not None
    return '__name__ == "__main__"' in Path(found.origin).read_text("utf-8")


def test_what_is_started_is_a_program():
    texts = {path: path.read_text("utf-8") for path in FILES}
    started = {
        (shown(path), name)
        for path, text in texts.items()
        if "-m" in text
        for name in started_in(ast.parse(text))
    }
    assert len(started) >= 5
    assert {each for each in started if not does_something(each[1])} == set()


@pytest.mark.parametrize(
    ("name", "does"),
    [("registry", True), ("benchmarks.ingest", True), ("registry.cli", False), ("registry.gone", False)],
)
def test_a_module_that_does_nothing_is_told_from_a_program(name, does):
    assert does_something(name) is does

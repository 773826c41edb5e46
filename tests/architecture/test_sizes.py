"""Files and views stay small enough to be read in one go."""

import ast

import pytest

from tests.architecture.tree import called, functions, parsed, parts_named, shown, sources

LONGEST_FILE = 300
LONGEST_VIEW = 25
ROUTES = {"get", "post", "put", "patch", "delete", "route"}


def lines_in(text: str) -> int:
    return len(text.splitlines())


def views_in(tree: ast.AST) -> list[ast.FunctionDef]:
    """Functions that a blueprint routes requests to."""
    return [
        node
        for node in functions(tree)
        if any(
            isinstance(one, ast.Call) and called(one).rpartition(".")[2] in ROUTES
            for one in node.decorator_list
        )
    ]


def length_of(view: ast.FunctionDef) -> int:
    """Lines from the name to the end, without the decorators above."""
    return (view.end_lineno or view.lineno) - view.lineno + 1


def test_no_source_file_is_too_long():
    lengths = {shown(path): lines_in(path.read_text(encoding="utf-8")) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("name", ["pages", "api"])
def test_no_view_is_too_long(name):
    views = [(shown(path), view) for path in parts_named(name) for view in views_in(parsed(path))]
    assert views
    long = {f"{path}:{view.name}": length_of(view) for path, view in views if length_of(view) > LONGEST_VIEW}
    assert long == {}


def test_a_view_of_one_line_more_is_noticed():
    body = "    pass\n" * LONGEST_VIEW
    fits, too_long = (f'@pages.get("/")\n@needs(P)\ndef view():\n{part}' for part in (body[9:], body))
    assert [length_of(views_in(ast.parse(each))[0]) for each in (fits, too_long)] == [
        LONGEST_VIEW,
        LONGEST_VIEW + 1,
    ]
    assert views_in(ast.parse("@cache\ndef other():\n    pass")) == []

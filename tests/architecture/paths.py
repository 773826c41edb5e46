"""The ways through a function, and what an action does on each: how often it records, whether it changes anything."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tests.architecture.tree import dotted

RECORD = "record"
_CHANGES = {"add", "add_all", "delete", "merge", "execute"}


@dataclass(frozen=True)
class Way:
    """One way so far: entries recorded (two stands for more), and whether a row was changed before and after that."""

    entries: int = 0
    changed: bool = False
    changed_after: bool = False


@dataclass(frozen=True)
class Known:
    """What calls mean in one module: the functions that record an entry of their own, and those that change rows."""

    recording: frozenset[str]
    changing: frozenset[str]


def ways(function: ast.FunctionDef, known: Known) -> set[Way]:
    """Every way the function can end normally; one that ends by raising leaves no trace, so it is not among them."""
    on, ended = _through(function.body, {Way()}, known)
    return on | ended


def changing_functions(module: ast.Module) -> frozenset[str]:
    """The module's functions that change rows, by themselves or through one another."""
    bodies = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    found: set[str] = set()
    while True:
        known = Known(frozenset(), frozenset(found))
        more = {name for name, node in bodies.items() if any(_does(each, known)[1] for each in node.body)}
        if more <= found:
            return frozenset(found)
        found |= more


def _through(body: Iterable[ast.stmt], at: set[Way], known: Known) -> tuple[set[Way], set[Way]]:
    """The ways that go on behind these statements, and those that have ended with a return among them."""
    ended: set[Way] = set()
    for statement in body:
        at, returned = _past(statement, at, known)
        ended |= returned
    return at, ended


def _past(statement: ast.stmt, at: set[Way], known: Known) -> tuple[set[Way], set[Way]]:
    if isinstance(statement, ast.Raise):
        return set(), set()
    if isinstance(statement, ast.Return):
        return set(), _with(statement, at, known)
    if isinstance(statement, ast.If):
        return _either([statement.body, statement.orelse], _with(statement.test, at, known), known)
    if isinstance(statement, ast.Match):
        return _either(
            [*(case.body for case in statement.cases), []], _with(statement.subject, at, known), known
        )
    if isinstance(statement, ast.For | ast.While):
        head = statement.iter if isinstance(statement, ast.For) else statement.test
        once, ended = _through(statement.body, _with(head, at, known), known)
        again, ended_again = _through(statement.body, once, known)
        return at | once | again, ended | ended_again
    if isinstance(statement, ast.With):
        for item in statement.items:
            at = _with(item.context_expr, at, known)
        return _through(statement.body, at, known)
    if isinstance(statement, ast.Try):
        on, ended = _through([*statement.body, *statement.orelse], at, known)
        handled, ended_there = _either([handler.body for handler in statement.handlers], at | on, known)
        last, ended_last = _through(statement.finalbody, on | handled, known)
        return last, ended | ended_there | ended_last
    return _with(statement, at, known), set()


def _either(bodies: list[list[ast.stmt]], at: set[Way], known: Known) -> tuple[set[Way], set[Way]]:
    on, ended = set[Way](), set[Way]()
    for body in bodies:
        through, returned = _through(body, at, known)
        on |= through
        ended |= returned
    return on, ended


def _with(node: ast.AST, at: set[Way], known: Known) -> set[Way]:
    entries, changes = _does(node, known)
    return {_after(way, entries, changes=changes) for way in at}


def _after(way: Way, entries: int, *, changes: bool) -> Way:
    late = changes and way.entries > 0
    return replace(
        way,
        entries=min(2, way.entries + entries),
        changed=way.changed or changes,
        changed_after=way.changed_after or late,
    )


def _does(node: ast.AST, known: Known) -> tuple[int, bool]:
    """How many entries a piece of code records, and whether it changes a row besides."""
    entries, changes = 0, False
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            name = dotted(part.func)
            if name == RECORD or name in known.recording:
                entries += 1
            elif name in known.changing or name == "setattr" or name.rpartition("session.")[2] in _CHANGES:
                changes = True
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store | ast.Del):
            changes = True
    return entries, changes


def imported_as(module: ast.Module, functions: Mapping[str, set[str]]) -> set[str]:
    """Functions of other modules under the names this module calls them by; `functions` maps a module to its names."""
    found: set[str] = set()
    for node in ast.walk(module):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        for alias in node.names:
            called = alias.asname or alias.name
            found |= {f"{called}.{name}" for name in functions.get(f"{node.module}.{alias.name}", ())}
            if alias.name in functions.get(node.module, ()):
                found.add(called)
    return found

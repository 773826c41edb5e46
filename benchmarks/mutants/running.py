"""Run the tests of a module with one mutant of it in, in a process of its own. No file is changed.

Tests are collected once. For each mutant the process is forked, and in the fork the functions and values of the module become
those of the mutant wherever they are held, so that a mutant costs no more than its tests.
"""

import ast
import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FunctionType, ModuleType

import pytest

from benchmarks.mutants.mutating import Mutant

_QUIET = (
    "-q",
    "-x",
    "-s",
    "-n0",
    "-p",
    "no:cacheprovider",
    "--hypothesis-seed=0",
    "--no-header",
    "--no-summary",
)
_PROCESSOR_SECONDS = 60
_ALL_PASSED, _ONE_FAILED, _BROKE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Run:
    """One mutant of a module and the files of the tests that are to notice it."""

    module: str
    mutant: Mutant
    tests: tuple[str, ...]


class _Noticing:
    """A plugin of pytest: instead of running what was collected, run it again and again, each time with another mutant in."""

    def __init__(self, runs: Sequence[Run], told: Callable[[Run, bool], None]) -> None:
        self._runs, self._told = runs, told
        self.failed_before: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            self.failed_before.append("what was collected")
            return True
        hold: dict[tuple[str, ...], bool] = {}
        for run in self._runs:
            items = [item for item in session.items if item.nodeid.partition("::")[0] in run.tests]
            if run.tests not in hold:
                hold[run.tests] = bool(items) and _left_with(session, items, None) == _ALL_PASSED
                self.failed_before += [] if hold[run.tests] else [" ".join(run.tests)]
            if hold[run.tests]:
                self._told(run, _left_with(session, items, run) != _ALL_PASSED)
        return True


def notice(runs: Sequence[Run], told: Callable[[Run, bool], None]) -> list[str]:
    """Tell of each mutant whether its tests notice it: one fails, breaks, or takes more than a minute of the processor.

    Returns the tests that did not all pass before anything was changed; of their mutants nothing is told.
    """
    files = sorted({file for run in runs for file in run.tests})
    plugin = _Noticing(runs, told)
    pytest.main([*_QUIET, *files], plugins=[plugin])
    return plugin.failed_before


def _left_with(session: pytest.Session, items: Sequence[pytest.Item], run: Run | None) -> int:
    """What a fork leaves with in which the items are run with a mutant in; negative where it was ended."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        code = _BROKE
        try:
            code = _run(session, items, run)
        finally:
            # Nothing the process was forked from is to be done twice.
            os._exit(code)
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)


def _run(session: pytest.Session, items: Sequence[pytest.Item], run: Run | None) -> int:
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    if run is not None:
        put_in(importlib.import_module(run.module), run.mutant.tree)
    for item, following in zip(items, (*items[1:], None), strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return _ONE_FAILED
    return _ALL_PASSED


def put_in(module: ModuleType, tree: ast.Module) -> None:
    """Make the functions and values of a module those of the tree, wherever they are held. Raises what the tree raises.

    A class stays the class it is, with the functions of the other.
    """
    changed = ModuleType(module.__name__)
    changed.__dict__["__file__"] = module.__file__
    # What is declared in it is looked up by the name of the module.
    sys.modules[module.__name__] = changed
    try:
        exec(compile(tree, str(module.__file__), "exec"), changed.__dict__)
    finally:
        sys.modules[module.__name__] = module
    for name, new in list(vars(changed).items()):
        old = vars(module).get(name)
        if name.startswith("__") or old is new:
            continue
        if getattr(new, "__module__", None) == module.__name__ and isinstance(old, type):
            _become(dict(vars(old)), dict(vars(new)))
        elif any(True for _ in _functions(old)):
            _become({name: old}, {name: new})
        else:
            _hold(name, old, new)


def _become(old: dict[str, object], new: dict[str, object]) -> None:
    for name, held in old.items():
        for one, other in zip(_functions(held), _functions(new.get(name)), strict=False):
            # Those that close over something else were not written in the module.
            with suppress(ValueError):
                one.__code__ = other.__code__
            one.__defaults__, one.__kwdefaults__ = other.__defaults__, other.__kwdefaults__


def _functions(held: object) -> Iterator[FunctionType]:
    """The functions behind a function, a method of any kind, a property, or what wraps one."""
    inside: Iterable[object] = (held.fget, held.fset) if isinstance(held, property) else (held,)
    for each in inside:
        found = getattr(each, "__wrapped__", getattr(each, "__func__", getattr(each, "func", each)))
        if isinstance(found, FunctionType):
            yield found


def _hold(name: str, old: object, new: object) -> None:
    """The new value wherever the old one was imported by its name."""
    for each in list(sys.modules.values()):
        if isinstance(each, ModuleType) and name in vars(each) and vars(each)[name] is old:
            setattr(each, name, new)

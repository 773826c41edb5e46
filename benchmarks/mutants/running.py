"""Run the tests of a module with one mutant of it in, in a process of its own.

Tests are collected once. For each mutant the process is forked and the mutant put in there, so that it costs no more than its
tests.
"""

import ast
import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

from benchmarks.mutants.mutating import Mutant
from benchmarks.mutants.putting import NoModule, put_in

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
_PROCESSOR_SECONDS = 20


class Ending(Enum):
    """How the tests of a mutant ended. The first two say that they notice it, the third that they do not, the others nothing."""

    FAILED = "a test failed"
    OUT_OF_TIME = "out of time"
    ALIVE = "alive"
    NO_MODULE = "no module"
    BROKE = "broke"

    @property
    def says_something(self) -> bool:
        """Whether it is counted for or against the tests."""
        return self not in {Ending.NO_MODULE, Ending.BROKE}

    @property
    def noticed(self) -> bool:
        """Whether the tests noticed the mutant."""
        return self in {Ending.FAILED, Ending.OUT_OF_TIME}


_CODES = {0: Ending.ALIVE, 1: Ending.FAILED, 3: Ending.NO_MODULE, -signal.SIGXCPU: Ending.OUT_OF_TIME}
_BROKE = 2
_CODE_OF = {ending: code for code, ending in _CODES.items()}


@dataclass(frozen=True, slots=True)
class Run:
    """One mutant of a module and the files of the tests that are to notice it."""

    module: str
    mutant: Mutant
    tests: tuple[str, ...]


class _Noticing:
    """A plugin of pytest: instead of running what was collected, run it again and again, each time with another mutant in."""

    def __init__(self, runs: Sequence[Run], told: Callable[[Run, Ending], None]) -> None:
        self._runs, self._told = runs, told
        self.failed_before: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            self.failed_before.append("what was collected")
            return True
        hold: dict[str, bool] = {}
        for run in self._runs:
            items = [item for item in session.items if item.nodeid.partition("::")[0] in run.tests]
            if run.module not in hold:
                # As it stands, and put in as a mutant is: what fails then would be noticed with whatever is changed.
                as_it_is = (None, _source_of(run.module))
                ends = [_ended_with(session, items, run.module, tree) for tree in as_it_is]
                hold[run.module] = bool(items) and set(ends) == {Ending.ALIVE}
                self.failed_before += [] if hold[run.module] else [run.module]
            if hold[run.module]:
                self._told(run, _ended_with(session, items, run.module, run.mutant.tree))
        return True


def notice(runs: Sequence[Run], told: Callable[[Run, Ending], None]) -> list[str]:
    """Tell of each mutant how its tests ended; twenty seconds of the processor are all they have.

    Returns the modules whose tests did not all pass with the module as it is, or with the module as it is put in; of their
    mutants nothing is told.
    """
    files = sorted({file for run in runs for file in run.tests})
    plugin = _Noticing(runs, told)
    pytest.main([*_QUIET, *files], plugins=[plugin])
    return plugin.failed_before


def _source_of(module: str) -> ast.Module:
    return ast.parse(Path(str(importlib.import_module(module).__file__)).read_bytes())


def _ended_with(
    session: pytest.Session, items: Sequence[pytest.Item], module: str, tree: ast.Module | None
) -> Ending:
    """How a fork ends in which the items are run with a tree in."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        code = _BROKE
        try:
            code = _CODE_OF[_run(session, items, module, tree)]
        finally:
            # Nothing the process was forked from is to be done twice.
            os._exit(code)
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return _CODES.get(os.waitstatus_to_exitcode(status), Ending.BROKE)


def _run(
    session: pytest.Session, items: Sequence[pytest.Item], module: str, tree: ast.Module | None
) -> Ending:
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS + 5))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    if tree is not None:
        try:
            put_in(importlib.import_module(module), tree)
        except NoModule:
            return Ending.NO_MODULE
    for item, following in zip(items, (*items[1:], None), strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return Ending.FAILED
    return Ending.ALIVE

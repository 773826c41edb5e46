"""Run what an entry names: in the tree as it stands, or in a copy of it with one fault put in."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.programme.shapes import KINDS, Defect, Entry

ROOT = Path(__file__).resolve().parents[2]
_GIVE_UP_SECONDS = {True: 1_800, False: 4 * 3_600}
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", ".mypy_cache", ".ruff_cache", ".pytest_cache")
EVERYTHING = "long or not long"


@dataclass
class Outcome:
    """What became of the tests of one database ("" for those without one, and of programs without)."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: int = 0
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether something was shown, and nothing else than that it holds."""
        return bool(self.passed) and not self.failed


@dataclass
class Result:
    """One entry as it came out: by database, and whether its defect was caught (None: not tried)."""

    entry: Entry
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    seconds: float = 0.0
    caught: bool | None = None
    said: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing that was tried failed. What is open or lacks its program has shown nothing and failed at nothing."""
        untried = self.entry.is_open or bool(self.entry.missing)
        held = untried or (bool(self.outcomes) and all(each.holds for each in self.outcomes.values()))
        return held and self.caught is not False


def shown(entry: Entry, databases: Sequence[str], *, short: bool) -> Result:
    """Run the entry in the tree as it stands."""
    result, began = Result(entry), time.monotonic()
    if entry.missing:
        return result
    for test in _tests(ROOT, entry, databases, short=short):
        _add(result, test)
    if entry.program is not None:
        words = entry.program.short if short else entry.program.full
        for kind in databases if entry.program.by_database else ("",):
            _run_program(result, words, kind, short=short)
    result.seconds = time.monotonic() - began
    return result


def _tests(tree: Path, entry: Entry, databases: Sequence[str], *, short: bool) -> Iterator[dict[str, Any]]:
    """What becomes of the tests: those of both sizes by the size's own marks, those of one size whatever theirs."""
    own = entry.only_short if short else entry.only_full
    drawn = ("--hypothesis-profile=thorough",) if entry.thorough and not short else ()
    for tests, marks in ((entry.tests, "" if short else EVERYTHING), (own, EVERYTHING)):
        if tests:
            yield from pytest_told(tree, (*drawn, *tests), marks, databases, _GIVE_UP_SECONDS[short])


def _add(result: Result, told: dict[str, Any]) -> None:
    if told["outcome"] == "passed" and told["when"] != "call":
        return
    outcome = result.outcomes.setdefault(told["database"], Outcome())
    if told["outcome"] == "failed":
        why = told.get("why", "")
        outcome.failed.append(f"{told['test']}: {why}" if why else told["test"])
    elif told["outcome"] == "skipped":
        outcome.skipped += 1
    else:
        outcome.passed += 1
        for name, value in told["figures"].items():
            # A test of two sizes tells the same figure twice: the larger one is of the larger run, and the worse.
            known = outcome.figures.get(name)
            both = isinstance(known, int) and isinstance(value, int)
            outcome.figures[name] = max(known, value) if both else value


def _run_program(result: Result, words: Sequence[str], kind: str, *, short: bool) -> None:
    outcome = result.outcomes.setdefault(kind, Outcome())
    code, said = started(ROOT, [word.format(database=kind) for word in words], _GIVE_UP_SECONDS[short])
    if code:
        outcome.failed.append(" ".join(words))
        result.said = said[-2_000:]
    else:
        outcome.passed += 1
        lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
        outcome.figures["told"] = "; ".join(lines[-8:])


def pytest_told(
    tree: Path, tests: Sequence[str], marks: str, databases: Sequence[str], give_up: float
) -> Iterator[dict[str, Any]]:
    """Each phase of each test as benchmarks.programme.watching tells it; a run that does not end so is one failure."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.jsonl"
        words = ["pytest", "-q", "-p", "benchmarks.programme.watching", "--programme-report", str(report)]
        words += ["--programme-database", databases[0]] if len(databases) == 1 else []
        words += ["-m", marks] if marks else []
        code, said = started(tree, [*words, *tests], give_up)
        if report.exists():
            yield from (json.loads(line) for line in report.read_text("utf-8").splitlines())
        if code not in {0, 1}:
            yield {
                "test": said[-2_000:],
                "when": "collect",
                "outcome": "failed",
                "database": "",
                "figures": {},
            }


def started(tree: Path, words: Sequence[str], give_up: float) -> tuple[int, str]:
    """Run a module in a tree and wait: how it left and what it said. What takes too long is ended with all it started."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=give_up)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
            return 124, f"{said}\nIt was ended after {give_up:.0f} seconds."
        except BaseException:
            # It is in a session of its own: whoever ends this run would leave it behind.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, said


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the tree to put faults into."""
    with tempfile.TemporaryDirectory(prefix="programme-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=_LEFT_OUT, symlinks=True)
        yield tree


@contextmanager
def with_fault(tree: Path, defect: Defect) -> Iterator[None]:
    """The tree with the fault in it, and as it was again afterwards. Raises ValueError where the fault no longer fits."""
    place = tree / defect.file
    if not defect.before:
        place.write_text(defect.after, "utf-8")
        try:
            yield
        finally:
            place.unlink()
        return
    text, changed = place.read_text("utf-8"), place.stat()
    if text.count(defect.before) != 1:
        raise ValueError(f"{defect.file} holds {text.count(defect.before)} times: {defect.before}")
    place.write_text(text.replace(defect.before, defect.after), "utf-8")
    try:
        yield
    finally:
        place.write_text(text, "utf-8")
        # With the time it had: what is compiled of it is known by that.
        os.utime(place, ns=(changed.st_atime_ns, changed.st_mtime_ns))


def is_caught(tree: Path, entry: Entry, databases: Sequence[str] = KINDS) -> tuple[bool, str]:
    """Whether a test fails (in its own words, not while it is prepared) once the fault is in; and what was seen instead."""
    defect = entry.defect
    if defect is None:
        raise ValueError(f"{entry.id} has no defect")
    with with_fault(tree, defect):
        if not defect.caught_by and entry.program is not None:
            kind = databases[-1] if entry.program.by_database else ""
            words = [word.format(database=kind) for word in entry.program.short]
            code, said = started(tree, words, _GIVE_UP_SECONDS[True])
            return code == 1, said[-1_000:]
        # The first test that fails says all there is to say.
        tests = ("-x", *defect.caught_by)
        told = list(pytest_told(tree, tests, EVERYTHING, databases, _GIVE_UP_SECONDS[True]))
    caught = any(each["outcome"] == "failed" and each["when"] == "call" for each in told)
    return caught, "; ".join(f"{each['test']}: {each['when']} {each['outcome']}" for each in told)[:1_000]

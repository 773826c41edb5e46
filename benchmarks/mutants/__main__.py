"""Make every mutant of the modules that decide who may and what is kept, and see their own tests notice it; leave with 1 below 95 of 100.

    python -m benchmarks.mutants --sample 60 --seed 7
    python -m benchmarks.mutants --only registry.audit.rules.chain

Those that change nothing anybody could see stand with their reason in equivalent.csv, and are not counted.
"""

import argparse
import csv
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.mutants.modules import TESTS_OF
from benchmarks.mutants.mutating import Mutant, mutants_of
from benchmarks.mutants.running import Ending, Run, notice

ROOT = Path(__file__).resolve().parents[2]
REVIEWED = Path(__file__).with_name("equivalent.csv")
ASKED = 0.95


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    asked = argparse.ArgumentParser(
        prog="benchmarks.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument(
        "--only",
        action="append",
        choices=sorted(TESTS_OF),
        metavar="MODULE",
        help="this module; may be repeated",
    )
    asked.add_argument(
        "--sample", type=int, metavar="N", help="that many of all, drawn by the seed; all unless said"
    )
    asked.add_argument("--seed", type=int, default=25, help="what the sample is drawn by")
    return asked


def file_of(module: str) -> Path:
    """Where a module's source is."""
    return (ROOT / module.replace(".", "/")).with_suffix(".py")


def counted(module: str, reviewed: frozenset[tuple[str, ...]]) -> list[Mutant]:
    """The mutants of a module without those that were reviewed and change nothing."""
    found = mutants_of(file_of(module).read_text("utf-8"))
    return [mutant for mutant in found if (module, *mutant.name) not in reviewed]


def reviewed_rows() -> list[dict[str, str]]:
    """What was looked at and changes nothing: module, place, before, after and why."""
    with REVIEWED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawn(modules: Sequence[str], sample: int | None, seed: int) -> list[tuple[str, Mutant]]:
    """All mutants of the modules, or so many of them; the same seed draws the same."""
    reviewed = frozenset(
        tuple(row[key] for key in ("module", "place", "before", "after")) for row in reviewed_rows()
    )
    every = [(module, mutant) for module in modules for mutant in counted(module, reviewed)]
    if sample is None or sample >= len(every):
        return every
    chosen = random.Random(seed).sample(range(len(every)), sample)
    return [every[at] for at in sorted(chosen)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for and print what was not noticed; 0 where at least 95 of 100 were."""
    given = parser().parse_args(arguments)
    every = drawn(given.only or list(TESTS_OF), given.sample, given.seed)
    score: dict[str, Counter[Ending]] = {}

    def told(run: Run, ending: Ending) -> None:
        score.setdefault(run.module, Counter())[ending] += 1
        if ending is not Ending.FAILED:
            change = f"{run.mutant.before} -> {run.mutant.after}".replace("\n", " ")
            print(f"{ending.value}: {run.module}:{run.mutant.line} {run.mutant.place}: {change}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        # What a mutant is noticed by is not to be tried first by whoever runs the tests next.
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        failed = notice([Run(module, mutant, TESTS_OF[module]) for module, mutant in every], told)
    for module, ends in score.items():
        print(f"{module}: {said(ends)}")
    if failed:
        print(f"failed before anything was changed: {'; '.join(failed)}")
    whole = sum(score.values(), Counter[Ending]())
    print(f"mutants: {said(whole)} ({share(whole):.1%})")
    # What could not be tried says nothing, and so many of those say that nothing was tried.
    tried = sum(count for ending, count in whole.items() if ending.says_something)
    held = every and tried >= ASKED * len(every) and share(whole) >= ASKED and not failed
    return 0 if held else 1


def share(ends: Counter[Ending]) -> float:
    """Which part of the mutants that were tried was noticed; 0 where none was."""
    tried = sum(count for ending, count in ends.items() if ending.says_something)
    return sum(count for ending, count in ends.items() if ending.noticed) / max(tried, 1)


def said(ends: Counter[Ending]) -> str:
    """How many were noticed of how many that were tried, and how many could not be tried or ended otherwise."""
    tried = sum(count for ending, count in ends.items() if ending.says_something)
    others = (Ending.OUT_OF_TIME, Ending.NO_MODULE, Ending.BROKE)
    apart = "".join(f", {ends[ending]} {ending.value}" for ending in others if ends[ending])
    return f"{sum(count for ending, count in ends.items() if ending.noticed)} of {tried}{apart}"


if __name__ == "__main__":
    sys.exit(main())

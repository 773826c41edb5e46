"""Run the acceptance programme and print its table; leave with 1 where anything failed or a defect went unnoticed.

    python -m benchmarks.programme --short --with-defects
    python -m benchmarks.programme --only T07 --only T16 --database postgresql

Without --short every test runs at the size the programme asks for, which takes hours. With --with-defects each entry is run
once more, in a copy of the sources with one fault put in, and has to fail. Figures are those the tests tell themselves.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.programme.plan import ENTRIES
from benchmarks.programme.running import Result, copied, is_caught, shown
from benchmarks.programme.shapes import KINDS
from benchmarks.programme.telling import line_of, markdown


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    asked = argparse.ArgumentParser(
        prog="benchmarks.programme", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = [entry.id for entry in ENTRIES]
    asked.add_argument(
        "--only", action="append", choices=known, metavar="Txx", help="this entry; may be repeated"
    )
    asked.add_argument("--short", action="store_true", help="the sizes of every day")
    asked.add_argument("--database", choices=KINDS, help="one of the two; both unless said")
    asked.add_argument(
        "--with-defects", action="store_true", help="put each entry's fault in and see it caught"
    )
    asked.add_argument("--only-defects", action="store_true", help="see faults caught without the run before")
    asked.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there as well")
    return asked


def run(given: argparse.Namespace) -> list[Result]:
    """Every entry that was asked for, told and written as it goes along."""
    entries = [entry for entry in ENTRIES if given.only is None or entry.id in given.only]
    databases = KINDS if given.database is None else (given.database,)
    results: list[Result] = []
    with ExitStack() as open_until:
        copy = given.with_defects or given.only_defects
        tree = open_until.enter_context(copied()) if copy else None
        for entry in entries:
            result = Result(entry) if given.only_defects else shown(entry, databases, short=given.short)
            if tree is not None and entry.defect is not None and not entry.missing:
                result.caught, said = is_caught(tree, entry, databases)
                result.said += "" if result.caught else f"{entry.defect.says}: not caught. {said}"
            results.append(result)
            print(line_of(result), flush=True)
            if given.markdown:
                given.markdown.write_text("\n".join(markdown(results, short=given.short)) + "\n", "utf-8")
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 0 where all that was tried held and every fault was caught, else 1."""
    given = parser().parse_args(arguments)
    # Asked to end, it ends what it has started and takes its copy away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = run(given)
    wrong = [
        each.entry.id for each in results if each.caught is False or not (each.is_well or given.only_defects)
    ]
    still_open = [each.entry.id for each in results if each.entry.is_open]
    untried = [each.entry.id for each in results if each.entry.missing]
    print(
        f"{len(results)} entries; not well: {' '.join(wrong) or 'none'}; open: {' '.join(still_open) or 'none'};"
        f" not tried: {' '.join(untried) or 'none'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

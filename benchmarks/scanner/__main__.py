"""Scan the example with wapiti as each role; leave with 1 for a finding of medium weight or more, or an answer of 500.

    WAPITI=/path/to/wapiti python -m benchmarks.scanner
    WAPITI=/path/to/wapiti python -m benchmarks.scanner --role owner --module xss --finding-seconds 20

Wapiti stands in an environment of its own (`pip install wapiti3==3.2.3`), for it asks for older versions of what the registry is
made of. What was looked at and is no fault stands with its reason in reviewed.csv.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.scanner.scanning import MODULES, Bounds, Report, reviewed_rows, scanned, to_look_at
from benchmarks.scanner.serving import SignIn, Site, cookie_of, copy_served, made, opens

PROGRAM = "WAPITI"
# A scan that found fewer was not let in, or found nothing that leads on.
FEWEST_PAGES = 25
_MEMORY = Path("/dev/shm")


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    asked = argparse.ArgumentParser(
        prog="benchmarks.scanner", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--role", action="append", help="this role; may be repeated; each unless said")
    asked.add_argument("--module", action="append", choices=MODULES, help="this module; may be repeated")
    asked.add_argument(
        "--finding-seconds", type=int, default=20, metavar="N", help="how long pages are looked for"
    )
    asked.add_argument(
        "--module-seconds", type=int, default=6, metavar="N", help="how long each module takes"
    )
    return asked


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan as each role that is asked for and print what was found; 0 where nothing was."""
    given = parser().parse_args(arguments)
    if not (program := os.environ.get(PROGRAM, "")):
        print(f"{PROGRAM} does not name wapiti.")
        return 2
    bounds = Bounds(given.finding_seconds, given.module_seconds)
    with tempfile.TemporaryDirectory(prefix="scanner-") as folder:
        original = Path(folder) / "original"
        people = {each.role: each for each in reversed(made(original))}
        chosen = [people[role] for role in given.role or people]
        wrong = [
            scan(program, person, original, given.module or MODULES, bounds, Path(folder) / f"scan-{number}")
            for number, person in enumerate(chosen)
        ]
    print(f"roles: {len(chosen)}; to look at: {sum(wrong)}")
    return 1 if any(wrong) else 0


def scan(
    program: str, person: SignIn, original: Path, modules: Sequence[str], bounds: Bounds, folder: Path
) -> int:
    """Scan a copy of the register as somebody and print what was found: how much there is to look at."""
    folder.mkdir()
    began = time.monotonic()
    with ExitStack() as until:
        site = until.enter_context(copy_served(original, folder / "data"))
        cookie = cookie_of(site, person)
        report, broke = _scanned(program, site, cookie, folder, modules, bounds)
        stays = opens(site, cookie)
        answers = site.answers()
    left = broke + [str(each) for each in to_look_at(report.findings, reviewed_rows())]
    left += [
        f"an answer of 500: {path}" for path in sorted({path for _, path, status in answers if status == 500})
    ]
    left += [] if stays else ["the session did not last until the end"]
    left += [] if report.pages >= FEWEST_PAGES else [f"no more than {report.pages} pages were found"]
    counted = Counter(f"{status // 100}xx" for *_, status in answers)
    routes = {route for route, _, status in answers if status < 400}
    print(
        f"{person.role}: {report.pages} pages and forms, {len(answers)} answers of {len(routes)} routes"
        f" ({', '.join(f'{counted[kind]} {kind}' for kind in sorted(counted))}),"
        f" {len(report.findings)} findings, {len(left)} to look at, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    for words in left:
        print(f"  {words}", flush=True)
    return len(left)


def _scanned(
    program: str, site: Site, cookie: str, folder: Path, modules: Sequence[str], bounds: Bounds
) -> tuple[Report, list[str]]:
    """The report, and what wapiti said where it broke: then there is none, and what it found is not known."""
    # Its own database stands in memory where there is such a folder: on a slow disk it waits for itself, and gives up.
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else folder) as session:
        try:
            return scanned(program, site, cookie, Path(session), modules, bounds), []
        except RuntimeError as error:
            return Report(0, ()), [str(error)]


if __name__ == "__main__":
    sys.exit(main())

"""Whether it stays as it was: mixed requests for minutes on end, and memory, open files, threads and the log of writes meanwhile.

    python -m benchmarks.soak --minutes 30 --rate 20 --database postgresql

Pages, JSON and deliveries of readings arrive at a steady rate, each at its own moment whether or not the one before was answered. What
the processes hold is read from /proc every ten seconds. The first tenth of the time is warming up; after that the end is
compared with the beginning: memory by its last fifth against the first, answers by their 95th percentile. On SQLite one process
serves with its worker beside it; on PostgreSQL two serve and two work, as in benchmarks.outage.
"""

import argparse
import contextlib
import http.client
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks.cluster import Cluster, running
from tests import databases
from tests.cast import PASSWORD

START = datetime(2026, 1, 1, tzinfo=UTC)
LOOK_EVERY_SECONDS = 10
THREADS = 32
POINTS = 10


@dataclass
class Look:
    """What all processes of the registry held at a moment."""

    at: float
    megabytes: float
    files: int
    threads: int
    log_megabytes: float


@dataclass
class Soaked:
    """Everything that was seen."""

    looks: list[Look] = field(default_factory=list)
    answers: list[tuple[float, str, float]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def requests(cluster: Cluster, cookie: str) -> Iterator[tuple[str, Callable[[], int]]]:
    """What is asked, over and over: mostly pages, then JSON, then readings."""
    headers = {"Authorization": f"Bearer {cluster.token}", "Content-Type": "application/json"}
    numbers = count()
    keys = cycle(key for key, _, _ in cluster.places)
    paths = (
        "/",
        "/systems",
        "/systems?q=system",
        "/systems/{key}",
        "/portfolio",
        "/systems/{key}/monitoring",
    )

    def page(path: str) -> int:
        return cluster.asked("GET", path, Cookie=cookie)[0]

    def send() -> int:
        first, key = next(numbers) * POINTS, next(keys)
        sent = [
            {
                "metric": "accuracy",
                "window_end": (START + timedelta(minutes=first + each)).isoformat(),
                "value": 0.9,
            }
            for each in range(POINTS)
        ]
        body = json.dumps({"snapshots": sent}).encode()
        return cluster.asked("POST", f"/api/v1/systems/{key}/snapshots", body, **headers)[0]

    for turn in count():
        if turn % 4 == 3:
            yield "readings", send
        else:
            path = paths[(turn - turn // 4) % len(paths)].replace("{key}", cluster.places[0][0])
            yield path, lambda path=path: page(path)  # type: ignore[misc]


def signed_in(cluster: Cluster) -> str:
    """The cookie of somebody who signed in by the form."""
    _, headers, page = cluster.asked("GET", "/sign-in")
    cookie = headers["Set-Cookie"].partition(";")[0]
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("the sign-in page has no form")
    form = urlencode({"email": "ada@example.org", "password": PASSWORD, "csrf_token": found[1].decode()})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, headers, _ = cluster.asked("POST", "/sign-in", form.encode(), Cookie=cookie, **kind)
    if status != 303:
        raise RuntimeError(f"signing in was answered with {status}")
    return str(headers["Set-Cookie"].partition(";")[0])


def look(cluster: Cluster) -> Look:
    """Read /proc, and how large the log of writes is."""
    kilobytes = files = threads = 0
    for number in {each for process in cluster.processes for each in process.family()}:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{number}/status").read_text()
            kilobytes += int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]
            threads += int(re.search(r"Threads:\s+(\d+)", status)[1])  # type: ignore[index]
            files += len(list(Path(f"/proc/{number}/fd").iterdir()))
    return Look(time.monotonic(), kilobytes / 1_024, files, threads, _log_megabytes(cluster))


def _log_megabytes(cluster: Cluster) -> float:
    if cluster.database.is_sqlite:
        place = Path(f"{cluster.database.url.database}-wal")
        return place.stat().st_size / 1e6 if place.exists() else 0.0
    with cluster.database.engine.connect() as connection:
        return float(connection.execute(sa.text("SELECT sum(size) FROM pg_ls_waldir()")).scalar() or 0) / 1e6


def soak(cluster: Cluster, minutes: float, rate: float) -> Soaked:
    """Ask at the rate for so long."""
    soaked, asked = Soaked(), requests(cluster, signed_in(cluster))
    ends = time.monotonic() + minutes * 60
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            soaked.looks.append(look(cluster))
            stop.wait(LOOK_EVERY_SECONDS)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            due = time.monotonic()
            while due < ends:
                time.sleep(max(0.0, due - time.monotonic()))
                pool.submit(_one, soaked, due, *next(asked))
                due += 1 / rate
    finally:
        stop.set()
        watching.join()
    return soaked


def _one(soaked: Soaked, due: float, name: str, act: Callable[[], int]) -> None:
    try:
        status = act()
    except (OSError, http.client.HTTPException):
        status = 0
    soaked.statuses[status] += 1
    # From the moment it was due: what had to wait for its turn is not left out.
    soaked.answers.append((due, name, time.monotonic() - due))


def told(soaked: Soaked) -> bool:
    """Print the beginning beside the end; whether it held."""
    begins, ends = soaked.looks[0].at, soaked.looks[-1].at
    warm = begins + (ends - begins) / 10
    fifth = (ends - warm) / 5
    looks = [each for each in soaked.looks if each.at >= warm]
    early, late = ([each for each in looks if inside(each.at)] for inside in _halves(warm, ends, fifth))
    fits = True
    print(
        f"{(ends - begins) / 60:.1f} minutes, {len(soaked.answers):,} requests, by status {dict(soaked.statuses)}"
    )
    for name, most in (("megabytes", 1.05), ("files", 1.1), ("threads", 1.1), ("log_megabytes", 1.5)):
        was, now = (statistics.mean(getattr(each, name) for each in some) for some in (early, late))
        fits &= now <= was * most + 8
        print(f"{name:14} {was:10.1f} at first {now:10.1f} at the end")
    waits = [
        sorted(took for at, _, took in soaked.answers if inside(at)) for inside in _halves(warm, ends, fifth)
    ]
    was, now = (some[int(len(some) * 0.95)] * 1_000 for some in waits)
    print(f"{'95th of 100':14} {was:10.0f} ms at first {now:7.0f} ms at the end")
    return (
        fits and now <= was * 1.2 + 20 and not any(status == 0 or status >= 500 for status in soaked.statuses)
    )


def _halves(warm: float, ends: float, fifth: float) -> list[Callable[[float], bool]]:
    return [lambda at: warm <= at < warm + fifth, lambda at: ends - fifth <= at <= ends]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=30)
    asked.add_argument("--rate", type=float, default=20, help="requests a second")
    asked.add_argument("--database", choices=databases.KINDS, default="sqlite")
    given = asked.parse_args()
    with contextlib.ExitStack() as open_until:
        open_until.callback(databases.end_run, databases.begin_run())
        folder = Path(open_until.enter_context(tempfile.TemporaryDirectory()))
        many = {"webs": 1, "workers": 1} if given.database == "sqlite" else {}
        cluster = open_until.enter_context(running(given.database, folder, **many))
        fits = told(soak(cluster, given.minutes, given.rate))
    sys.exit(not fits)


if __name__ == "__main__":
    main()

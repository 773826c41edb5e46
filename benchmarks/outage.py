"""What is lost and how long it takes when one web and one worker process are killed under load: nothing, and seconds.

    python -m benchmarks.outage --seconds 40

Two processes that serve and two that work, over one PostgreSQL as a role that owns nothing (benchmarks.cluster). Clients send
readings and look at pages, and send again what was not acknowledged. A third of the way in, one web process is killed with
SIGKILL and everything it started; half way in, one worker while it has a job. Neither is started again. Told at the end: what
was acknowledged and what is held, the longest anybody waited, how soon the job was another's, and how many effects each job had.
It leaves with 1 where anything was lost, done twice, or took ten seconds.
"""

import argparse
import contextlib
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks.cluster import Cluster, Process, running
from registry.audit.queries import verify
from registry.monitoring.models.snapshots import SNAPSHOT
from registry.worker.models import Job
from tests import databases

CLIENTS, POINTS, PAUSE_SECONDS = 4, 20, 0.5
MOST_SECONDS = 10.0
START = datetime(2026, 1, 1, tzinfo=UTC)
_COUNTING = "benchmarks.counting.leave_one_row"


@dataclass
class Seen:
    """What the clients saw."""

    acknowledged: set[tuple[int, int]] = field(default_factory=set)
    waits: list[tuple[float, float]] = field(default_factory=list)
    sent_again: int = 0
    refused: list[int] = field(default_factory=list)


@dataclass
class Found:
    """What came of it."""

    lost: int
    twice: int
    effects_missing: int
    effects_twice: int
    waited: float
    median: float
    taken_over_after: float
    acknowledged: int
    sent_again: int
    refused: int
    ledger_whole: bool

    @property
    def is_well(self) -> bool:
        """Whether nothing was lost or done twice, and nobody waited ten seconds."""
        nothing = not (self.lost or self.twice or self.effects_missing or self.effects_twice or self.refused)
        return nothing and self.ledger_whole and max(self.waited, self.taken_over_after) < MOST_SECONDS


def _client(cluster: Cluster, number: int, stop: threading.Event, seen: Seen) -> None:
    key, _, _ = cluster.places[number]
    headers = {"Authorization": f"Bearer {cluster.token}", "Content-Type": "application/json"}
    for turn in range(1_000_000):
        if stop.is_set():
            return
        first = turn * POINTS
        body = json.dumps({"snapshots": [_reading(first + each) for each in range(POINTS)]}).encode()
        began = time.monotonic()
        while not _acknowledged(cluster, f"/api/v1/systems/{key}/snapshots", body, headers, seen):
            if time.monotonic() - began > 60:
                raise RuntimeError("nothing was acknowledged for a minute")
            time.sleep(0.1)
        seen.waits.append((began, time.monotonic() - began))
        seen.acknowledged |= {(number, first + each) for each in range(POINTS)}
        stop.wait(PAUSE_SECONDS)


def _acknowledged(cluster: Cluster, path: str, body: bytes, headers: dict[str, str], seen: Seen) -> bool:
    try:
        status, _, told = cluster.asked("POST", path, body, **headers)
    except (OSError, http.client.HTTPException):
        seen.sent_again += 1
        return False
    if status not in {200, 201}:
        seen.refused.append(status)
        print(f"refused with {status}: {told.decode(errors='replace')[:300]}", flush=True)
    return status in {200, 201}


def _reading(number: int) -> dict[str, object]:
    return {
        "metric": "accuracy",
        "window_end": (START + timedelta(minutes=number)).isoformat(),
        "value": 0.9,
        "n": number + 1,
    }


def _killed_at_work(cluster: Cluster) -> tuple[Process, int, float]:
    """Kill a worker while it has a job: which one, the job's number, and when."""
    names = {str(each.child.pid): each for each in cluster.workers if each.child}
    while True:
        with cluster.database.transaction(read_only=True) as session:
            running_now = sa.select(Job.id, Job.worker).where(Job.state == "running", Job.kind == _COUNTING)
            found = session.connection().execute(running_now).first()
        if found is not None:
            process = names[found.worker.rpartition(":")[2]]
            process.kill()
            with cluster.database.transaction(read_only=True) as session:
                if session.get_one(Job, found.id).state == "running":
                    return process, found.id, time.time()
            process.start()
        time.sleep(0.02)


def measured(cluster: Cluster, seconds: float) -> Found:
    """Load, kill, wait until all work is done, and count."""
    seen, stop = Seen(), threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        sending = [pool.submit(_client, cluster, each, stop, seen) for each in range(CLIENTS)]
        time.sleep(seconds / 3)
        cluster.webs[0].kill()
        time.sleep(seconds / 6)
        _, job, killed_at = _killed_at_work(cluster)
        time.sleep(seconds / 2)
        stop.set()
        for each in sending:
            each.result()
    _wait_until_idle(cluster)
    return _counted(cluster, seen, job, killed_at)


def _wait_until_idle(cluster: Cluster) -> None:
    until = time.monotonic() + 180
    left = sa.select(sa.func.count()).select_from(Job).where(Job.state.in_(("queued", "running")))
    behind = sa.text(
        "SELECT (SELECT max(seq) FROM ledger_entry) - (SELECT seq FROM cursor WHERE name = 'ledger')"
    )
    while time.monotonic() < until:
        with cluster.database.transaction(read_only=True) as session:
            if (
                not session.connection().execute(left).scalar()
                and session.connection().execute(behind).scalar() == 0
            ):
                return
        time.sleep(0.5)
    raise RuntimeError("the workers did not get done")


def _counted(cluster: Cluster, seen: Seen, job: int, killed_at: float) -> Found:
    metrics = {metric: number for number, (_, _, metric) in enumerate(cluster.places)}
    with cluster.database.transaction(read_only=True) as session:
        connection = session.connection()
        rows = connection.execute(sa.select(SNAPSHOT.c.metric_id, SNAPSHOT.c.window_end)).all()
        held = [(metrics[metric], int((end - START) / timedelta(minutes=1))) for metric, end in rows]
        effects = list(connection.execute(sa.text("SELECT seq FROM effect")).scalars())
        entries = set(
            connection.execute(
                sa.text("SELECT seq FROM ledger_entry WHERE event = 'snapshots.recorded'")
            ).scalars()
        )
        taken = session.get_one(Job, job)
    with cluster.database.transaction(read_only=True) as session:
        whole = verify(session).ok
    waits = [wait for _, wait in seen.waits]
    return Found(
        lost=len(seen.acknowledged - set(held)),
        twice=len(held) - len(set(held)),
        effects_missing=len(entries - set(effects)),
        effects_twice=len(effects) - len(set(effects)),
        waited=max(waits),
        median=statistics.median(waits),
        taken_over_after=(taken.finished_at.timestamp() if taken.finished_at else float("inf")) - killed_at,
        acknowledged=len(seen.acknowledged),
        sent_again=seen.sent_again,
        refused=len(seen.refused),
        ledger_whole=whole,
    )


def told(found: Found) -> None:
    """Print what came of it."""
    print(f"readings acknowledged {found.acknowledged:,}, lost {found.lost}, held twice {found.twice}")
    print(f"requests sent again {found.sent_again}, refused {found.refused}")
    print(f"a delivery took {found.median * 1_000:.0f} ms in the middle, {found.waited:.2f} s at the longest")
    print(f"the dead worker's job was done by another {found.taken_over_after:.1f} s after the kill")
    print(f"effects of jobs: missing {found.effects_missing}, twice {found.effects_twice}")
    print(f"the ledger is {'whole' if found.ledger_whole else 'NOT WHOLE'}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=40, help="of load")
    given = asked.parse_args()
    with contextlib.ExitStack() as open_until:
        alive = databases.begin_run()
        open_until.callback(databases.end_run, alive)
        folder = Path(open_until.enter_context(tempfile.TemporaryDirectory()))
        cluster = open_until.enter_context(running("postgresql", folder, counting=True))
        found = measured(cluster, given.seconds)
        told(found)
    sys.exit(not found.is_well)


if __name__ == "__main__":
    main()

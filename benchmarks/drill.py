"""A backup made while readings arrive, restored into another database and compared: how long, and whether it is the same.

    python -m benchmarks.drill --deliveries 200

First so many deliveries are sent. Then, while more arrive, registry backup is run; its file goes into an empty database of the
other kind by registry restore, and registry audit verify checks that. Told are the seconds of each, and whether the ledger that was
restored is, entry for entry, the beginning of the one that went on meanwhile, with as many rows beside it as the backup names.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.cluster import Cluster, running
from registry.audit.models import ENTRY
from registry.store.session import Database
from tests import databases

START = datetime(2026, 1, 1, tzinfo=UTC)
POINTS = 100


def send(cluster: Cluster, number: int) -> None:
    """One delivery."""
    key, _, _ = cluster.places[number % len(cluster.places)]
    first = number * POINTS
    sent = [
        {
            "metric": "accuracy",
            "window_end": (START + timedelta(minutes=first + each)).isoformat(),
            "value": 0.9,
        }
        for each in range(POINTS)
    ]
    headers = {"Authorization": f"Bearer {cluster.token}", "Content-Type": "application/json"}
    status, _, told = cluster.asked(
        "POST", f"/api/v1/systems/{key}/snapshots", json.dumps({"snapshots": sent}).encode(), **headers
    )
    if status != 201:
        raise RuntimeError(f"a delivery was answered with {status}: {told!r}")


@contextlib.contextmanager
def _sending(cluster: Cluster, numbers: Iterator[int]) -> Any:
    stop = threading.Event()

    def on_and_on() -> None:
        while not stop.is_set():
            send(cluster, next(numbers))

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(on_and_on) for _ in range(2)]
        try:
            yield
        finally:
            stop.set()
            for each in both:
                each.result()


def drilled(
    cluster: Cluster, other: Database, folder: Path, deliveries: int, numbers: Iterator[int] | None = None
) -> bool:
    """Do it, tell it, and say whether what was restored is what was backed up; again with the `numbers` that were used on."""
    numbers = count() if numbers is None else numbers
    for number in islice(numbers, deliveries):
        send(cluster, number)
    file, took = folder / "drill.zip", {}
    with _sending(cluster, numbers):
        began = time.monotonic()
        backed_up = json.loads(cluster.run("backup", str(file), "--json").stdout)
        took["backup, under load"] = time.monotonic() - began
    elsewhere = {
        "REGISTRY_DATABASE_URL": other.url.render_as_string(hide_password=False),
        "REGISTRY_DATA_DIR": str(folder / "elsewhere"),
    }
    began = time.monotonic()
    restored = json.loads(cluster.run("restore", str(file), "--json", **elsewhere).stdout)
    took["restore, with all that it verifies"] = time.monotonic() - began
    began = time.monotonic()
    verified = json.loads(cluster.run("audit", "verify", "--json", **elsewhere).stdout)
    took["audit verify of what was restored"] = time.monotonic() - began
    ours, theirs = _entries(cluster.database), _entries(other)
    same_ledger = ours[: backed_up["entries"]] == theirs[: backed_up["entries"]]
    same_rows = _same_rows(file, other)
    print(f"{file.stat().st_size / 1e6:.1f} MB, {backed_up['entries']:,} entries, {len(ours):,} by now")
    for name, seconds in took.items():
        print(f"{name:36} {seconds:6.1f} s")
    print(f"{'in all':36} {sum(took.values()):6.1f} s")
    print(f"the same head {restored['root'] == backed_up['root']}, entries {same_ledger}, rows {same_rows}")
    return bool(restored["root"] == backed_up["root"] and same_ledger and same_rows and verified["ok"])


def _entries(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.execute(sa.select(ENTRY.c.leaf_hash).order_by(ENTRY.c.seq)).scalars())


def _same_rows(file: Path, other: Database) -> bool:
    """Whether every table has as many rows as the backup says; restoring adds one entry, and what that one writes."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    with other.engine.connect() as connection:
        for name, part in manifest["tables"].items():
            held = connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar()
            added = 1 if name in {"ledger_entry", "ledger_payload"} else 0
            if held != part["rows"] + added:
                print(f"{name}: {held} rows, and {part['rows']} in the backup")
                return False
    return True


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--deliveries", type=int, default=200, help="of a hundred readings, before the backup")
    asked.add_argument("--database", choices=databases.KINDS, default="postgresql", help="that is backed up")
    given = asked.parse_args()
    with contextlib.ExitStack() as open_until:
        open_until.callback(databases.end_run, databases.begin_run())
        folder = Path(open_until.enter_context(tempfile.TemporaryDirectory()))
        cluster = open_until.enter_context(running(given.database, folder, workers=1))
        kinds = [kind for kind in databases.KINDS if kind != given.database]
        other = open_until.enter_context(databases.empty(kinds[0]))
        same = drilled(cluster, other, folder, given.deliveries)
    sys.exit(not same)


if __name__ == "__main__":
    main()

"""How long the readings of a system take to be read back: the newest of its metrics, and one metric over a year.

    python -m benchmarks.history --rows 1000000 10000000 --database sqlite --database postgresql

Fills a register with so many readings of a thousand metrics, two a day, past the objects, and times the queries behind
the monitoring page and the API beside the bare SQL for the same rows. What is asked for is equally much at every size;
the ratio says whether the answer is as quick among ten times as many.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from registry.monitoring.models.snapshots import LATEST, SNAPSHOT, SnapshotBatch
from registry.monitoring.queries import series
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Kind
from registry.store import migrate
from registry.store.session import Database
from tests import databases
from tests.cast import find_cast, raise_cast

METRICS = 1_000
OF_A_SYSTEM = 10
LAST = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(hours=12)
YEAR = timedelta(days=365)
AT_ONCE = 20_000


def prepared(database: Database) -> tuple[int, list[int]]:
    """A system with a thousand metrics and one delivery; the numbers of the delivery and of the metrics."""
    migrate.upgrade(database)
    with database.transaction() as session:
        raise_cast(session)
    with database.transaction(read_only=True) as session:
        system = find_cast(session).triage.id or 0
    stated = [
        SuccessMetric(system_id=system, slug=f"metric-{number}", kind=Kind.CUSTOM, name=f"Metric {number}")
        for number in range(METRICS)
    ]
    delivery = SnapshotBatch(system_id=system, received_at=LAST, points=0, sha256="")
    with database.engine.begin() as connection:
        metric: Any = SuccessMetric.__table__
        batch: Any = SnapshotBatch.__table__
        connection.execute(sa.insert(metric), [each.model_dump(exclude={"id"}) for each in stated])
        connection.execute(sa.insert(batch), [delivery.model_dump(exclude={"id"})])
        numbers = list(connection.execute(sa.select(metric.c.id).order_by(metric.c.id)).scalars())
        return connection.execute(sa.select(sa.func.max(batch.c.id))).scalar_one(), numbers


def rows(batch: int, metrics: list[int], each: int) -> Iterator[tuple[object, ...]]:
    """Readings in the order in which they would have come: window after window, all metrics of each."""
    for place in range(each):
        end = LAST - (each - place) * STEP
        start, stop = ((when.isoformat(" ")[:19] + ".000000") for when in (end - STEP, end))
        for number in metrics:
            value = f"0.{(number * 31 + place) % 997:03}"
            yield batch, number, "", start, stop, "", 0, value, 500, Verdict.NO_GUARD_RAIL.value


def fill(database: Database, count: int) -> list[int]:
    """Make so many readings and the newest of each metric; the numbers of the metrics."""
    batch, metrics = prepared(database)
    each = count // len(metrics)
    names = (
        "batch_id, metric_id, group_key, window_start, window_end, client_key, revision, value, n, verdict"
    )
    made = rows(batch, metrics, each)
    with database.engine.begin() as connection:
        driver: Any = connection.connection
        if database.is_sqlite:
            marks = ", ".join("?" * 10)
            while some := list(islice(made, AT_ONCE)):
                driver.executemany(f"INSERT INTO snapshot ({names}) VALUES ({marks})", some)
        else:
            for month in months(LAST - (each + 1) * STEP):
                connection.execute(sa.text("SELECT make_snapshot_month(:first)"), {"first": month})
            with driver.cursor() as cursor, cursor.copy(f"COPY snapshot ({names}) FROM STDIN") as copy:
                while some := list(islice(made, AT_ONCE)):
                    copy.write("".join("\t".join(map(str, one)) + "\n" for one in some))
    taken = [
        column.name for column in LATEST.columns if column.name not in {"id", "snapshot_id", "received_at"}
    ]
    newest = sa.select(SNAPSHOT.c.id, sa.literal(LAST), *(SNAPSHOT.c[name] for name in taken)).where(
        SNAPSHOT.c.window_end == LAST - STEP
    )
    with database.engine.begin() as connection:
        connection.execute(sa.insert(LATEST).from_select(["snapshot_id", "received_at", *taken], newest))
        # A database in use has statistics of its tables; a fresh one gets them here.
        connection.exec_driver_sql("ANALYZE")
    return metrics


def months(first: datetime) -> Iterator[date]:
    """The first day of each month from then to the last reading."""
    day = first.date().replace(day=1)
    while day <= LAST.date():
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def questions(database: Database, metrics: list[int]) -> dict[str, Callable[[], object]]:
    """Everything that is asked, by what it is."""
    one, some = metrics[len(metrics) // 2], metrics[-OF_A_SYSTEM:]
    bare = sa.text(
        "SELECT window_end, value, verdict FROM snapshot WHERE metric_id = :metric AND group_key = ''"
        " AND window_end BETWEEN :since AND :until ORDER BY window_end"
    ).bindparams(
        sa.bindparam("since", type_=sa.DateTime(timezone=True)),
        sa.bindparam("until", type_=sa.DateTime(timezone=True)),
    )
    year = {"metric": one, "since": LAST - YEAR, "until": LAST}

    def asked(question: Callable[[Any], object]) -> Callable[[], object]:
        def act() -> object:
            with database.transaction(read_only=True) as session:
                return question(session)

        return act

    return {
        "newest of a system's 10 metrics": asked(lambda session: series.latest_of(session, some)),
        "newest of 1,000 metrics": asked(lambda session: series.latest_of(session, metrics)),
        "one metric over a year": asked(lambda session: series.series(session, one, LAST - YEAR, LAST)),
        "a page of 50 of one metric": asked(
            lambda session: series.page_of(session, one, group=None, before=None, limit=50)
        ),
        "floor: the year by bare SQL": asked(lambda session: session.connection().execute(bare, year).all()),
    }


def measured(asked: list[dict[str, Callable[[], object]]], runs: int) -> dict[str, list[float]]:
    """The median of each question in milliseconds, for each register; after three rounds that do not count.

    Round by round among all registers: whatever else the machine is doing meets each of them.
    """
    took: dict[str, list[list[float]]] = {name: [[] for _ in asked] for name in asked[0]}
    for _ in range(runs + 3):
        for name, times in took.items():
            for register, kept in zip(asked, times, strict=True):
                began = time.perf_counter()
                register[name]()
                kept.append((time.perf_counter() - began) * 1_000)
    return {name: [statistics.median(kept[3:]) for kept in times] for name, times in took.items()}


@contextmanager
def opened(kind: databases.Kind, folder: Path | None) -> Iterator[Database]:
    """A database for readings; that of SQLite in the folder, on whatever disk that is."""
    if kind == "postgresql":
        with databases.fresh(kind, "empty", lambda _database: None) as database:
            yield database
        return
    with tempfile.TemporaryDirectory(dir=folder) as place:
        database = Database(f"sqlite:///{place}/history.sqlite3")
        yield database
        database.dispose()


def main() -> None:
    wanted = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    wanted.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    wanted.add_argument("--runs", type=int, default=30)
    wanted.add_argument("--database", action="append", choices=databases.KINDS)
    wanted.add_argument("--folder", type=Path, help="where the SQLite files are made")
    given = wanted.parse_args()
    alive = databases.begin_run()
    try:
        for kind in given.database or databases.KINDS:
            with ExitStack() as stack:
                made = [stack.enter_context(opened(kind, given.folder)) for _ in given.rows]
                asked = [
                    questions(each, fill(each, count)) for each, count in zip(made, given.rows, strict=True)
                ]
                found = measured(asked, given.runs)
            heads = "".join(f"{each:>14,} rows" for each in given.rows)
            print(f"\n{kind + ', milliseconds':34}{heads}   last to first")
            for name, medians in found.items():
                told = "".join(f"{each:19.2f}" for each in medians)
                print(f"{name:34}{told}{medians[-1] / medians[0]:16.2f}", flush=True)
    finally:
        databases.end_run(alive)


if __name__ == "__main__":
    main()

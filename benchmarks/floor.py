"""The least a server can do that keeps a thousand readings: parse, insert, commit. What benchmarks.ingest compares with.

A bare WSGI application with the database's own driver, in the table the registry itself uses, with its indexes, keys and
durability. It asks nobody who they are, judges nothing, checks nothing and writes no ledger.
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from gunicorn.app.base import BaseApplication

_NAMES = "batch_id, metric_id, group_key, window_start, window_end, client_key, revision, value, n, verdict"
_BATCH = "system_id, received_at, source, supersedes_because, points, sha256"
_DELIVERED = "'', '', ?, ''"
_MINE = threading.local()


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Keep the readings of one request; the number of the metric they are of is the address."""
    metric, system = (int(part) for part in environ["PATH_INFO"].strip("/").split("/"))
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    points = json.loads(body, parse_float=str)["snapshots"]
    taken = (_into_sqlite if os.environ["FLOOR_KIND"] == "sqlite" else _into_postgresql)(
        metric, system, points
    )
    said = json.dumps({"accepted": taken}).encode()
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(said)))])
    return [said]


def _into_sqlite(metric: int, system: int, points: list[dict[str, Any]]) -> int:
    connection: sqlite3.Connection = _opened(_sqlite)
    connection.execute("BEGIN IMMEDIATE")
    batch = connection.execute(
        f"INSERT INTO snapshot_batch ({_BATCH}) VALUES (?, datetime('now'), {_DELIVERED}) RETURNING id",
        (system, len(points)),
    ).fetchone()[0]
    rows = [
        (batch, metric, "", each["window_start"], each["window_end"], "", 0, each["value"], each["n"], "met")
        for each in points
    ]
    connection.executemany(
        f"INSERT INTO snapshot ({_NAMES}) VALUES ({', '.join('?' * 10)}) ON CONFLICT DO NOTHING", rows
    )
    connection.execute("COMMIT")
    return len(rows)


def _sqlite() -> sqlite3.Connection:
    connection = sqlite3.connect(os.environ["FLOOR_DATABASE"], isolation_level=None, timeout=20)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


_UNNESTED = f"""
    WITH batch AS (INSERT INTO snapshot_batch ({_BATCH})
        VALUES (%s, now(), {_DELIVERED.replace("?", "%s")}) RETURNING id)
    INSERT INTO snapshot ({_NAMES})
    SELECT batch.id, %s, '', told.*, 'met' FROM batch, unnest(
        %s::timestamptz[], %s::timestamptz[], %s::text[], %s::int[], %s::text[], %s::bigint[]
    ) AS told ON CONFLICT DO NOTHING
"""


def _into_postgresql(metric: int, system: int, points: list[dict[str, Any]]) -> int:
    connection: psycopg.Connection[Any] = _opened(
        lambda: psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True)
    )
    columns = ([each[name] for each in points] for name in ("window_start", "window_end"))
    nothing, zeros = [""] * len(points), [0] * len(points)
    values, cases = [each["value"] for each in points], [each["n"] for each in points]
    connection.execute(_UNNESTED, (system, len(points), metric, *columns, nothing, zeros, values, cases))
    return len(points)


def _opened(connect: Callable[[], Any]) -> Any:
    """The connection of this thread."""
    if not hasattr(_MINE, "connection"):
        _MINE.connection = connect()
    return _MINE.connection


class _Server(BaseApplication):  # type: ignore[misc]
    """The registry's own server set-up (registry.server), around the application above."""

    def load_config(self) -> None:
        settings = {
            "workers": int(sys.argv[2]),
            "threads": 8,
            "worker_class": "gthread",
            "accesslog": None,
            "loglevel": "warning",
        }
        for name, value in (settings | {"bind": f"127.0.0.1:{sys.argv[1]}"}).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return answer


if __name__ == "__main__":
    _Server().run()

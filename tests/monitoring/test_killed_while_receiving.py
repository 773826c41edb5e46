"""Readings sent again and again to a server that keeps dying: each is held once, and none that was acknowledged is lost.

A programme of minutes: script/test -m long tests/monitoring/test_killed_while_receiving.py
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.audit.queries import verify
from registry.monitoring.models.snapshots import SNAPSHOT
from registry.monitoring.queries.integrity import altered_batches
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Kind, MetricFacts

pytestmark = [pytest.mark.long, pytest.mark.slow]

CLIENTS, AT_ONCE = 8, 50
SIZES = [
    pytest.param(1_000, 2, id="two"),
    pytest.param(10_000, 20, id="twenty"),
    pytest.param(10_000, 100, id="hundred"),
]
GIVE_UP_SECONDS, GIVE_UP_PER_KILL = 240, 10
START = datetime(2026, 1, 1, tzinfo=UTC)


class Server:
    """registry serve on a port of its own, which can be killed with everything it started and started again."""

    def __init__(self, database, folder):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.environment = os.environ | {
            "REGISTRY_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "REGISTRY_DATA_DIR": str(folder),
            "REGISTRY_ONE_ROLE": "true",
        }
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "registry",
                "serve",
                "--port",
                str(self.port),
                "--processes",
                "2",
                "--no-worker",
            ],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def post(self, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, body, headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError):
            return None, None
        finally:
            connection.close()


def deliveries(points):
    """Every reading one to five times, shuffled, in small batches."""
    chance = random.Random(20_261_126)
    numbers = [number for number in range(points) for _ in range(chance.randint(1, 5))]
    chance.shuffle(numbers)
    return [numbers[first : first + AT_ONCE] for first in range(0, len(numbers), AT_ONCE)]


def reading(number):
    end = START + timedelta(minutes=number)
    return {"metric": "accuracy", "window_end": end.isoformat(), "value": number / 8, "n": number}


def send_until_acknowledged(server, path, headers, batch, stop):
    body = json.dumps({"snapshots": [reading(number) for number in batch]})
    while not stop.is_set():
        status, told = server.post(path, body, headers)
        if status in {200, 201}:
            return told
        assert status is None or status in {500, 503}, (status, told)
        time.sleep(0.2)
    pytest.fail("the server did not acknowledge in time")


@pytest.mark.parametrize(("points", "kills"), SIZES)
def test_readings_survive_kills_and_each_is_held_once(
    database, cast, tmp_path, points, kills, record_property
):
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        objectives.add_metric(session, ada, cast.triage.id, MetricFacts(Kind.ACCURACY, "Accuracy"))
        token, _ = accounts.issue_token(
            session, ada, cast.people["ada"], "pipeline", frozenset({"registry:read", "snapshots:write"})
        )
    path = f"/api/v1/systems/{cast.triage.key}/snapshots"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    batches, acknowledged, stop = deliveries(points), [], threading.Event()
    server = Server(database, tmp_path)
    server.start()
    give_up = threading.Timer(GIVE_UP_SECONDS + kills * GIVE_UP_PER_KILL, stop.set)
    give_up.start()

    def send(batch):
        told = send_until_acknowledged(server, path, headers, batch, stop)
        acknowledged.append((batch, told))

    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            sent = [pool.submit(send, batch) for batch in batches]
            for kill in range(kills):
                # Each server lives until it has done its share, so that it is always killed at work.
                share = len(batches) * (kill + 1) // (kills + 1)
                while len(acknowledged) < share and not stop.is_set():
                    time.sleep(0.01)
                server.kill()
                server.start()
            for each in sent:
                each.result()
    finally:
        give_up.cancel()
        stop.set()
        server.kill()
    record_property("kills", kills)
    record_property("deliveries acknowledged", len(acknowledged))
    assert len(acknowledged) == len(batches)
    with database.engine.connect() as connection:
        rows = connection.execute(sa.select(SNAPSHOT.c.window_end, SNAPSHOT.c.value, SNAPSHOT.c.n)).all()
    held = Counter(int((end - START) / timedelta(minutes=1)) for end, _, _ in rows)
    record_property("readings held", held.total())
    assert held == Counter(range(points))
    assert all(value == Decimal(n) / 8 for _, value, n in rows)
    # A batch may be stored and its answer lost in the kill; what was counted as accepted was stored by that answer.
    assert sum(told["accepted"] for _, told in acknowledged) <= points
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []
        assert list(altered_batches(session)) == []

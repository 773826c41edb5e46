"""Servers that take readings, started for a benchmark and ended with it: ours, the least that can be, and MLflow's."""

import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.accounts.queries import actor_for
from registry.kernel.guard_rails import Bound
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from registry.store import migrate
from registry.store.session import Database
from registry.systems import actions as systems
from registry.systems.rules.record import Registration, Visibility
from tests import databases
from tests.cast import find_cast, raise_cast

MOST_CLIENTS = 4
_PASSWORD = "correct horse battery"
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
MONTHS = 60
ACCURACY = MetricFacts(
    Kind.ACCURACY,
    "Accuracy",
    direction=Direction.HIGHER,
    breach_bound=Bound.AT_LEAST,
    breach_low=Decimal("0.8"),
)
Body = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Peer:
    """A server that takes readings: where each client sends to, with what headers, and what the nth body of it is.

    `process` leads the group of its processes.
    """

    name: str
    port: int
    addresses: list[str]
    headers: dict[str, str]
    body: Body
    process: int

    def processor_seconds(self) -> float:
        """What its processes have used so far. A database server of its own is not among them."""
        return used_by(self.process)


def used_by(leader: int) -> float:
    """The seconds of processor time that a group of processes has used so far, given the one that leads it."""
    ticks = 0
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            told = each.read_text().rpartition(")")[2].split()
            if int(told[2]) == leader:
                ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def window(number: int) -> tuple[str, str]:
    """The nth minute since the first, as its two ends."""
    start = FIRST + timedelta(minutes=number)
    return start.isoformat(), (start + timedelta(minutes=1)).isoformat()


def readings(points: int) -> Body:
    """The nth batch of a client: windows that follow one another, values that differ and are mostly good."""

    def body(_client: int, batch: int) -> bytes:
        told = []
        for place in range(points):
            number = batch * points + place
            start, end = window(number)
            value = round(0.85 + (number * 7919 % 1000) / 10_000, 4)
            told.append(
                {"metric": "accuracy", "window_start": start, "window_end": end, "value": value, "n": 500}
            )
        return json.dumps({"source": "benchmark", "snapshots": told}).encode()

    return body


@contextlib.contextmanager
def filled(kind: databases.Kind, folder: Path, name: str) -> Iterator[Database]:
    """A database with the tables and the cast; that of SQLite in the folder, on whatever disk that is."""
    with contextlib.ExitStack() as open_until:
        if kind == "sqlite":
            database = Database(f"sqlite:///{folder / name}.sqlite3")
            open_until.callback(database.dispose)
        else:
            database = open_until.enter_context(databases.fresh(kind, f"empty{name}", lambda _database: None))
        migrate.upgrade(database)
        with database.transaction() as session:
            raise_cast(session)
        yield database


def prepared(database: Database) -> tuple[str, list[tuple[str, int, int]]]:
    """A token, and for each client a system of its own: its key and number, and that of its metric."""
    places = []
    with database.transaction() as session:
        cast = find_cast(session)
        owner, unit = cast.people["ada"], cast.units["claims"].id
        for number in range(MOST_CLIENTS):
            facts = Registration(f"System {number}", "Is measured.", unit, owner.id, Visibility.COMPANY)
            system = systems.register(session, cast.actor(session, "ada"), facts)
            session.flush()
            actor = actor_for(session, owner, via="session")
            metric = objectives.add_metric(session, actor, system.id or 0, ACCURACY)
            session.flush()
            places.append((system.key, system.id or 0, metric.id or 0))
        token, _ = accounts.issue_token(
            session, cast.actor(session, "ada"), owner, "benchmark", frozenset({"snapshots:write"})
        )
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            for month in range(MONTHS):
                first = date(2020 + month // 12, month % 12 + 1, 1)
                connection.execute(sa.text("SELECT make_snapshot_month(:first)"), {"first": first})
    return token, places


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextlib.contextmanager
def served(
    command: list[str], port: int, folder: Path, seconds: int = 90, **environment: str
) -> Iterator[int]:
    """A server as a child process, once it listens: its number. Ended with everything it started."""
    log = folder / f"server-{port}.log"
    with log.open("wb") as said:
        child = subprocess.Popen(
            command, env=os.environ | environment, stdout=said, stderr=said, start_new_session=True
        )
    try:
        until = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if child.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command} does not listen:\n{log.read_text()[-2_000:]}")
            time.sleep(0.2)
        yield child.pid
    finally:
        # The session is its own: nobody else is in this process group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, 15)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, 9)
            child.wait()


@contextlib.contextmanager
def ours(kind: databases.Kind, folder: Path, points: int, processes: int) -> Iterator[Peer]:
    """The registry as it is served, everything on."""
    with filled(kind, folder, "ours") as database:
        token, places = prepared(database)
        database.dispose()
        port = free_port()
        environment = {
            "REGISTRY_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "REGISTRY_SECRET_KEY": secrets.token_urlsafe(48),
            # Rates do not depend on whose the tables are.
            "REGISTRY_ONE_ROLE": "true",
            "REGISTRY_DATA_DIR": str(folder),
        }
        command = [sys.executable, "-m", "registry", "serve", "--no-worker", "--port", str(port)]
        command += ["--processes", str(processes)]
        with served(command, port, folder, **environment) as process:
            addresses = [f"/api/v1/systems/{key}/snapshots" for key, _, _ in places]
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            yield Peer("ours", port, addresses, headers, readings(points), process)


@contextlib.contextmanager
def floor(kind: databases.Kind, folder: Path, points: int, processes: int) -> Iterator[Peer]:
    """The least a server can do."""
    with filled(kind, folder, "floor") as database:
        _, places = prepared(database)
        database.dispose()
        port, url = free_port(), database.url
        told = (
            str(url.database)
            if kind == "sqlite"
            else url.set(drivername="postgresql").render_as_string(False)
        )
        command = [sys.executable, "-m", "benchmarks.floor", str(port), str(processes)]
        with served(command, port, folder, FLOOR_KIND=kind, FLOOR_DATABASE=told) as process:
            addresses = [f"/{metric}/{system}" for _, system, metric in places]
            yield Peer(
                "floor", port, addresses, {"Content-Type": "application/json"}, readings(points), process
            )


@contextlib.contextmanager
def mlflow(
    kind: databases.Kind, folder: Path, points: int, processes: int, python: str, *, signed_in: bool
) -> Iterator[Peer]:
    """MLflow's tracking server, with a run for each client: as it comes, or asking who sends as ours does."""
    folder = folder / ("mlflow_signed_in" if signed_in else "mlflow")
    folder.mkdir()
    with contextlib.ExitStack() as open_until:
        store = f"sqlite:///{folder / 'mlflow.sqlite3'}"
        if kind != "sqlite":
            url = open_until.enter_context(databases.empty(kind)).url
            store = url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
        port = free_port()
        command = [python, "-m", "mlflow", "server", "--backend-store-uri", store, "--port", str(port)]
        command += ["--host", "127.0.0.1", "--default-artifact-root", str(folder / "artifacts")]
        command += ["--workers", str(processes)]
        told = {"MLFLOW_DISABLE_TELEMETRY": "true"}
        headers = {"Content-Type": "application/json"}
        if signed_in:
            command += ["--app-name", "basic-auth"]
            told |= _mlflow_users(folder)
            headers["Authorization"] = f"Basic {b64encode(f'admin:{_PASSWORD}'.encode()).decode()}"
        server = served(command, port, folder, 180, **told)
        process = open_until.enter_context(server)
        healthy(port)
        prefix = "/api/2.0/mlflow/runs/"
        runs = []
        for _ in range(MOST_CLIENTS):
            made = json.dumps({"experiment_id": "0", "start_time": 0}).encode()
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
                runs.append(json.loads(sent(line, f"{prefix}create", headers, made))["run"]["info"]["run_id"])

        def body(client: int, batch: int) -> bytes:
            numbers = range(batch * points, (batch + 1) * points)
            told = [
                {"key": "accuracy", "value": 0.85 + each % 997 / 10_000, "timestamp": each, "step": each}
                for each in numbers
            ]
            return json.dumps({"run_id": runs[client], "metrics": told}).encode()

        name = "MLflow, signed in" if signed_in else "MLflow"
        yield Peer(name, port, [f"{prefix}log-batch"] * len(runs), headers, body, process)


def _mlflow_users(folder: Path) -> dict[str, str]:
    """The settings by which MLflow knows one administrator, as its own guide for sign-in describes."""
    said = folder / "basic_auth.ini"
    said.write_text(
        "[mlflow]\ndefault_permission = READ\nadmin_username = admin\n"
        f"admin_password = {_PASSWORD}\ndatabase_uri = sqlite:///{folder / 'users.sqlite3'}\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    return {"MLFLOW_AUTH_CONFIG_PATH": str(said), "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_hex(16)}


def healthy(port: int, seconds: int = 120) -> None:
    """Wait until a server that listens already also answers. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line,
        ):
            line.request("GET", "/health")
            if line.getresponse().status == 200:
                return
        time.sleep(0.5)
    raise TimeoutError(f"nothing answers on port {port}")


def sent(line: http.client.HTTPConnection, address: str, headers: dict[str, str], body: bytes) -> bytes:
    """The answer to one request. Raises RuntimeError where it is refused: nothing is measured but what is kept."""
    line.request("POST", address, body, headers)
    answer = line.getresponse()
    said = answer.read()
    if answer.status not in {200, 201}:
        raise RuntimeError(f"{address}: {answer.status} {said[:500]!r}")
    return said

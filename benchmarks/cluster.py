"""Several processes over one PostgreSQL on this machine, as docs/deploy/compose.yaml runs them: web, workers, a balancer.

What is measured on it: benchmarks.outage, benchmarks.soak and benchmarks.drill.
"""

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.peers import filled, free_port, prepared
from registry.accounts.actions import set_password
from registry.cli import ADDED_ONLY
from registry.kernel.actor import the_registry
from registry.store import roles
from registry.store.session import Database
from tests import databases
from tests.cast import PASSWORD, find_cast

_READY_SECONDS = 120


@dataclass
class Process:
    """One process of ours with all that it starts, in a session of its own so that nothing else is ever hit."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    port: int = 0
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it is not waited for."""
        with self.log.open("ab") as said:
            self.child = subprocess.Popen(
                self.command,
                env=os.environ | self.environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and see that it has."""
        self._signal(signal.SIGTERM, patience=40)
        self.kill()

    def _signal(self, which: int, patience: float = 10) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, which)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(patience)

    @property
    def is_ready(self) -> bool:
        """Whether it answers that it is fit to serve."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/readyz")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def family(self) -> list[int]:
        """Its own number and those of all it has started."""
        parents: dict[int, list[int]] = {}
        for place in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                told = place.read_text().rpartition(")")[2].split()
                parents.setdefault(int(told[1]), []).append(int(place.parent.name))
        found = [self.child.pid] if self.child else []
        for number in found:
            found += parents.get(number, [])
        return found


class Balancer:
    """Hands each connection to the next process that takes it, as a proxy with a list of upstreams does."""

    def __init__(self, ports: list[int]) -> None:
        self._ports, self._turn = ports, count()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._hand_on, args=(here,), daemon=True).start()

    def _hand_on(self, here: socket.socket) -> None:
        with here:
            there = self._reached()
            if there is None:
                return
            with there:
                back = threading.Thread(target=_pump, args=(there, here), daemon=True)
                back.start()
                _pump(here, there)
                back.join()

    def _reached(self) -> socket.socket | None:
        first = next(self._turn)
        for step in range(len(self._ports)):
            port = self._ports[(first + step) % len(self._ports)]
            with contextlib.suppress(OSError):
                reached = socket.create_connection(("127.0.0.1", port), 2)
                # Two seconds to be taken; an answer may take longer.
                reached.settimeout(None)
                return reached
        return None


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65_536):
            target.sendall(part)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@dataclass
class Cluster:
    """All of it, running."""

    database: Database
    folder: Path
    environment: dict[str, str]
    token: str
    places: list[tuple[str, int, int]]
    webs: list[Process] = field(default_factory=list)
    workers: list[Process] = field(default_factory=list)
    port: int = 0

    @property
    def processes(self) -> list[Process]:
        """Those of web and worker."""
        return [*self.webs, *self.workers]

    def asked(
        self, method: str, path: str, body: bytes = b"", *, patience: float = 30, **headers: str
    ) -> tuple[int, Any, bytes]:
        """Status, headers and body. Raises OSError or HTTPException where the answer does not come whole, nor in so many seconds."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            line.request(method, path, body or None, {"Connection": "close", **headers})
            reply = line.getresponse()
            told = reply.read()
            return reply.status, reply.headers, told
        finally:
            line.close()

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command of the registry, to its end. Raises CalledProcessError where it does not end well."""
        return subprocess.run(
            [sys.executable, "-m", "registry", *words],
            env=os.environ | self.environment | environment,
            capture_output=True,
            text=True,
            check=True,
        )


@contextlib.contextmanager
def running(
    kind: databases.Kind, folder: Path, *, webs: int = 2, workers: int = 2, counting: bool = False
) -> Iterator[Cluster]:
    """The cluster, once every process that serves is ready; with `counting`, its workers are benchmarks.counting."""
    with contextlib.ExitStack() as open_until:
        database = open_until.enter_context(filled(kind, folder, "cluster"))
        token, places = prepared(database)
        with database.transaction() as session:
            set_password(session, the_registry("command"), find_cast(session).people["ada"], PASSWORD)
        if counting:
            with database.engine.begin() as connection:
                connection.exec_driver_sql("CREATE TABLE effect (seq bigint NOT NULL)")
        environment = {
            "REGISTRY_DATABASE_URL": open_until.enter_context(_as_application(database)),
            "REGISTRY_SECRET_KEY": secrets.token_urlsafe(48),
            "REGISTRY_DATA_DIR": str(folder),
            "REGISTRY_LOG_FORMAT": "json",
        }
        cluster = Cluster(database, folder, environment, token, places)
        cluster.webs = [_web(cluster, number) for number in range(webs)]
        cluster.workers = [_worker(cluster, number, counting=counting) for number in range(workers)]
        for each in cluster.processes:
            each.start()
            open_until.callback(each.stop)
        for web in cluster.webs:
            _wait_until_ready(web)
        balancer = Balancer([each.port for each in cluster.webs])
        open_until.callback(balancer.close)
        cluster.port = balancer.port
        yield cluster


@contextlib.contextmanager
def _as_application(database: Database) -> Iterator[str]:
    """The address at which the application meets the database: on PostgreSQL, as a role that owns nothing."""
    if database.is_sqlite:
        yield database.url.render_as_string(hide_password=False)
        return
    role, password = f"application_{secrets.token_hex(4)}", secrets.token_hex(16)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    roles.grant(database, role, added_only=ADDED_ONLY, may_erase=False)
    try:
        yield database.url.set(username=role, password=password).render_as_string(hide_password=False)
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role} CASCADE")
            connection.exec_driver_sql(f"DROP ROLE {role}")


def _web(cluster: Cluster, number: int) -> Process:
    port = free_port()
    command = [sys.executable, "-m", "registry", "serve", "--no-worker", "--port", str(port)]
    return Process(
        f"web {number + 1}", command, cluster.environment, cluster.folder / f"web{number}.log", port
    )


def _worker(cluster: Cluster, number: int, *, counting: bool) -> Process:
    module = ["benchmarks.counting"] if counting else ["registry", "worker"]
    command = [sys.executable, "-m", *module]
    return Process(
        f"worker {number + 1}", command, cluster.environment, cluster.folder / f"worker{number}.log"
    )


def _wait_until_ready(web: Process) -> None:
    until = time.monotonic() + _READY_SECONDS
    while not web.is_ready:
        ended = web.child is None or web.child.poll() is not None
        if ended or time.monotonic() > until:
            raise RuntimeError(f"{web.name} is not ready:\n{web.log.read_text()[-3_000:]}")
        time.sleep(0.2)

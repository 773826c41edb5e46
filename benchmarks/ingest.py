"""How many readings a second go in over HTTP: ours beside the least a server can do and, where there is one, MLflow.

    python -m benchmarks.ingest --database sqlite --database postgresql [--mlflow-python PATH]

Everything listens on loopback, on the same machine and disk, with as many processes as it has cores. Ours is
`registry serve --no-worker` with a token, judging, alerts and the ledger, each client sending to a system of its own. The
floor (benchmarks.floor) is a bare WSGI application with the driver, in the same table, under the same server. MLflow is
`mlflow server`, told through `runs/log-batch`, once as it comes, with nobody asked who they are, and once with its own
sign-in, which ours always has; without a Python that has it (--mlflow-python, mlflow[auth]) there is no such peer, and
the report says so. Rounds are interleaved, medians are printed, and ratios are what counts: the machine is in all of them.

PostgreSQL is the one TEST_DATABASE_URL names; else one started for this run, which like that of the tests waits for no
disk, for none of those compared.
"""

import argparse
import contextlib
import http.client
import os
import socket
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.peers import MOST_CLIENTS, Peer, floor, mlflow, ours, sent
from tests import databases

CLIENTS = (1, MOST_CLIENTS)
Found = dict[tuple[str, int], tuple[float, float]]


class Round:
    """Batches no client has sent before, however often it is asked."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.next = [0] * MOST_CLIENTS

    def measured(self, clients: int, batches: int, points: int) -> tuple[float, float]:
        """Readings a second while so many clients each send so many batches, and milliseconds of processor a thousand."""
        bodies = []
        for client in range(clients):
            first = self.next[client]
            self.next[client] += batches
            bodies.append([self.peer.body(client, number) for number in range(first, first + batches)])
        failures: list[Exception] = []
        ready = threading.Barrier(clients + 1)
        threads = [
            threading.Thread(target=self._send, args=(client, some, ready, failures))
            for client, some in enumerate(bodies)
        ]
        for thread in threads:
            thread.start()
        used = self.peer.processor_seconds()
        ready.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        if failures:
            raise RuntimeError(f"{self.peer.name} did not answer every request") from failures[0]
        total = clients * batches * points
        return total / took, (self.peer.processor_seconds() - used) * 1_000_000 / total

    def _send(
        self, client: int, bodies: list[bytes], ready: threading.Barrier, failures: list[Exception]
    ) -> None:
        address, headers = self.peer.addresses[client], self.peer.headers
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.peer.port, timeout=300)) as line:
            line.connect()
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.wait()
            try:
                for body in bodies:
                    sent(line, address, headers, body)
            except Exception as error:  # noqa: BLE001 - told by whoever waits for the thread
                failures.append(error)


def measured(kind: databases.Kind, given: argparse.Namespace) -> Found:
    """Medians by name and number of clients, in interleaved rounds."""
    found: dict[tuple[str, int], list[tuple[float, float]]] = {}
    with contextlib.ExitStack() as open_until:
        folder = Path(open_until.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        like = (kind, folder, given.points, given.processes)
        peers: list[Any] = [ours(*like), floor(*like)]
        if given.mlflow_python:
            peers += [mlflow(*like, given.mlflow_python, signed_in=each) for each in (False, True)]
        rounds = [Round(open_until.enter_context(peer)) for peer in peers]
        for each in rounds:
            each.measured(MOST_CLIENTS, 2, given.points)
        for turn in range(given.rounds):
            for clients in CLIENTS:
                for place in range(len(rounds)):
                    each = rounds[(place + turn) % len(rounds)]
                    one = each.measured(clients, given.batches, given.points)
                    found.setdefault((each.peer.name, clients), []).append(one)
    return {
        key: (statistics.median(rate for rate, _ in some), statistics.median(used for _, used in some))
        for key, some in found.items()
    }


def told(kind: str, found: Found) -> None:
    """Print what was measured."""
    print(f"\n{kind + ', readings a second':34}" + "".join(f"{each:>10} client(s)" for each in CLIENTS))
    names = list(dict.fromkeys(name for name, _ in found))
    for name in names:
        print(f"{name:34}" + "".join(f"{found[name, each][0]:>20,.0f}" for each in CLIENTS))
    print("milliseconds of the server's processor for 1,000")
    for name in names:
        print(f"{name:34}" + "".join(f"{found[name, each][1]:>20.1f}" for each in CLIENTS))
    shares = [found["ours", each][0] / found["floor", each][0] for each in CLIENTS]
    print(f"{'ours, of the floor':34}" + "".join(f"{each:>20.0%}" for each in shares))
    theirs = [name for name in names if name.startswith("MLflow")]
    for name in theirs:
        times = [found["ours", each][0] / found[name, each][0] for each in CLIENTS]
        print(f"{'ours, times ' + name:34}" + "".join(f"{each:>20.1f}" for each in times))
    if not theirs:
        print("There is no MLflow peer in this run: name a Python that has it with --mlflow-python.")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--database", action="append", choices=databases.KINDS)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--batches", type=int, default=20, help="by each client in a round")
    asked.add_argument("--points", type=int, default=1_000, help="in a batch")
    asked.add_argument(
        "--folder", type=Path, help="where the SQLite files are made: the disk that is measured"
    )
    asked.add_argument("--processes", type=int, default=os.cpu_count(), help="of each server")
    asked.add_argument("--mlflow-python", help="a Python in which mlflow is installed")
    given = asked.parse_args()
    alive = databases.begin_run()
    try:
        for kind in given.database or databases.KINDS:
            told(kind, measured(kind, given))
    finally:
        databases.end_run(alive)


if __name__ == "__main__":
    main()

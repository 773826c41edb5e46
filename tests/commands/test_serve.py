"""registry serve as a supervisor runs it: it makes its schema, answers, brings a worker, and stops gracefully."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from registry.output.giving_way import STEPS
from registry.store import migrate
from registry.worker.models import Heartbeat
from tests.store.contents import counts

ENOUGH_SECONDS = 60

pytestmark = pytest.mark.slow


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(condition, child):
    until = time.monotonic() + ENOUGH_SECONDS
    while not (found := condition()):
        assert child.poll() is None, child.stderr.read()
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)
    return found


def get(port, path):
    """Status, headers and body; None while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    except OSError:
        return None
    finally:
        connection.close()


def children_of(number):
    """The processes started by that one, and by those."""
    found = []
    for line in subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout.splitlines():
        pid, parent = map(int, line.split())
        if parent == number:
            found += [pid, *children_of(pid)]
    return found


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@contextmanager
def serving(database, folder, *more):
    """The command as a child process, killed with its children whatever happens."""
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "registry", "serve", "--port", str(port), *more],
        env=os.environ
        | {
            "REGISTRY_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "REGISTRY_DATA_DIR": str(folder),
            # The role of the tests owns all it works on.
            "REGISTRY_ONE_ROLE": "true",
        },
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: get(port, "/healthz"), child)
        yield child, port
    finally:
        family = children_of(child.pid)
        child.kill()
        child.communicate()
        for pid in family:
            if not gone(pid):
                os.kill(pid, signal.SIGKILL)


def beats(database):
    with database.transaction(read_only=True) as session:
        return session.scalars(sa.select(Heartbeat)).all()


def test_it_makes_its_schema_answers_and_stops_gracefully_with_its_worker(empty_database, tmp_path):
    database = empty_database
    with serving(database, tmp_path) as (child, port):
        assert migrate.is_current(database)
        assert json.loads(get(port, "/healthz")[2]) == {"status": "alive"}
        status, _, body = get(port, "/readyz")
        assert (status, json.loads(body)["status"]) == (200, "ready")
        status, headers, body = get(port, "/sign-in")
        assert (status, b"Sign in" in body) == (200, True)
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        [beat] = wait_for(lambda: beats(database), child)
        family = children_of(child.pid)
        assert len(family) >= 2
        # Pages go before what the worker does, except where it holds up whoever else would write.
        pages, works = (
            os.getpriority(os.PRIO_PROCESS, pid) for pid in (child.pid, int(beat.worker.rpartition(":")[2]))
        )
        assert works == (pages if database.is_sqlite else max(pages, STEPS))
        child.send_signal(signal.SIGTERM)
        child.wait(ENOUGH_SECONDS)
        assert child.returncode == 0
        assert [pid for pid in family if not gone(pid)] == []
        assert get(port, "/healthz") is None
        assert "Traceback" not in child.stderr.read()


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_a_worker_that_is_killed_is_started_again_and_goes_with_the_server(empty_database, tmp_path):
    with serving(empty_database, tmp_path) as (child, _port):
        [lost] = wait_for(lambda: beats(empty_database), child)
        os.kill(int(lost.worker.rpartition(":")[2]), signal.SIGKILL)
        wait_for(lambda: len(beats(empty_database)) == 2, child)
        [follower] = {each.worker for each in beats(empty_database)} - {lost.worker}
        # As nobody can prepare for: the worker sees by itself that it is alone.
        child.kill()
        until = time.monotonic() + ENOUGH_SECONDS
        while not gone(int(follower.rpartition(":")[2])):
            assert time.monotonic() < until
            time.sleep(0.2)


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_a_request_in_flight_is_answered_before_it_stops(empty_database, tmp_path):
    with serving(empty_database, tmp_path, "--no-worker") as (child, port):
        # A body promised and sent only after the signal: the request is in flight meanwhile.
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        body = b"email=&password="
        connection.putrequest("POST", "/sign-in")
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        connection.send(body[:4])
        time.sleep(1)
        child.send_signal(signal.SIGTERM)
        time.sleep(1)
        connection.send(body[4:])
        # Refused for want of its token, by the application and not by a closed connection.
        assert connection.getresponse().status == 400
        connection.close()
        child.wait(ENOUGH_SECONDS)
        assert child.returncode == 0
        assert beats(empty_database) == []


# Where a proxy and a server each see another end of the first message, the second is somebody's who never asked it (RFC 9112, 11.2).
SECOND = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n"
OF_TWO_ENDS = {
    "a length and chunks": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n",
    "a length that is none": b"Content-Length: +0\r\n\r\n",
    "a length with a blank before its colon": b"Content-Length : 0\r\n\r\n",
    "chunks and something else": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunks nobody knows": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a header on two lines": b"X-One: 1\r\n Content-Length: 50\r\n\r\n",
}
OF_NO_SIZE = b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n"


def answered(port, rest):
    """The status of every answer that comes, until the line is closed, to a message that goes on like this."""
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + rest)
        line.shutdown(socket.SHUT_WR)
        return re.findall(rb"HTTP/1\.1 (\d{3}) ", b"".join(iter(lambda: line.recv(65_536), b"")))


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_two_processes_share_one_database_and_take_no_message_of_two_ends(empty_database, tmp_path):
    with serving(empty_database, tmp_path, "--processes", "2", "--no-worker") as (child, port):
        assert {get(port, "/sign-in")[0] for _ in range(10)} == {200}
        # The application says 200 to both: whatever else comes back is the server's, before anybody was asked.
        assert answered(port, b"Content-Length: 0\r\n\r\n" + SECOND) == [b"200", b"200"]
        assert answered(port, b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND) == [b"200", b"200"]
        for name, rest in OF_TWO_ENDS.items():
            assert answered(port, rest + SECOND) in ([b"400"], [b"501"]), name
        # A body is read after the page is made, which needs none of it: the second message is not.
        assert answered(port, OF_NO_SIZE + SECOND) == [b"200", b"400"]
        wait_for(lambda: len(children_of(child.pid)) == 2, child)
        assert counts(empty_database)["person"] == 0
        child.send_signal(signal.SIGTERM)
        assert child.wait(ENOUGH_SECONDS) == 0

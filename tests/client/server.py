"""A registry on this machine that answers as it was told to, and keeps what it was sent."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

TAKEN = "taken"
DROPPED = "dropped"


class Scripted(ThreadingHTTPServer):
    """Each request is answered by the next step of the script, and taken once the script is over.

    A step is TAKEN, DROPPED (the connection breaks without an answer), or a status with headers and a body.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, script=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.lock = list(script), Lock()
        self.bodies: list[bytes] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.points: dict[str, object] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, body: bytes) -> dict[str, object]:
        """Take points as a registry does: what is known by its key counts as a duplicate."""
        points = next(each for each in json.loads(body).values() if isinstance(each, list))
        new = {each.get("key") or each["window_end"]: each for each in points}
        fresh = new.keys() - self.points.keys()
        self.points |= new
        return {"accepted": len(fresh), "duplicate": len(points) - len(fresh), "verdicts": {"met": len(points)}, "ledger_seq": len(self.bodies)}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    server: Scripted

    def do_GET(self):
        with self.server.lock:
            self.server.requests.append((self.path, dict(self.headers)))
            status, headers, said = self.server.script.pop(0)
        self.answer(status, headers, said)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.requests.append((self.path, dict(self.headers)))
            self.server.bodies.append(body)
            step = self.server.script.pop(0) if self.server.script else TAKEN
            plain = gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
            reply = self.server.take(plain) if step == TAKEN else None
        if step == DROPPED:
            self.close_connection = True
            return
        self.answer(*((201, {}, reply) if reply else step))

    def answer(self, status, headers, said):
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextmanager
def serving(*script) -> Iterator[Scripted]:
    """The server, answering."""
    with Scripted(script) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

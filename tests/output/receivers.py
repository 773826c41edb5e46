"""Receivers on this machine for what the registry sends: one that hears HTTP, one that takes mail. They keep what they got."""

import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Heard:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Hook:
    """What the HTTP receiver was sent, and the statuses it answers with, one after the other; then 204."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def hook_receiver() -> Iterator[Hook]:
    hook = Hook()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.heard.append(Heard(self.path, dict(self.headers.items()), body))
            hook.before()
            code = hook.answers.pop(0) if hook.answers else 204
            self.send_response(code)
            if 300 <= code < 400:
                self.send_header("Location", f"http://127.0.0.1:{hook.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_told: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        hook.port = server.server_port
        with _served(server):
            yield hook


@dataclass
class Mailbox:
    """What the mail receiver took, and the replies it gives to the next recipients; then 250."""

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class _Threads(socketserver.ThreadingTCPServer):
    # A caller who hangs on is not waited for.
    daemon_threads = True


@contextmanager
def mail_receiver() -> Iterator[Mailbox]:
    """As much of RFC 5321 as a client needs to hand over a mail."""
    box = Mailbox()

    class Talking(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"QUIT":
                    self._say("221 bye")
                    return
                if word == b"RCPT":
                    self._say(box.replies.pop(0) if box.replies else "250 ok")
                elif word == b"DATA":
                    self._say("354 go on")
                    box.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self._say("250 taken")
                else:
                    self._say("250 ok")

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with _Threads(("127.0.0.1", 0), Talking) as server:
        box.port = server.server_address[1]
        with _served(server):
            yield box


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()

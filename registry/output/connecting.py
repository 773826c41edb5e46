"""A connection to an address that somebody typed: to a number that was checked, for a few seconds in all, and followed nowhere else."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from registry.output.destinations import Destination, Network, Resolver, reachable, system_resolver
from registry.output.sending import NotSent

DEADLINE_SECONDS: Final = 10.0


@contextmanager
def answered(
    method: str,
    where: Destination,
    body: bytes | None,
    headers: Mapping[str, str],
    allowed: Sequence[Network],
    *,
    resolve: Resolver = system_resolver,
    deadline: float = DEADLINE_SECONDS,
) -> Iterator[http.client.HTTPResponse]:
    """Send a request and have its answer, whichever that is, to read inside the block; a redirection is an answer like others.

    The name is resolved here, each number checked, and the connection made to a number that was checked. Raises NotSent where
    nothing answers before the deadline (in seconds, for the name, all its numbers, sending and whatever the block reads
    together), and Hostile where the name leads to what must not be reached.
    """
    until = time.monotonic() + deadline
    numbers = _looked_up(where, allowed, resolve, until)
    connection = _Held(where, numbers, until)
    # A timeout of the socket begins anew with each byte; whoever sends one a second would hold us for as long as they like.
    watch = threading.Timer(max(0.0, until - time.monotonic()), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request(method, where.target, body, dict(headers))
        yield connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as broken:
        if connection.is_cut:
            raise NotSent(f"no answer within {deadline:g} seconds") from broken
        raise NotSent(_said(broken)) from broken
    finally:
        watch.cancel()
        connection.close()


def _looked_up(
    where: Destination, allowed: Sequence[Network], resolve: Resolver, until: float
) -> Sequence[str]:
    """The checked numbers. A resolver cannot be told to stop: who asks for longer than there is time is left to it."""
    found: list[Sequence[str] | Exception] = []

    def ask() -> None:
        try:
            found.append(reachable(where, allowed, resolve))
        except Exception as refused:  # noqa: BLE001 - raised again below, where somebody waits for it
            found.append(refused)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, until - time.monotonic()))
    if not found:
        raise NotSent(f"the name {where.host} was not found in time")
    if isinstance(found[0], OSError):
        raise NotSent(f"the name {where.host} is not known") from found[0]
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def _said(broken: Exception) -> str:
    if isinstance(broken, ssl.SSLError):
        told = getattr(broken, "verify_message", "") or getattr(broken, "reason", "") or "TLS failed"
        return f"no trusted connection: {told}"
    if isinstance(broken, TimeoutError):
        return "no answer in time"
    if isinstance(broken, OSError):
        return f"it cannot be reached: {broken.strerror or 'the connection broke'}"
    return "what answered does not speak HTTP"


class _Held(http.client.HTTPConnection):
    """A connection to one of the numbers that were checked, under the name that was typed."""

    def __init__(self, where: Destination, numbers: Sequence[str], until: float) -> None:
        super().__init__(where.host, where.port)
        self._where, self._numbers, self._until = where, numbers, until
        self._lock = threading.Lock()
        self._raw: socket.socket | None = None
        self.is_cut = False
        # How the host is named in the request: a port that is the usual one is left out, as browsers do.
        self.default_port = 443 if where.is_secure else 80

    def connect(self) -> None:
        """Connect to the first number that answers, with TLS for the name where the address asks for it."""
        found: OSError | None = None
        for number in self._numbers:
            try:
                raw = socket.create_connection((number, self._where.port), self._left())
                break
            except OSError as refused:
                found = refused
        else:
            raise found or OSError("the name is not known")
        try:
            raw.settimeout(self._left())
            self._keep(raw)
            if self._where.is_secure:
                # Greeted only when it is the one that is kept: to cut the socket beneath it would cut nothing.
                raw = ssl.create_default_context().wrap_socket(
                    raw, server_hostname=self._where.host, do_handshake_on_connect=False
                )
                self._keep(raw)
                raw.do_handshake()
        except (OSError, ValueError):
            raw.close()
            raise
        self.sock = raw

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if self.is_cut or left <= 0:
            raise TimeoutError
        return left

    def _keep(self, raw: socket.socket) -> None:
        with self._lock:
            self._raw = raw
            if self.is_cut:
                raw.close()
                raise TimeoutError

    def cut(self) -> None:
        """End whatever is going on: the reader hears that the connection is gone."""
        with self._lock:
            self.is_cut = True
            if self._raw is not None:
                try:
                    self._raw.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self._raw.close()

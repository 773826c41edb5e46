import io
import socket
import threading
from datetime import UTC, datetime

import pikepdf
import pytest

from registry.output.pdf import Attached, PdfIdentity, Printer, Relationship
from tests import printing


@pytest.fixture(autouse=True)
def started_anew():
    """Here the process itself is tested."""
    with printing.anew():
        yield


@pytest.fixture(scope="session")
def identity():
    return PdfIdentity(
        title="Sorting of claims & letters: AI system card <edition 3>",
        author="Northern Group",
        subject="AI-0042, edition 3",
        language="en-GB",
        created=datetime(2026, 11, 22, 10, 30, 5, tzinfo=UTC),
        identifier="0694aacb66d62e742a92e8d5f1e82bd9d2a8ca1be88744201fbe63d0f5007502",
    )


@pytest.fixture(scope="session")
def attachments():
    return (
        Attached(
            "card.json", "application/json", b'{"key":"AI-0042"}', Relationship.SOURCE, "The stated facts"
        ),
        Attached(
            "bom.cdx.json",
            "application/vnd.cyclonedx+json",
            b'{"b":1}',
            Relationship.DATA,
            "Bill of materials",
        ),
    )


@pytest.fixture(scope="session")
def printer():
    with Printer(renders_per_child=500) as shared:
        yield shared


@pytest.fixture
def opened():
    """Opens PDF bytes for looking into."""
    files = []

    def open_bytes(data):
        files.append(pikepdf.open(io.BytesIO(data)))
        return files[-1]

    yield open_bytes
    for file in files:
        file.close()


class Listener:
    """A server on this machine that counts whoever connects, and answers each with a small picture."""

    def __init__(self):
        self.hits = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                self.hits.append(connection.recv(4096).split(b"\r\n")[0].decode("latin-1"))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nContent-Length: 0\r\n\r\n")

    def close(self):
        self._socket.close()


@pytest.fixture
def listener():
    server = Listener()
    yield server
    server.close()

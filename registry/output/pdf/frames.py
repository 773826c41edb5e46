"""How the parent and the child that lays out PDFs speak: length-prefixed frames, JSON first, bytes after."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import IO, Any, Final

from registry.output.pdf.document import Attached, PdfIdentity, Relationship

_LENGTH: Final = struct.Struct(">Q")
MOST_IN_FRAME: Final = 512 * 1024 * 1024
"""Bytes; a longer frame is a broken conversation, not a document."""


@dataclass(frozen=True, slots=True)
class Request:
    """One document to make."""

    html: str
    identity: PdfIdentity
    attachments: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of it: the PDF, or the reason why there is none."""

    pdf: bytes
    refusal: str | None = None
    pages: int = 0
    engine: str = ""
    refused: int = 0


def write_request(stream: IO[bytes], request: Request) -> None:
    """Send a request to the child. Raises BrokenPipeError when the child has gone."""
    identity = request.identity
    identifier = identity.identifier
    head = {
        "identity": {
            "title": identity.title,
            "author": identity.author,
            "subject": identity.subject,
            "language": identity.language,
            "created": identity.created.isoformat(),
            "identifier": identifier if isinstance(identifier, str) else identifier.hex(),
        },
        "attachments": [[a.name, a.mime, a.relationship.value, a.description] for a in request.attachments],
    }
    bodies = [request.html.encode("utf-8", "replace"), *(each.data for each in request.attachments)]
    _write(stream, [_as_json(head), *bodies])


def read_request(stream: IO[bytes]) -> Request | None:
    """The next request, or None when the parent has closed the conversation."""
    first = _read(stream)
    if first is None:
        return None
    head = json.loads(first)
    html = _must_read(stream).decode()
    identity = {**head["identity"], "created": datetime.fromisoformat(head["identity"]["created"])}
    attachments = tuple(
        Attached(name, mime, _must_read(stream), Relationship(relationship), description)
        for name, mime, relationship, description in head["attachments"]
    )
    return Request(html, PdfIdentity(**identity), attachments)


def write_reply(stream: IO[bytes], reply: Reply) -> None:
    """Send a reply to the parent."""
    head = {each.name: getattr(reply, each.name) for each in fields(reply) if each.name != "pdf"}
    _write(stream, [_as_json(head), reply.pdf])


def read_reply(stream: IO[bytes]) -> Reply | None:
    """The child's reply, or None when it ended without one. Raises ValueError when it speaks nonsense."""
    first = _read(stream)
    body = _read(stream)
    if first is None or body is None:
        return None
    return Reply(pdf=body, **json.loads(first))


def _as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _write(stream: IO[bytes], bodies: Sequence[bytes]) -> None:
    for body in bodies:
        stream.write(_LENGTH.pack(len(body)))
        stream.write(body)
    stream.flush()


def _must_read(stream: IO[bytes]) -> bytes:
    body = _read(stream)
    if body is None:
        raise ValueError("the request ended in the middle")
    return body


def _read(stream: IO[bytes]) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MOST_IN_FRAME:
        raise ValueError("a frame is longer than any document")
    body = stream.read(length)
    return body if len(body) == length else None

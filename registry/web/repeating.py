"""Idempotency-Key: a POST of the JSON API that is sent again under its key is not done again, but answered as it was.

After draft-ietf-httpapi-idempotency-key-header-07. The answer is kept in the transaction that did what was asked, so that a
crash leaves both or neither. A refusal did nothing and is not kept: sent again, the request is judged as it is then.
"""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast

from flask import Response, current_app, g, request
from sqlmodel import Session
from werkzeug.datastructures import FileStorage

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.errors import Conflict, Problem, Unreadable
from registry.repeats.actions import begin, keep
from registry.repeats.rules import LONGEST_KEY, Sent, holder_of, key_in
from registry.store.sealing import Purpose, Seal
from registry.web.describing import description_of

HEADER: Final = "Idempotency-Key"
AGAIN: Final = "Idempotency-Replayed"
_KEPT_HEADERS: Final = ("ETag", "Location")
_PIECE: Final = 65_536


def answered(
    session: Session, actor: Actor | None, view: Callable[..., Any], make: Callable[[], Response]
) -> Response:
    """What `make` answers, or what was answered where this request was made before under its key.

    Raises Unreadable for a key that is none, RuleBroken for one that came with another request, UnderWay while another
    request is at it.
    """
    if HEADER not in request.headers or actor is None or actor.person_id is None or not _takes_key(view):
        return make()
    key = key_in(request.headers[HEADER])
    if key is None:
        says = f"Give a text of 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID."
        raise Unreadable([Problem(HEADER, says)])
    system_id = actor.token.system_id if actor.token else None
    sent = Sent(holder_of(actor.person_id, system_id, key), g.request_digest)
    sealed = begin(session, sent)
    if sealed is not None:
        return _again(sealed)
    reply = make()
    if reply.status_code < 400:
        keep(session, sent, _sealed(reply))
    return reply


def weigh(view: Callable[..., Any]) -> None:
    """Work out which request this is, before a transaction is open: what it brings may be a file of many megabytes, and on
    SQLite everybody else who writes waits for whoever has begun.
    """
    if HEADER in request.headers and _takes_key(view):
        g.request_digest = _digest()


def _takes_key(view: Callable[..., Any]) -> bool:
    told = description_of(view)
    return told is not None and told.takes_key(request.method)


def _digest() -> str:
    """The SHA-256 of what makes this request the one it is: where it goes, what it asks there, and all that it brings.

    Of a form with files, its parts: between them stands another text each time.
    """
    brought = [
        *([name, value] for name, values in sorted(request.form.lists()) for value in values),
        *([name, file.filename or "", _file_digest(file)] for name, file in request.files.items(multi=True)),
        sha256_hex(request.get_data()),
    ]
    told = [request.path, request.query_string.decode("latin-1"), request.mimetype, brought]
    return sha256_hex(canonical(told))


def _file_digest(file: FileStorage) -> str:
    digest = hashlib.sha256()
    file.stream.seek(0)
    for piece in iter(partial(file.stream.read, _PIECE), b""):
        digest.update(piece)
    file.stream.seek(0)
    return digest.hexdigest()


def _sealed(reply: Response) -> str:
    kept = {
        "status": reply.status_code,
        "headers": {name: reply.headers[name] for name in _KEPT_HEADERS if name in reply.headers},
        "body": reply.get_data(as_text=True),
    }
    return _seal().sealed(json.dumps(kept), clock.now())


def _again(sealed: str) -> Response:
    opened = _seal().opened(sealed, is_ours=True)
    if opened is None:
        # Whoever replaced the secret of the installation made it unreadable. To do it again would be worse.
        raise Conflict(
            "This was done before, and what was answered can no longer be read. Ask for what is there.", 0
        )
    kept = json.loads(opened)
    return Response(
        kept["body"], kept["status"], kept["headers"] | {AGAIN: "true"}, mimetype="application/json"
    )


def _seal() -> Seal:
    return cast("Seal", current_app.extensions["seals"][Purpose.KEPT_ANSWER])

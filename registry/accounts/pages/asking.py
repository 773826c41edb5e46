"""Who makes a request: by a token on the doors of programs, by a session cookie elsewhere."""

from collections.abc import Callable

from flask import request
from flask import session as cookie
from sqlmodel import Session

from registry.accounts import queries
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.errors import SignInNeeded
from registry.limits.rules import Budget
from registry.settings import Settings
from registry.web import limiting
from registry.web.confirming import SECRET
from registry.web.flask_app import database, request_id
from registry.web.jsonkit import wants_json

_SEEN_EVERY_SECONDS = 300


def actor_loader(settings: Settings) -> Callable[[Session], Actor | None]:
    """The function that says who makes a request: a bearer token on the doors of programs, a session cookie elsewhere."""

    def load(store: Session) -> Actor | None:
        if wants_json():
            return _by_token(store)
        secret = cookie.get(SECRET)
        if not isinstance(secret, str):
            return None
        found = queries.actor_for_session(
            store,
            secret,
            hours=settings.session_hours,
            idle_minutes=settings.idle_minutes,
            request_id=request_id(),
        )
        if found is None:
            cookie.pop(SECRET, None)
            return None
        who, row = found
        if (clock.now() - row.seen_at).total_seconds() > _SEEN_EVERY_SECONDS:
            _see(store, row.id or 0)
        return who

    return load


def _by_token(store: Session) -> Actor | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return None
    found = queries.actor_for_token(store, token.strip(), request_id=request_id())
    if found is None:
        limiting.failed(Budget.TOKEN)
        raise SignInNeeded("This token is unknown, revoked or expired.")
    return found


def _see(store: Session, number: int) -> None:
    # A page that is only read has a read-only transaction; that somebody was here is noted beside it,
    # and only every few minutes. In a writing request the same row rides along.
    if request.method not in {"GET", "HEAD"}:
        row = queries.session_by_number(store, number)
        if row is not None:
            row.seen_at = clock.now()
        return
    with database().transaction() as own:
        row = queries.session_by_number(own, number)
        if row is not None:
            row.seen_at = clock.now()

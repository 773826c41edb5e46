"""What is noted of every request: one line in the log, and a count by endpoint, status and time taken."""

import logging
import time
from typing import Any, Final

from flask import Flask, Response, g, request

from registry.web.flask_app import current_actor, request_id
from registry.web.tallies import Tallies

log = logging.getLogger("registry.requests")

UNMATCHED: Final = "unmatched"
_EXTENSION: Final = "tallies"
# Parts of an address that let whoever has them do something.
_SECRET_PARTS: Final = frozenset({"code", "token", "secret"})
# Asked every few seconds by machines, a dozen times for one page, or by anybody: told only when they go wrong.
_QUIET: Final = frozenset(
    {"health.alive", "health.ready", "operations.metrics", "static", "violations.report"}
)


def install(app: Flask, tallies: Tallies) -> None:
    """Note every request from here on; call it when all endpoints are known."""
    tallies.name((*sorted(app.view_functions), UNMATCHED))
    app.extensions[_EXTENSION] = tallies
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    # Those that are registered first run last: headers and all are on the reply by then.
    app.after_request_funcs.setdefault(None, []).insert(0, lambda reply: _note(app, reply))


def count_if_kept(**totals: int) -> None:
    """Add to the totals (tallies.TOTALS) when this request ends well, and so is kept."""
    g.counted = totals


def tallies_of(app: Flask) -> Tallies:
    """The counts of an application."""
    found: Tallies = app.extensions[_EXTENSION]
    return found


def _begin() -> None:
    g.began = time.perf_counter()


def _note(app: Flask, reply: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    endpoint = request.endpoint or UNMATCHED
    tallies_of(app).served(endpoint, reply.status_code, seconds)
    if reply.status_code < 400:
        for total, count in g.get("counted", {}).items():
            tallies_of(app).add(total, count)
    _tell_of_pool(app)
    if endpoint not in _QUIET or reply.status_code >= 400:
        facts = _facts(endpoint, reply, seconds)
        log.info("%s %s %s", request.method, facts["path"], reply.status_code, extra=facts)
    return reply


def _facts(endpoint: str, reply: Response, seconds: float) -> dict[str, Any]:
    who = current_actor()
    return {
        "event": "request",
        "request_id": request_id(),
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else UNMATCHED,
        "path": path_said(),
        "endpoint": endpoint,
        "status": reply.status_code,
        "ms": round(seconds * 1_000, 1),
        "bytes": reply.content_length,
        "person": who.person_id if who else None,
        "token": who.token.id if who and who.token else None,
        "from": request.remote_addr,
    }


def path_said() -> str:
    """The address without what was asked of it: a query may hold anything, and so may the code of a public form."""
    rule = request.url_rule
    if rule is None:
        return UNMATCHED
    return rule.rule if _SECRET_PARTS & set(request.view_args or {}) else request.path


def _tell_of_pool(app: Flask) -> None:
    pool = app.database.engine.pool  # type: ignore[attr-defined]
    size, in_use = getattr(pool, "size", None), getattr(pool, "checkedout", None)
    if callable(size) and callable(in_use):
        tallies_of(app).tell("pool_size", size())
        tallies_of(app).tell("pool_in_use", in_use())

"""/csp-reports: what browsers tell of a page that broke the content security policy, noted in words of ours and never in theirs."""

import logging
import threading
import time
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, request
from werkzeug.exceptions import HTTPException

from registry.kernel.errors import RuleBroken
from registry.kernel.strict_json import decoded
from registry.web.doors import no_database, public
from registry.web.security import REPORTS

log = logging.getLogger("registry.violations")

pages = Blueprint("violations", __name__)

LARGEST: Final = 16_384
"""Bytes of a report. Browsers write one or two thousand."""
A_MINUTE: Final = 20
"""How many are noted in a minute, by each process that serves."""

_KIND: Final = "application/csp-report"
# Those of our policy (registry.web.security), with the names by which browsers tell elements from attributes.
_DIRECTIVES: Final = frozenset(
    {"default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem"}
    | {"style-src-attr", "img-src", "font-src", "connect-src", "frame-src", "media-src", "object-src"}
    | {"worker-src", "manifest-src", "form-action", "frame-ancestors", "base-uri", "sandbox"}
)
_BLOCKED: Final = frozenset({"inline", "eval", "wasm-eval", "data", "blob"})


class Pace:
    """Lets so many through in a minute, and counts the rest."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._since, self._count = float("-inf"), 0

    def takes(self, now: float) -> bool:
        """Whether one more may pass; `now` is in seconds that never go back."""
        with self._lock:
            if now - self._since >= 60:
                self._since, self._count = now, 0
            self._count += 1
            return self._count <= self._most


_pace = Pace(A_MINUTE)


@pages.post(REPORTS)
@public
@no_database
def report() -> Response:
    # Anybody can send one, so it is bounded, believed nothing, and answered the same whatever it says.
    request.max_content_length = LARGEST
    body = request.get_data()
    if request.mimetype != _KIND:
        return _answer(f"Only reports of browsers are taken here, as {_KIND}.\n", 400)
    try:
        told = decoded(body)
    except RuleBroken:
        told = None
    said = told.get("csp-report") if isinstance(told, dict) else None
    if not isinstance(said, dict):
        return _answer("This is no report of a violation.\n", 400)
    if _pace.takes(time.monotonic()):
        facts = _facts(said)
        log.warning(
            "%(page)s broke the policy: %(directive)s, by %(blocked)s",
            facts,
            extra={"event": "csp", **facts},
        )
    return _answer("", 204)


def _facts(said: dict[str, Any]) -> dict[str, str]:
    directive = str(said.get("effective-directive") or said.get("violated-directive") or "").split(" ")[0]
    blocked = str(said.get("blocked-uri", ""))
    return {
        "directive": directive if directive in _DIRECTIVES else "another",
        "blocked": blocked if blocked in _BLOCKED else "an address",
        "page": _route(str(said.get("document-uri", ""))),
    }


def _route(address: str) -> str:
    """The route of a page, which holds no id and nothing anybody typed."""
    try:
        adapter = current_app.url_map.bind("", script_name=request.script_root or "/")
        rule, _ = adapter.match(urlsplit(address).path.removeprefix(request.script_root), "GET", True)
    except (HTTPException, ValueError):
        return "unmatched"
    return str(rule.rule)


def _answer(text: str, status: int) -> Response:
    reply = make_response(text, status)
    reply.mimetype = "text/plain"
    return reply

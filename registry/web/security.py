"""CSRF, content security policy, cookies, upload limits, response headers."""

import unicodedata
from datetime import timedelta
from urllib.parse import quote

from flask import Flask, Response, make_response, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.http import dump_options_header

from registry.settings import Settings
from registry.web import doors
from registry.web.flask_app import request_id
from registry.web.past import mount

csrf = CSRFProtect()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Where browsers report to. The newer report-to is not taken by all of them and sends nothing over plain http, as on one machine.
REPORTS = "/csp-reports"
# A file we hand out may be opened in the browser by hand: nothing in it may run or load.
DOWNLOAD_POLICY = "default-src 'none'; sandbox"
# What a form wraps around the file it sends.
_AROUND_THE_FILE = 65_536

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}


def install(app: Flask, settings: Settings) -> None:
    """Cookie rules, size limits, CSRF on every form and the headers of every reply."""
    secure = settings.is_secure
    app.config.update(
        SECRET_KEY=settings.secret(),
        # The __Host- prefix needs https; a browser would drop such a cookie on a plain loopback address.
        SESSION_COOKIE_NAME="__Host-registry" if secure else "registry",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=settings.max_form_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_form_bytes,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
        TEMPLATES_AUTO_RELOAD=False,
    )
    # Before the form protection, which reads the form and so would meet the limit first.
    app.before_request(lambda: _make_room(app, settings.max_upload_bytes))
    csrf.init_app(app)
    app.after_request(lambda response: with_headers(response, secure=secure))


def _make_room(app: Flask, limit: int) -> None:
    """Let an upload be as large as the settings say, from a browser that has signed in or a program with a token."""
    view = app.view_functions.get(request.endpoint or "")
    if doors.takes_large_bodies(view) and request.authorization:
        # Nothing of it is read before the token is known to hold.
        request.max_content_length = limit
    if doors.may_be_large(view) and request.mimetype == "multipart/form-data" and session.get("secret"):
        request.max_content_length = limit + _AROUND_THE_FILE


def with_headers(response: Response, *, secure: bool) -> Response:
    """Add the protective headers; what a view set itself (a download's own policy) stays."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", f"{POLICY}; report-uri {mount()}{REPORTS}")
    response.headers["X-Request-ID"] = request_id()
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def as_download(response: Response, filename: str) -> Response:
    """Hand a file out as an attachment that cannot act as a page of ours, by a name of any letters (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    named = (
        {"filename": plain}
        if plain == filename
        else {"filename": plain, "filename*": f"UTF-8''{quote(filename, safe='')}"}
    )
    response.headers["Content-Disposition"] = dump_options_header("attachment", named)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


def emptied(reply: ResponseReturnValue) -> Response:
    """Have the browser forget what it keeps of us besides cookies, for whoever has signed out (ASVS 14.3.1).

    Not the cookies, which would be those of every host below the same domain; ours is taken back by itself. Nor what scripts
    keep: that is the choice of colours alone.
    """
    response = make_response(reply)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response

"""Refusals become status codes and error pages here and nowhere else."""

import logging
from typing import cast

from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from registry.kernel import errors
from registry.kernel.text import counted
from registry.store.rooms import is_out_of_room
from registry.web import past, refilling
from registry.web.flask_app import App, request_id
from registry.web.jsonkit import FILE_DOOR, problem_reply, wants_json
from registry.web.requests import path_said

log = logging.getLogger("registry.web")

_STATUS: dict[type[errors.Refusal], int] = {
    errors.SignInNeeded: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooManyTries: 429,
    errors.TooManyWaiting: 429,
    errors.Unavailable: 503,
    # A kind of the next, which is asked for last.
    errors.Unreadable: 400,
    errors.RuleBroken: 422,
}
_AGAIN_SECONDS = 5
_NO_ROOM = (
    "There is no room left where this registry writes, so nothing of this was kept. What is here can still be read. Tell"
    " whoever keeps the machine."
)
_TITLES = {
    400: "This request cannot be read",
    401: "Sign in to go on",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not possible here",
    409: "Changed meanwhile",
    411: "How long is it?",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Wrong kind of content",
    422: "Something needs mending",
    428: "Say which revision",
    429: "Too many at once",
    503: "Not to be had just now",
    507: "No room left",
}


def install(app: Flask) -> None:
    """Register the handlers for our own refusals, for werkzeug's, and for whatever nobody foresaw."""
    app.register_error_handler(errors.Refusal, _refusal)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _refusal(refusal: errors.Refusal) -> ResponseReturnValue:
    if isinstance(refusal, errors.NotYet):
        return _not_yet(refusal)
    if isinstance(refusal, errors.SignInNeeded) and not wants_json():
        if request.method == "GET" and not g.get("fills_forms"):
            return redirect(url_for("accounts.sign_in", next=past.asked_for()), 303)
        if refilling.is_ours():
            return refilling.sign_in_again()
    problems = refusal.problems if isinstance(refusal, errors.RuleBroken) else ()
    status = next((code for kind, code in _STATUS.items() if isinstance(refusal, kind)), 422)
    reply = said(status, refusal.says, problems, **_to_do(refusal))
    again_after = getattr(refusal, "again_after", None)
    if again_after is not None:
        reply.headers["Retry-After"] = str(again_after)
    return reply


def _to_do(refusal: errors.Refusal) -> dict[str, str]:
    """When to come again, where that is known and is more than a moment."""
    if not isinstance(refusal, errors.TooManyTries):
        return {}
    minutes = -(-refusal.again_after // 60)
    return {"to_do": f"Wait {counted(minutes, 'minute')}, then try again."}


def _not_yet(refusal: errors.NotYet) -> Response:
    """A page that looks again by itself, without a script; at the JSON door a refusal that says when to ask again."""
    if wants_json():
        reply = problem_reply(503, "Being laid out", refusal.says)
    else:
        page = render_template(
            "errors/laying_out.html",
            day=past.day_asked(),
            work=refusal,
            again_url=past.asked_for(),
            today_url=past.today_instead(),
        )
        reply = Response(page, 202, mimetype="text/html")
        reply.headers["Refresh"] = str(_AGAIN_SECONDS)
    reply.headers["Retry-After"] = str(_AGAIN_SECONDS)
    return reply


def _forged(error: CSRFError) -> ResponseReturnValue:
    if refilling.is_ours() and not wants_json():
        try:
            return refilling.offered_again()
        except errors.Refusal as refusal:
            return _refusal(refusal)
    return said(
        400, f"This form can no longer be trusted ({error.description}). Reload the page and send it again."
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    if status >= 500:
        return _broken(error)
    if status == 413 and not wants_json():
        cast("App", current_app).recognise()
    reply = said(status, _plain(status, error.description or ""))
    if allowed := getattr(error, "valid_methods", None):
        reply.headers["Allow"] = ", ".join(sorted(allowed))
    return reply


def _plain(status: int, description: str) -> str:
    most = request.max_content_length or 0
    return {
        404: "There is nothing at this address.",
        405: "This address does not take that kind of request.",
        413: f"What you sent is larger than this page takes: at most {most / 1e6:,.0f} MB, files and texts together.",
        415: "Send this as the content type the documentation names.",
    }.get(status, description)


def said(
    status: int, says: str, problems: tuple[errors.Problem, ...] = (), *, title: str = "", **more: object
) -> Response:
    """A refusal as a page, as problem+json where the client asked for JSON, or as a line of text where it reads a file.

    `more` is for the page: what to do instead of the usual advice (`to_do`), and where to go (`links`).
    """
    title = title or _TITLES.get(status, "Refused")
    if wants_json():
        return problem_reply(status, title, says, problems)
    if _reads_a_file():
        return Response(f"{title}. {says}\n", status, mimetype="text/plain")
    page = render_template(
        "errors/refused.html", status=status, title=title, says=says, problems=problems, **more
    )
    return Response(page, status, mimetype="text/html")


def _reads_a_file() -> bool:
    """Whether a program that shows no pages, such as a calendar, asks at a door for files: a browser names HTML, it does not."""
    taken = {media for media, quality in request.accept_mimetypes if quality > 0}
    return request.path.startswith(FILE_DOOR) and "text/html" not in taken


def _broken(error: Exception) -> Response:
    if is_out_of_room(error):
        # Told whole to whoever keeps the machine, and to the sender that nothing of it was kept.
        log.error("request %s: no room left: %s", request_id(), error)
        return said(507, _NO_ROOM)
    log.error("request %s failed: %s %s", request_id(), request.method, path_said(), exc_info=error)
    if wants_json():
        return problem_reply(
            500, "Broken", f"Something went wrong here; quote {request_id()} when reporting it."
        )
    return Response(render_template("errors/broken.html", request_id=request_id()), 500, mimetype="text/html")

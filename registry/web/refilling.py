"""A form that could not be taken, offered again as it was filled: after the sign-in ran out, or once its token was lost."""

import json
from collections.abc import Sequence
from typing import Protocol, cast
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import escape

from registry.web import past
from registry.web.flask_app import App

Typed = Sequence[tuple[str, str]]

# Never carried on: what proves who somebody is, and what proves that a page was ours.
SECRETS = frozenset(
    {"csrf_token", "password", "current", "their_password", "own_code", "their_code"}
    | {"code", "half", "passkey"}
)
_SUPPLIED = "sign-in-again"
# What the sign-in form itself sends beside what it carries.
_BESIDE = 4_096


class SignInPage(Protocol):
    """The sign-in form, with where it leads and what was typed elsewhere; and what was objected to, where somebody has just tried."""

    def __call__(self, then: str, kept_text: str, problems: Sequence[str] = ()) -> Response:
        """The page."""


def supply(app: Flask, sign_in: SignInPage) -> None:
    """Say which page asks for the sign-in again. Plumbing knows no feature, so the composition root does this."""
    app.extensions[_SUPPLIED] = sign_in


def is_ours() -> bool:
    """Whether a page of ours sent this form. Another's must not put words into a form that somebody then sends."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(sender).netloc == request.host


def typed() -> Typed:
    """What this request's form says, in its order: without secrets, and without files."""
    pairs = request.form.items(multi=True)
    return [(name, value) for name, value in pairs if name not in SECRETS]


def kept() -> str:
    """What was typed as one text that the sign-in form carries; "" where there is nothing, or more than a form may hold."""
    fields = typed()
    if not any(value.strip() for _, value in fields):
        return ""
    text = json.dumps(fields, ensure_ascii=False)
    limit = int(current_app.config["MAX_FORM_MEMORY_SIZE"])
    return text if len(quote(text)) + _BESIDE <= limit else ""


def unpacked(text: str | None) -> Typed:
    """The fields that `kept()` made a text of; none where it is not one of those."""
    try:
        read = json.loads(text or "[]")
        (text or "").encode()
    except (ValueError, RecursionError):
        return []
    if not isinstance(read, list):
        return []
    return [(pair[0], pair[1]) for pair in read if _is_pair(pair)]


def _is_pair(pair: object) -> bool:
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
        return False
    # JSON can name halves of characters, which no page can be sent with.
    return all(part.encode(errors="ignore").decode() == part for part in pair) and pair[0] not in SECRETS


def came_from() -> str:
    """Where to go on after signing in: the form's own address if something was typed, else the page it stood on."""
    if kept():
        return past.asked_for()
    parts = urlsplit(request.headers.get("Referer", ""))
    return f"{parts.path}?{parts.query}".rstrip("?") if parts.netloc == request.host else ""


def inside(target: str | None, otherwise: str) -> str:
    """The address to go on to, if it is one of our own."""
    parts = urlsplit(target or "")
    plain = (
        (target or "").startswith("/") and not (target or "").startswith("//") and "\\" not in (target or "")
    )
    # A line break belongs in no header, and no address that we write holds a control character.
    plain = plain and not any(ord(each) < 32 or ord(each) == 127 for each in target or "")
    return target if target and plain and not parts.scheme and not parts.netloc else otherwise


def sign_in_again() -> Response:
    """The sign-in form in place of the page that was asked for, carrying what was typed."""
    reply = _sign_in_page()(came_from(), kept())
    reply.status_code = 401
    return reply


def sign_in_refused(then: str, kept_text: str, problems: Sequence[str]) -> Response:
    """The sign-in form for whoever has tried another way in beside it, with what was objected to."""
    reply = _sign_in_page()(then, kept_text, problems)
    reply.status_code = 422
    return reply


def _sign_in_page() -> SignInPage:
    return cast("SignInPage", current_app.extensions[_SUPPLIED])


def offered_again() -> Response:
    """The form that was sent, filled as it was, under a token that holds. Raises a refusal where its page may not be seen.

    The page is asked for as if it had been opened, so nothing is done; where the address has no page, or its page does
    not show everything that was typed, a page that lists it stands in.
    """
    fields = typed()
    flash(
        "This page was open for too long for its form to be taken as it is. Here it is as you filled it in: "
        "look it over and send it again. Passwords and files have to be given anew.",
        "warn",
    )
    page = cast("App", current_app).shown_again()
    if page is None or page.status_code != 200 or not _shows(page.get_data(as_text=True), fields):
        page = listed(past.asked_for(), fields, is_trusted=True)
    page.status_code = 400
    return page


def _shows(page: str, fields: Typed) -> bool:
    whole = " ".join(page.split())
    return all(" ".join(str(escape(value)).split()) in whole for _, value in fields)


def onward(then: str | None, kept_text: str | None, otherwise: str) -> ResponseReturnValue:
    """Where whoever has just signed in goes on: to the page they came for, or to the form they had filled in."""
    target = inside(then, otherwise)
    if fields := unpacked(kept_text):
        # On to the form itself, as one that has no token: its address shows it filled, and does nothing.
        return listed(target, fields, is_trusted=False)
    return redirect(target, 303)


def listed(address: str, fields: Typed, *, is_trusted: bool) -> Response:
    """What was typed, with a button that sends it on: for good, or untrusted, to be shown the form with it."""
    return make_response(
        render_template("errors/again.html", address=address, fields=fields, is_trusted=is_trusted)
    )

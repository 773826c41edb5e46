"""Asking once more who somebody is before something that binds: the field of a form, and the ways in which it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request
from flask import session as cookie
from wtforms import PasswordField

from registry.kernel.errors import Problem, RuleBroken
from registry.web.formkit import Line, Wanted

Done = TypeVar("Done")

SECRET = "secret"  # noqa: S105 - the cookie's key
_SLOT = "registry_confirming"
_ASKED = "Give your password again for this."


class Way(StrEnum):
    """How somebody says once more who they are: as they signed in."""

    PASSWORD = "password"  # noqa: S105 - a word
    CODE = "code"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Asking:
    """What the form asks of the feature that knows who people are.

    `given` is when whoever is signed in last said who they are, where that still counts; `way` how they do, and what the
    provider is called; `confirm` takes what was typed, password and code, and returns when it was. It raises RuleBroken.
    """

    given: Callable[[], datetime | None]
    way: Callable[[], tuple[Way, str]]
    confirm: Callable[[str, str], datetime]


def supply(app: Flask, asking: Asking) -> None:
    """Say who answers. Plumbing knows no feature, so the composition root does this."""
    app.extensions[_SLOT] = asking


class OwnWord(PasswordField):
    """The password of whoever is signed in; with it a code, or instead of it a way to the provider, as they signed in."""

    way = Way.PASSWORD
    provider_name = ""

    @property
    def code(self) -> str:
        """What was typed as a code beside the password."""
        return request.form.get("own_code", "")


def own_password() -> Any:
    """The field for the word of whoever is signed in. Taken off the form where it was given just now."""
    return OwnWord(
        "Your password",
        [Wanted()],
        description="Given again so that nobody decides in your name at a desk you have left.",
        render_kw={"autocomplete": "current-password"},
    )


def one_time_code(limit: int, description: str, **more: Any) -> Any:
    """The field for a code that opens once."""
    shown = {"autocomplete": "one-time-code", "inputmode": "numeric", **more}
    return Line("Code", limit, description, required=True, render_kw=shown)


def browser_secret() -> str:
    """The secret by which this browser is signed in, "" where it is not."""
    return str(cookie.get(SECRET, ""))


def let_in(secret: str) -> None:
    """Give the browser that has signed in its cookie: whatever was fixed in it before is worth nothing after."""
    cookie.clear()
    cookie[SECRET] = secret
    cookie.permanent = True


def let_out() -> None:
    """Take its cookie from a browser that was signed out, and whatever it was to become."""
    g.pop("once_kept", None)
    cookie.clear()


def renew(secret: str) -> None:
    """Give the browser another secret for its session, once what this request changes is committed, and not otherwise."""
    g.setdefault("once_kept", []).append(lambda: cookie.update({SECRET: secret}))


def bound(form: Any, act: Callable[[datetime], Done]) -> Done | None:
    """Carry out what binds, with the instant somebody last said who they are; asks for it where that is too long ago.

    The view keeps its refusals: a wrong password has to be counted.
    """
    asking = cast("Asking", current_app.extensions[_SLOT])
    given = asking.given()
    if given is not None:
        del form.password
    else:
        form.password.way, form.password.provider_name = asking.way()
    done: Done | None = form.carried_out(lambda: act(_confirmed(form, asking) if given is None else given))
    return done


def _confirmed(form: Any, asking: Asking) -> datetime:
    if form.password.data is None and form.password.way is not Way.PROVIDER:
        # The page did not ask yet, so nothing was guessed that would have to be counted.
        raise RuleBroken([Problem("password", _ASKED)])
    return asking.confirm(form.password.data or "", form.password.code)

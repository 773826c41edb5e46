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


@dataclass(frozen=True, slots=True)
class Beside:
    """Another way beside the one they signed in by, which a script takes in the form itself.

    `question` is the address at which the script asks what is to be answered, "" where whoever is signed in has no such way;
    `confirm` takes the answer and returns when it was. It raises RuleBroken.
    """

    question: Callable[[], str]
    confirm: Callable[[str], datetime]


def supply(app: Flask, asking: Asking, beside: Beside) -> None:
    """Say who answers. Plumbing knows no feature, so the composition root does this."""
    app.extensions[_SLOT] = asking, beside


class OwnWord(PasswordField):
    """The password of whoever is signed in; with it a code, or instead of it a way to the provider, as they signed in.

    Instead of any of these an answer that a script has put into the form, where there is a `question` to ask.
    """

    way = Way.PASSWORD
    provider_name = ""
    question = ""

    @property
    def code(self) -> str:
        """What was typed as a code beside the password."""
        return request.form.get("own_code", "")

    @property
    def answer(self) -> str:
        """What a script has put there instead of a password."""
        return request.form.get("passkey", "")


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
    given = posed(form)
    done: Done | None = form.carried_out(lambda: act(_confirmed(form.password) if given is None else given))
    return done


def posed(form: Any) -> datetime | None:
    """Have a form ask who it is that sends it; returns when they last said so, where that still counts and it need not ask."""
    asking, beside = _who_answers()
    given = asking.given()
    if given is not None:
        del form.password
    else:
        form.password.way, form.password.provider_name = asking.way()
        form.password.question = beside.question()
    return given


def _confirmed(word: OwnWord) -> datetime:
    asking, beside = _who_answers()
    if word.question and word.answer:
        return beside.confirm(word.answer)
    if word.data is None and word.way is not Way.PROVIDER:
        # The page did not ask yet, so nothing was guessed that would have to be counted.
        raise RuleBroken([Problem("password", _ASKED)])
    return asking.confirm(word.data or "", word.code)


def _who_answers() -> tuple[Asking, Beside]:
    return cast("tuple[Asking, Beside]", current_app.extensions[_SLOT])

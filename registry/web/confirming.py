"""Asking for the password again before something that binds: the field of a form, and the secret of the browser it is asked of."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import session as cookie
from wtforms import PasswordField

from registry.web.formkit import Wanted

Done = TypeVar("Done")

SECRET = "secret"  # noqa: S105 - the cookie's key


def own_password() -> Any:
    """The field for the password of whoever is signed in. Taken off the form where it was given just now."""
    return PasswordField(
        "Your password",
        [Wanted()],
        description="Given again so that nobody decides in your name at a desk you have left.",
        render_kw={"autocomplete": "current-password"},
    )


def browser_secret() -> str:
    """The secret by which this browser is signed in, "" where it is not."""
    return str(cookie.get(SECRET, ""))


def bound(
    form: Any,
    act: Callable[[datetime], Done],
    *,
    given: datetime | None,
    confirm: Callable[[str], datetime],
) -> Done | None:
    """Carry out what binds, with the instant the password was given again.

    `given` is that instant where it still counts, and the field is taken off the form; `confirm` checks what is typed
    into it. The view keeps its refusals: a wrong password has to be counted.
    """
    if given is not None:
        del form.password
    done: Done | None = form.carried_out(
        lambda: act(given if given is not None else confirm(form.password.data or ""))
    )
    return done

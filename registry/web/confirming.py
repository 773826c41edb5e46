"""Asking for the password again before something that binds: the field of a form, and the secret of the browser it is asked of."""

from typing import Any

from flask import session as cookie
from wtforms import PasswordField

from registry.web.formkit import Wanted

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

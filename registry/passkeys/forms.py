"""Naming a passkey before it is made, or anew; removing one; and what a script puts into a form as a passkey's answer."""

from typing import Any

from wtforms import HiddenField

from registry.passkeys.rules import NAME_LIMIT
from registry.web.confirming import own_password
from registry.web.formkit import Form, Line


def _name() -> Any:
    where = "After where it is kept, such as “work laptop” or “blue security key”."
    return Line("Name", NAME_LIMIT, where, required=True, render_kw={"autocomplete": "off"})


class BeginForm(Form):
    """What the passkey is to be called, and who asks for it."""

    name = _name()
    password = own_password()


class MadeForm(Form):
    """The passkey that was made, and its name."""

    name = HiddenField()
    passkey = HiddenField()


class RenameForm(Form):
    """Another name."""

    name = _name()


class RemoveForm(Form):
    """Who removes it."""

    password = own_password()


class AnswerForm(Form):
    """What a passkey has signed, of whoever signs in; `next` and `kept` are those of the sign-in's own form."""

    passkey = HiddenField()
    next = HiddenField()
    kept = HiddenField()

"""Linking an account of the provider to a person."""

from wtforms import HiddenField

from registry.identity.rules.terms import LONGEST_SUBJECT
from registry.web.formkit import Form, Line


class LinkForm(Form):
    """What the provider calls the account."""

    subject = Line(
        "Account",
        LONGEST_SUBJECT,
        "What the provider calls it, its “sub”. Somebody who is not known yet reads it when they try to sign in.",
        required=True,
        render_kw={"autocomplete": "off"},
    )


class UnlinkForm(Form):
    """Which link goes."""

    identity = HiddenField()

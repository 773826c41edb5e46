"""Answering several offers at once."""

from typing import Any

from wtforms import SelectMultipleField

from registry.ownership.rules import REASON_LIMIT
from registry.web.formkit import Form, Text


def _number(text: Any) -> int:
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 10 else -1


class AnswerForm(Form):
    """The offers that are ticked, and why they are declined where they are."""

    offer = SelectMultipleField("Offers", coerce=_number, validate_choice=False)
    answer = Text("Why you decline", REASON_LIMIT, "Needed to decline; each owner reads it.", rows=2)

"""Putting a card forward, deciding on it, withdrawing it; handing in a file to be checked."""

from enum import StrEnum

from wtforms import BooleanField, FileField, HiddenField

from registry.cards.rules.editions import REASON_LIMIT
from registry.web.confirming import own_password
from registry.web.formkit import Chosen, Form, Line, Text, Wanted

_KEY_LIMIT = 500


class Verdict(StrEnum):
    """What is decided on an edition."""

    APPROVE = "approve"
    RETURN = "return"


class PutForwardForm(Form):
    """What freezes the card for somebody else to approve."""

    note = Text("Note to whoever approves it", REASON_LIMIT, "What it is needed for.", rows=3)
    names_evidence = BooleanField(
        "Name the evidence by its titles",
        description="Left out, a card tells of each its kind, id and SHA-256. More people read a card than may read evidence.",
    )


class DecideForm(Form):
    """A decision on an edition that was read."""

    facts_sha256 = HiddenField()
    verdict = Chosen(
        "Decision",
        Verdict,
        empty="Choose",
        said=lambda one: "Approve this edition" if one is Verdict.APPROVE else "Return it",
        validators=[Wanted()],
    )
    reason = Text(
        "Reason", REASON_LIMIT, "Printed on the card where you approve; needed where you return it.", rows=3
    )
    password = own_password()


class WithdrawForm(Form):
    """Why an edition no longer holds."""

    reason = Text(
        "Why it no longer holds", REASON_LIMIT, "Shown to everybody who checks a copy.", rows=3, required=True
    )
    password = own_password()


class CheckForm(Form):
    """A card that is to be checked."""

    file = FileField("Card", render_kw={"required": True, "accept": "application/pdf,.pdf"})
    key = Line("Public key", _KEY_LIMIT, "As the company publishes it, if you have it.")

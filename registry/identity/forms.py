"""Taking away a way in of somebody: an account of the provider, the second step, or their passkeys."""

from collections.abc import Sequence

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from registry.identity.models import ProviderIdentity
from registry.web.confirming import own_password
from registry.web.formkit import Form, Wanted

STEP, PASSKEYS = "step", "passkeys"


class TakeAwayForm(Form):
    """Which way in goes, and who takes it away."""

    what = RadioField("What to take away", [Wanted()], choices=[])
    password = own_password()

    def offer(self, identities: Sequence[ProviderIdentity], *, has_step: bool, has_passkeys: bool) -> None:
        """Offer what the person has: their second step, their passkeys, and the accounts they are known by."""
        step = [SelectChoice(value=STEP, label="the second step")] if has_step else []
        keys = [SelectChoice(value=PASSKEYS, label="all passkeys")] if has_passkeys else []
        self.what.choices = [*step, *keys] + [
            SelectChoice(value=str(each.id), label=f"the account {each.subject} at {each.issuer}")
            for each in identities
        ]

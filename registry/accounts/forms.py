"""Sign-in, password and token forms."""

from collections.abc import Mapping
from typing import Any

from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from registry.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from registry.kernel.scopes import SCOPES
from registry.second_steps.rules import LONGEST_TYPED
from registry.web.confirming import one_time_code, own_password
from registry.web.formkit import Form, Line, Storable, Wanted

EVERYWHERE = "all"


class SignInForm(Form):
    """Who are you?"""

    email = EmailField(
        "E-mail",
        [InputRequired("Give your e-mail address."), Length(max=254), Storable()],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        "Password", [InputRequired("Give your password.")], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()
    kept = HiddenField()


class CodeForm(Form):
    """The second step: a code, from whoever gave the right password."""

    half = HiddenField()
    next = HiddenField()
    kept = HiddenField()
    code = one_time_code(
        LONGEST_TYPED,
        "Six digits from your authenticator application, or one of your recovery codes.",
        autofocus=True,
    )


class SetUpForm(Form):
    """A first code from the secret that was offered, from whoever gave the right password and needs a second step."""

    half = HiddenField()
    next = HiddenField()
    offer = HiddenField()
    code = one_time_code(LONGEST_TYPED, "The six digits that your application shows now.")


def _new_password() -> Any:
    return PasswordField(
        "New password",
        [InputRequired("Give a new password.")],
        description=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters. A few unrelated words are fine; what is often used, and words of this house, are not.",
        render_kw={"autocomplete": "new-password"},
    )


def _code_beside() -> Any:
    return Line(
        "Code of your second step",
        LONGEST_TYPED,
        "Six digits from your authenticator application, or one of your recovery codes.",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class PasswordForm(Form):
    """Another password for oneself."""

    current = PasswordField(
        "Present password",
        [InputRequired("Give your present password.")],
        render_kw={"autocomplete": "current-password"},
    )
    password = _new_password()
    own_code = _code_beside()


class ChooseForm(Form):
    """A password of one's own, from whoever gave the one that was drawn for them."""

    half = HiddenField()
    next = HiddenField()
    kept = HiddenField()
    password = _new_password()
    own_code = _code_beside()


class TokenForm(Form):
    """A token for a program that acts for oneself."""

    label = Line("What will use it", 100, "Such as “nightly evaluation of the triage model”.", required=True)
    scopes = SelectMultipleField(
        "What it may do",
        [Wanted()],
        choices=[SelectChoice(value=scope, label=f"{scope} — {said}") for scope, said in SCOPES.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class BrowsersForm(Form):
    """Which of the browsers one is signed in with is signed out: one, or all of them."""

    which = RadioField("What to sign out", [Wanted()], choices=[])
    password = own_password()

    def offer(self, sessions: Mapping[int, str]) -> None:
        """Offer all, and each by the number of its session and what it is called."""
        each = [SelectChoice(value=str(number), label=said) for number, said in sessions.items()]
        self.which.choices = [SelectChoice(value=EVERYWHERE, label="Every browser, this one too"), *each]


class Confirmation(Form):
    """A button and nothing else; carries the token that proves the page was ours."""

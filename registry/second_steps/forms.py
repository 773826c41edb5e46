"""Setting up a second step, and saying of which roles one is asked."""

from wtforms import HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from registry.kernel.actor import Role
from registry.second_steps.rules import LONGEST_TYPED
from registry.web.confirming import one_time_code, own_password
from registry.web.formkit import Form


class EnrolForm(Form):
    """A first code from the secret that was offered, and who one is."""

    offer = HiddenField()
    code = one_time_code(LONGEST_TYPED, "The six digits that your application shows now.")
    password = own_password()


class RolesForm(Form):
    """The roles whose holders need a second step."""

    roles = SelectMultipleField(
        "Ask for a second step of",
        choices=[
            SelectChoice(
                value=role.value, label="everybody" if role is Role.MEMBER else f"every {role.value}"
            )
            for role in Role
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    password = own_password()

"""/patterns: every component in every state, for those who write pages."""

from flask import Blueprint, render_template
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import SelectChoice

from registry.kernel.actor import Permission
from registry.web.doors import needs
from registry.web.formkit import Form, Line, Text

pages = Blueprint("patterns", __name__)


def _choices(*words: str) -> list[SelectChoice]:
    return [SelectChoice(value=word, label=word.capitalize()) for word in words]


class SampleForm(Form):
    """One field of each kind."""

    name = Line("Name", 100, "The name people use for it.", required=True)
    summary = Text("Summary", 350, "One or two sentences.", rows=3, required=True)
    description = Text("Description", 2_000, "Markdown is understood.")
    unit = SelectField("Unit", choices=_choices("claims", "underwriting"))
    autonomy = RadioField("Autonomy", choices=_choices("informs", "recommends", "decides"))
    purposes = SelectMultipleField("Purposes", choices=_choices("training", "validation", "test"))
    restricted = BooleanField("Restricted")
    since = DateField("Since")
    people = IntegerField("People affected")
    contact = EmailField("Contact")
    evidence = FileField("Evidence")
    secret = PasswordField("Password")


@pages.get("/patterns")
@needs(Permission.DESK_READ)
def patterns() -> str:
    form = SampleForm(formdata=None)
    form.validate()
    form.name.errors = ["Give the system a name people use for it."]
    form.form_errors.append("This is an objection to the whole form.")
    return render_template("patterns.html", form=form)

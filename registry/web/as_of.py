"""/as-of: choose a day, and go on to the same page as that day ended."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.calendar import day_said
from registry.kernel.errors import Problem
from registry.web.doors import needs
from registry.web.formkit import Day, Form
from registry.web.past import address_as_of, day_asked, today_instead
from registry.web.refilling import inside

pages = Blueprint("past", __name__)


class AsOfForm(Form):
    """The day to look back to, and the page to look at."""

    class Meta(Form.Meta):
        """It changes nothing, so it needs no proof that it is ours."""

        csrf = False

    day = Day("Day", "The register is shown as it stood when this day ended, in UTC.", required=True)
    at = HiddenField()


@pages.get("/as-of")
@needs(Permission.SYSTEM_READ)
def choose() -> ResponseReturnValue:
    if day_asked() is not None:
        # Of a past day only days before it would be over.
        return redirect(today_instead(), 303)
    form = AsOfForm(request.args)
    if "day" not in request.args:
        return render_template("errors/as_of.html", form=form)
    if form.validate():
        if form.day.data and form.day.data < clock.today():
            at = inside(form.at.data, "/systems")
            return redirect(address_as_of(form.day.data, at), 303)
        form.take(
            [Problem("day", f"Choose a day before today, {day_said(clock.today())}: it has to be over.")]
        )
    return render_template("errors/as_of.html", form=form), 422

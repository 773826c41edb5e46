"""What the pages of incidents share: finding one, the page of a step, going back."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import desk_of, incident_by_number
from registry.kernel.actor import Permission, require
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown

pages = Blueprint("incidents", __name__)

BOTH = ("GET", "POST")
PAGE = 30


def sent() -> bool:
    """Whether this request writes."""
    return request.method == "POST"


def seen(number: int) -> Incident:
    """The incident, for whoever may know of it."""
    return incident_by_number(session(), actor(), number)


def held(number: int, permission: Permission = Permission.INCIDENT_WORK) -> Incident:
    """The incident, for whoever holds the permission on a system it touches; locked while something is written."""
    incident = incident_by_number(session(), actor(), number, lock=sent())
    require(actor(), permission, desk_of(session(), actor(), incident, permission))
    return incident


def worked(number: int) -> Incident:
    """The incident, for those who work on it; not locked, for steps that hold more than one row, in an order of their own."""
    incident = seen(number)
    require(actor(), Permission.INCIDENT_WORK, desk_of(session(), actor(), incident))
    return incident


def step(
    incident: Incident,
    form: Form,
    act: Callable[[], Any],
    *,
    title: str,
    label: str,
    said: str,
    lead: str = "",
    anchor: str | None = None,
    **more: Any,
) -> ResponseReturnValue:
    """The page of one step: its form, or, once it is done, back to the incident with what was done said on top of it."""
    if form.carried_out(act) is None:
        context = {"incident": incident, "heading": title, "label": label, "lead": lead, "hints": {}} | more
        return shown("incidents/step.html", form, fields=_names(form), **context)
    return back(incident.id or 0, said, anchor)


def _names(form: Form) -> Sequence[str]:
    return [field.name for field in form if field.name != "csrf_token"]


def back(number: int, said: str, anchor: str | None = None) -> ResponseReturnValue:
    """To the incident's page, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("incidents.show", number=number, _anchor=anchor), 303)

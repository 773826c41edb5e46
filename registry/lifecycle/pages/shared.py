"""What the pages about stages share: the system to change, the page of one act, where a criterion is mended, the password."""

from typing import Any, TypeVar

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, require
from registry.lifecycle.rules.gates import Gate
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

Done = TypeVar("Done")

pages = Blueprint("lifecycle", __name__)

BOTH = ("GET", "POST")


def sent() -> bool:
    """Whether this request writes."""
    return request.method == "POST"


def to_change(key: str, permission: Permission) -> System:
    """The system, for those who hold the permission on it; locked while it is written."""
    found = systems.by_key(session(), actor(), key, lock=sent())
    require(actor(), permission, found.id)
    return found


def act_page(system: System, form: Form, heading: str, submit: str, **told: Any) -> Response:
    """The page of one act: what it does, its fields in order, one button."""
    return shown(
        "lifecycle/act.html",
        form,
        **frame(session(), actor(), system),
        heading=heading,
        submit=submit,
        **told,
    )


def to_gate(system: System, said: str) -> ResponseReturnValue:
    """To the gate of a system, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("lifecycle.gate", key=system.key), 303)


def to_oversight(system: System, said: str) -> ResponseReturnValue:
    """To the oversight of a system, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("oversight.system", key=system.key), 303)


_MENDING = {
    "edit": "systems.edit_form",
    "overview": "systems.show",
    "ownership": "ownership.system",
    "objective": "objectives.edit",
    "metrics": "objectives.system",
    "data": "data_sources.system",
    "versions": "versions.system",
    "dependencies": "dependencies.system",
    "monitoring": "monitoring.system",
    "drift": "drift.system",
    "feedback": "feedback.system",
    "incidents": "incidents.system",
    "oversight": "oversight.system",
    "classification": "classification.system",
    "compliance": "reviews.compliance",
    "risks": "risks.system",
    "tests": "dossiers.system",
}


def mending_url(system: System, tab: str, field: str) -> str:
    """The address of the page on which a criterion is mended, at the field where it has one."""
    if tab == "alerts":
        return url_for("systems.show", key=system.key, _anchor="alerts")
    return url_for(_MENDING[tab], key=system.key, _anchor=field or None)


def criteria_shown(system: System, found: Gate) -> list[dict[str, Any]]:
    """The criteria as the list shows them, what is open first."""
    return [
        {
            "holds": line.holds,
            "says": line.says,
            "pattern": line.pattern,
            "url": mending_url(system, line.tab, line.field),
            "link_label": "Mend it",
            "note": f"Prevents: {line.prevents.lower()}." if not line.holds else _waiver(line),
        }
        for line in sorted(found.lines, key=lambda line: line.holds)
    ]


def _waiver(line: Any) -> str | None:
    if line.waived is None:
        return None
    return (
        f"Not met. Waived by {line.waived.key} until {line.waived.until.isoformat()}; then it is open again."
    )

"""Asking that something need not be met for a while; deciding on it; revoking it."""

from datetime import datetime, timedelta

from flask import request
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Forbidden
from registry.reviews.actions import waiving
from registry.reviews.forms import BecauseForm, WaiverDecisionForm, WaiverForm
from registry.reviews.models.words import Waiver
from registry.reviews.pages.shared import (
    BOTH,
    bound,
    compliance_address,
    held_system,
    pages,
    sent,
    step_page,
    to_system,
)
from registry.reviews.queries.rulebook import waivable
from registry.reviews.queries.separating import involved_in_waiver
from registry.reviews.queries.words import waiver_by_number
from registry.reviews.rules.separation import conflict_of
from registry.systems.models import System
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.viewkit import day

_USUAL = timedelta(days=90)


@pages.route("/systems/<key>/waivers/new", methods=BOTH)
@needs(Permission.WAIVER_ASK)
def ask_waiver(key: str) -> ResponseReturnValue:
    system = held_system(key, Permission.WAIVER_ASK)
    usual = {"subject": request.args.get("subject", ""), "until": clock.today() + _USUAL}
    form = WaiverForm(data=None if sent() else usual)
    form.offer({key: said for key, (said, _) in waivable(session(), clock.today()).items()})
    waiver = form.carried_out(lambda: waiving.ask_waiver(session(), actor(), system, form.facts()))
    if waiver is not None:
        return to_system(system, f"{waiver.key} is asked for. A reviewer decides on it.")
    return step_page(
        form,
        system=system,
        title="Ask for a waiver",
        label="Ask for it",
        cancel=compliance_address(system),
        lead="A reviewer who holds no seat on the system grants or refuses it. It expires by itself.",
    )


@pages.route("/waivers/<int:number>/decide", methods=BOTH)
@needs(Permission.WAIVER_DECIDE)
@keeps_refusals
def decide_waiver(number: int) -> ResponseReturnValue:
    waiver, system = _apart(number)
    form = WaiverDecisionForm(data=None if sent() else {"until": waiver.until})

    if bound(form, lambda at: _decided(waiver, form, at)) is not None:
        return to_system(system, f"{waiver.key} is {'granted' if waiver.granted else 'refused'}.")
    return step_page(
        form,
        system=system,
        title=f"Decide on {waiver.key}",
        label="Decide",
        cancel=compliance_address(system),
        lead=f"{waiver.subject_said or waiver.subject}, until {day(waiver.until)}",
        paragraphs=[waiver.because],
    )


def _decided(waiver: Waiver, form: WaiverDecisionForm, at: datetime) -> Waiver:
    return waiving.decide_waiver(
        session(),
        actor(),
        waiver,
        granted=form.granted(),
        because=form.because.data or "",
        until=form.day(),
        confirmed_at=at,
    )


@pages.route("/waivers/<int:number>/revoke", methods=BOTH)
@needs(Permission.WAIVER_DECIDE)
def revoke_waiver(number: int) -> ResponseReturnValue:
    waiver, system = _apart(number)
    form = BecauseForm()
    if form.carried_out(lambda: waiving.revoke_waiver(session(), actor(), waiver, form.because.data or "")):
        return to_system(system, f"{waiver.key} is revoked.")
    return step_page(
        form,
        system=system,
        title=f"Revoke {waiver.key}",
        label="Revoke it",
        cancel=compliance_address(system),
        lead=f"{waiver.subject_said or waiver.subject}, until {day(waiver.until)}",
    )


def _apart(number: int) -> tuple[Waiver, System]:
    """The waiver for a reviewer who may decide on it. Raises Forbidden for others who may know of it."""
    waiver, system = waiver_by_number(session(), actor(), number, lock=sent())
    if conflict := conflict_of(actor().person_id, involved_in_waiver(session(), waiver)):
        raise Forbidden(conflict)
    return waiver, system

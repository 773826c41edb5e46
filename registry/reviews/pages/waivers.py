"""Asking that something need not be met for a while; deciding on it; revoking it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Forbidden
from registry.packs import queries as packs
from registry.reviews.actions import waiving
from registry.reviews.forms import BecauseForm, WaiverDecisionForm, WaiverForm
from registry.reviews.models.words import Waiver
from registry.reviews.pages.shared import (
    BOTH,
    compliance_address,
    held_system,
    pages,
    sent,
    step_page,
    to_system,
)
from registry.reviews.queries.reviews import Narrowing, reviews_page
from registry.reviews.queries.rulebook import chosen, waivable
from registry.reviews.queries.separating import involved_in_waiver
from registry.reviews.queries.words import waiver_by_number
from registry.reviews.rules.separation import conflict_of
from registry.systems.models import System
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.viewkit import day

_USUAL = timedelta(days=90)


@pages.route("/systems/<key>/waivers/new", methods=BOTH)
@needs(Permission.WAIVER_ASK)
def ask_waiver(key: str) -> ResponseReturnValue:
    system = held_system(key, Permission.WAIVER_ASK)
    asked = request.args.get("subject", "").replace("\x00", "")[:120]
    usual = {"subject": asked, "until": clock.today() + _USUAL}
    form = WaiverForm(data=None if sent() else usual)
    form.subject.choices = _grouped(_subjects(system))
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


def _subjects(system: System) -> dict[str, dict[str, str]]:
    """What can be waived, by id with its words, in groups: what is asked of this system first, each thing once."""
    today = clock.today()
    asked = _asked_of(system)
    frameworks = sorted(packs.frameworks_on(session(), today), key=lambda pack: pack.id not in asked)
    may_be = waivable(session(), today)
    gates = packs.gates_on(session(), today).gates
    groups = {
        f"{pack.title}{', asked of it in reviews' if pack.id in asked else ''}": {
            each.id: f"{each.id} {each.title}" for each in pack.controls
        }
        for pack in frameworks
    }
    own = {
        "What gates ask": {each.id: f"{each.id} {each.says}" for each in gates if each.waivable},
    }
    reviewed = dict(list(groups.items())[: len(asked)])
    found: dict[str, dict[str, str]] = {}
    taken: set[str] = set()
    for title, subjects in (reviewed | own | groups).items():
        fresh = {key: said for key, said in subjects.items() if key in may_be and key not in taken}
        taken |= fresh.keys()
        found |= {title: fresh} if fresh else {}
    return found


def _asked_of(system: System) -> set[str]:
    """The frameworks in force that the newest review of this system asks for; the one always asked where none was."""
    by = Narrowing(system_id=system.id, every_state=True)
    newest = [line.review for line in reviews_page(session(), actor(), by, limit=1).items]
    wanted = chosen(session(), newest[0].packs if newest else (), clock.today())
    return {said.partition(" ")[0] for said in wanted}


def _grouped(groups: Mapping[str, Mapping[str, str]]) -> dict[str, list[SelectChoice]]:
    offered = {
        title: [SelectChoice(key, said) for key, said in each.items()] for title, each in groups.items()
    }
    return {"Nothing chosen": [SelectChoice("", "Choose")], **offered}


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

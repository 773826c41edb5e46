"""The gate of a system: exactly what stands between it and the next stage; going on, going down, retiring; its stages so far."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, may, require
from registry.kernel.text import worded
from registry.lifecycle.actions import stages
from registry.lifecycle.forms import AdvanceForm, LowerForm, RetireForm
from registry.lifecycle.models import StageChange
from registry.lifecycle.pages.shared import BOTH, act_page, criteria_shown, pages, sent, to_change, to_gate
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.queries.stages import changes_of, held_by_reviewer, held_from, stops_of
from registry.lifecycle.queries.touching import is_relied_on_unseen, relied_on_by
from registry.lifecycle.rules.stages import Move, next_stage, ways_down
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.record import Stage
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame

_PAGE = 20


@pages.route("/systems/<key>/gate", methods=BOTH)
@needs(Permission.SYSTEM_READ)
def gate(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key, lock=sent())
    held = held_by_reviewer(session(), system)
    wanted, act = (
        (Permission.STOP_LIFT, stages.release) if held else (Permission.STAGE_ADVANCE, stages.advance)
    )
    if sent():
        require(actor(), wanted, system.id)
    form = AdvanceForm()
    change = form.carried_out(lambda: act(session(), actor(), system, form.reason.data or ""))
    if change is not None:
        return to_gate(system, f"It is {worded(change.to_stage.value)} from now on.")
    framed = frame(session(), actor(), system)
    told = _told(system, framed) | {
        "held_by_reviewer": held,
        "may_advance": may(actor(), wanted, system.id),
    }
    return shown("lifecycle/gate.html", form, **framed, **told)


def _told(system: System, framed: dict[str, Any]) -> dict[str, Any]:
    following = next_stage(system.stage, held_from(session(), system))
    # What is live is held against its own gate; what is retired against none.
    asked = following or (Stage.LIVE if system.stage is Stage.LIVE else None)
    known = (framed["held"], framed["stated_read"])
    found = gate_of(session(), system, asked, known=known) if asked else None
    before = parts_of(request.args.get("before"), (int,))
    rows = changes_of(session(), system.id or 0, before=before[0] if before else None, limit=_PAGE + 1)
    more = cursor_of(rows[_PAGE - 1][0].id or 0) if len(rows) > _PAGE else None
    return {
        "following": following,
        "gate": found,
        "criteria": criteria_shown(system, found) if found else [],
        "changes": rows[:_PAGE],
        "stops": stops_of(session(), system.id or 0),
        "next_url": url_for(".gate", key=system.key, before=more) if more else None,
        "may_lower": bool(ways_down(system.stage)) and may(actor(), Permission.STAGE_LOWER, system.id),
        "may_retire": system.stage is not Stage.RETIRED and may(actor(), Permission.SYSTEM_RETIRE, system.id),
    }


@pages.route("/systems/<key>/gate/lower", methods=BOTH)
@needs(Permission.STAGE_LOWER)
def lower(key: str) -> ResponseReturnValue:
    system = to_change(key, Permission.STAGE_LOWER)
    form, ways = LowerForm(), ways_down(system.stage)
    form.offer(ways)
    change = form.carried_out(
        lambda: stages.lower(
            session(),
            actor(),
            system,
            ways.get(form.to.data, Move.SENT_BACK),
            form.to.data,
            form.reason.data or "",
        )
    )
    if change is not None:
        return to_gate(system, f"It is {worded(change.to_stage.value)} from now on.")
    lead = "Going down needs a reason and no gate. Going up again needs its gate to hold."
    return act_page(system, form, "Send back, restrict or suspend", "Do it", lead=lead, danger=True)


@pages.route("/systems/<key>/gate/retire", methods=BOTH)
@needs(Permission.SYSTEM_RETIRE)
def retire(key: str) -> ResponseReturnValue:
    system = to_change(key, Permission.SYSTEM_RETIRE)
    form, dependents = RetireForm(), relied_on_by(session(), actor(), system)
    unseen = is_relied_on_unseen(session(), actor(), system)
    asked = bool(dependents or unseen)
    if not asked:
        del form.told
    change = form.carried_out(lambda: _retire(system, form, told=asked and bool(form.told.data)))
    if change is not None:
        return to_gate(system, "It is retired. Its record, its card and its history stay.")
    return act_page(
        system,
        form,
        f"Retire {system.name}",
        "Retire it",
        lead="It is taken out of use for good. Everything that is recorded of it stays readable.",
        dependents=dependents,
        unseen=unseen,
        danger=True,
    )


def _retire(system: System, form: RetireForm, *, told: bool) -> StageChange:
    reason, plan = form.reason.data or "", form.plan.data or ""
    return stages.retire(session(), actor(), system, reason, plan, told=told)

"""Stopping a system: one page with one box and one button; and letting it go on, by a reviewer."""

from datetime import datetime

from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.kernel.text import worded
from registry.lifecycle.actions import stopping
from registry.lifecycle.forms import LiftForm, StopForm
from registry.lifecycle.models import EmergencyStop
from registry.lifecycle.pages.shared import (
    BOTH,
    act_page,
    criteria_shown,
    pages,
    sent,
    to_change,
    to_gate,
)
from registry.lifecycle.queries.assurance import is_reviewed_since
from registry.lifecycle.queries.gates import gates_to
from registry.lifecycle.queries.stages import stop_of
from registry.lifecycle.rules.gates import Gate
from registry.lifecycle.rules.stages import GATED, gate_kept, ways_on
from registry.systems.models import System
from registry.systems.rules.record import Stage
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session


@pages.route("/systems/<key>/stop", methods=BOTH)
@needs(Permission.SYSTEM_STOP)
def stop(key: str) -> ResponseReturnValue:
    system = to_change(key, Permission.SYSTEM_STOP)
    form = StopForm()
    done = form.carried_out(lambda: stopping.stop(session(), actor(), system, form.reason.data or ""))
    if done is not None:
        return to_gate(system, "It is stopped. Everybody who answers for it sees it on their desk.")
    return act_page(
        system,
        form,
        f"Stop {system.name} now",
        "Stop it now",
        lead="It is suspended at once, and every page of it says so. Only a reviewer lets it go on. This is the record "
        "and the word to everybody; switch the system itself off as its oversight plan says.",
        danger=True,
    )


@pages.route("/systems/<key>/stop/lift", methods=BOTH)
@needs(Permission.STOP_LIFT)
@keeps_refusals
def lift(key: str) -> ResponseReturnValue:
    system = to_change(key, Permission.STOP_LIFT)
    standing = stop_of(session(), system.id or 0, lock=sent())
    if standing is None:
        raise NotFound
    form = LiftForm()
    ways, gate = _ways_on(system, standing.from_stage)
    form.offer(ways, standing.from_stage)
    done = bound(form, lambda at: _lift(system, standing, form, at))
    if done is not None:
        return to_gate(system, f"The stop is lifted. It is {worded(system.stage.value)} from now on.")
    return act_page(
        system,
        form,
        "Let it go on",
        "Lift the stop",
        lead="It goes on where it was if the gate there holds; else restricted, or back. Your decision, its reason and what "
        "does not hold are kept. Nobody lifts a stop on a system they have answered for since it was stopped.",
        unreviewed=not is_reviewed_since(session(), system, standing.stopped_at),
        gate=gate,
        criteria=criteria_shown(system, gate) if gate else [],
    )


def _ways_on(system: System, before: Stage) -> tuple[list[Stage], Gate | None]:
    """Where a stopped system may go on now, and the gate in front of where it was, or above where it was restricted."""
    asked = {each for to in ways_on(before) if (each := gate_kept(before, to)) is not None}
    gates = gates_to(session(), system, asked) if asked else {}
    ways = [to for to in ways_on(before) if to not in gates or gates[to].holds]
    above = gate_kept(before, before if before in GATED else Stage.RESTRICTED)
    return ways, gates.get(above) if above else None


def _lift(system: System, standing: EmergencyStop, form: LiftForm, confirmed_at: datetime) -> EmergencyStop:
    to, because = form.to.data, form.because.data or ""
    return stopping.lift(session(), actor(), system, standing, to, because, confirmed_at=confirmed_at)

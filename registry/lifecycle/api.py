"""GET /systems/<key>/gate: what stands before a stage; POST /systems/<key>/stop: stop a system at once."""

from flask import Blueprint, Response, request

from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.lifecycle.actions.stopping import stop
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.queries.stages import held_from
from registry.lifecycle.rules.stages import LADDER, next_stage
from registry.lifecycle.schemas import GateOut, StopIn, StopOut, gate_said, stop_said
from registry.systems import queries as systems
from registry.systems.rules.record import Stage
from registry.web import jsonkit
from registry.web.describing import Asked, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("lifecycle_api", __name__)


@api.get("/systems/<key>/gate")
@needs(Permission.SYSTEM_READ)
@described(
    GateOut,
    Asked(
        "to",
        "The stage whose gate is meant; the next one unless told.",
        words=[each.value for each in LADDER[1:]],
    ),
)
def gate(key: str) -> Response:
    """The gate to the stage `to`, or without it to the next one: what does not hold, and every criterion."""
    system = systems.by_key(session(), actor(), key)
    asked = request.args.get("to")
    # What nothing follows is asked whether it still deserves to be live.
    to = _stage(asked) if asked else next_stage(system.stage, held_from(session(), system)) or Stage.LIVE
    return jsonkit.reply(gate_said(system, gate_of(session(), system, to)))


def _stage(text: str) -> Stage:
    known = {stage.value: stage for stage in LADDER[1:]}
    if text not in known:
        raise RuleBroken([Problem("to", f"Give a stage with a gate: {', '.join(known)}.")])
    return known[text]


@api.post("/systems/<key>/stop")
@needs(Permission.SYSTEM_STOP)
@described(StopOut, status=201, body=StopIn, example={"reason": "It sorts claims of minors last."})
def stop_now(key: str) -> Response:
    """Stop a system at once; only a reviewer who is signed in lets it go on."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SYSTEM_STOP, system.id)
    found = stop(session(), actor(), system, jsonkit.parsed(StopIn).reason)
    return jsonkit.reply(stop_said(system, found), 201)

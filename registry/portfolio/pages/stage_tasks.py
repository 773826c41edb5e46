"""The lines of the desk about stages: systems that were stopped, and requests for autonomy that wait for a decision."""

from flask import url_for

from registry.kernel.actor import Actor, Permission, may
from registry.kernel.text import shortened
from registry.lifecycle.models import AutonomyRequest, EmergencyStop
from registry.lifecycle.queries.stages import requests_waiting, stops_told_to
from registry.lifecycle.rules.autonomy import objection_to_decider
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System
from registry.systems.rules.record import autonomy_said
from registry.web.flask_app import session

_MOST_SAID = 200


def of_stages(who: Actor) -> list[Task]:
    """What was stopped and concerns the person; what a reviewer is asked to decide."""
    stopped = [_stopped(who, stop, system) for stop, system in stops_told_to(session(), who)]
    return [*stopped, *(_asked(asked, system) for asked, system in requests_waiting(session(), who))]


def _stopped(who: Actor, stop: EmergencyStop, system: System) -> Task:
    # Whether somebody owned it when it stopped is asked on its page, not of each line here.
    decides = may(who, Permission.STOP_LIFT) and not objection_to_decider(who, (), stop.system_id, None)
    return Task(
        Urgency.CRITICAL,
        f"{'Decide whether it goes on' if decides else 'Stopped'}: {system.name}",
        f"{shortened(stop.reason, _MOST_SAID)} Nobody may use it until a reviewer lets it go on.",
        None,
        url_for("lifecycle.lift" if decides else "lifecycle.gate", key=system.key),
        "Look and decide" if decides else "Look at it",
        stop.stopped_at,
        "systems that are stopped",
    )


def _asked(asked: AutonomyRequest, system: System) -> Task:
    return Task(
        Urgency.RECONSIDER,
        f"Decide how far {system.name} decides by itself",
        f"Asked for: from {autonomy_said(asked.from_level)} to {autonomy_said(asked.to_level)}.",
        None,
        url_for("lifecycle.decide_on_autonomy", key=system.key, number=asked.id),
        "Read and decide",
        asked.asked_at,
        "requests for autonomy",
    )

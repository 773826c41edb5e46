"""What a system is for, its metrics and the value it has brought: read, stated and changed by programs."""

from typing import Any, TypeVar

from flask import Blueprint, Response, request, url_for

from registry.kernel.actor import Permission, require
from registry.objectives import actions, queries
from registry.objectives.models import Objective, SuccessMetric, ValueRealised
from registry.objectives.rules.objective import ObjectiveFacts
from registry.objectives.schemas import (
    MetricChange,
    MetricIn,
    MetricOut,
    ObjectiveChange,
    ObjectiveOut,
    ValueIn,
    ValueOut,
    metric_out,
    objective_out,
    value_out,
)
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.changing import Because, applied
from registry.web.describing import Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

Row = TypeVar("Row", Objective, SuccessMetric, ValueRealised)

api = Blueprint("objectives_api", __name__)


@api.get("/systems/<key>/objective")
@needs(Permission.SYSTEM_READ)
@described(ObjectiveOut)
def objective(key: str) -> Response:
    """What a system is for."""
    system = systems.by_key(session(), actor(), key)
    return _told(objective_out(queries.objective_of(session(), system.id or 0)))


@api.patch("/systems/<key>/objective")
@needs(Permission.OBJECTIVE_EDIT)
@described(
    ObjectiveOut,
    body=ObjectiveChange,
    if_match=True,
    example={"todays_result": "Two thirds of urgent claims are seen on the first day (team report, May)."},
)
def set_objective(key: str) -> Response:
    """Say what a system is for, or change the given parts of it, if it still stands as If-Match says it was read."""
    system = _to_change(key)
    found = queries.objective_of(session(), system.id or 0, lock=True)
    wanted = jsonkit.parsed(ObjectiveChange)
    version = found.version if found else 0
    jsonkit.expected(jsonkit.etag_of(objective_out(found)), version)
    facts = applied(wanted, queries.objective_facts(found) if found else ObjectiveFacts())
    changed = actions.set_objective(session(), actor(), system.id or 0, facts, version=version)
    return _told(objective_out(_kept(changed)))


@api.get("/systems/<key>/metrics")
@needs(Permission.SYSTEM_READ)
@described(
    Page[MetricOut], Asked("retired", "1: those no longer in use, in place of those that are.", words=("1",))
)
def metrics(key: str) -> Response:
    """The metrics of a system in the order they were added, all at once: there are few."""
    system = systems.by_key(session(), actor(), key)
    found = queries.metrics_of(session(), system.id or 0, retired=request.args.get("retired") == "1")
    return jsonkit.reply({"items": [metric_out(each) for each in found], "next": None})


@api.post("/systems/<key>/metrics")
@needs(Permission.OBJECTIVE_EDIT)
@described(
    MetricOut,
    status=201,
    body=MetricIn,
    example={
        "kind": "accuracy",
        "name": "Urgent claims found",
        "unit": "%",
        "direction": "higher_is_better",
        "target": 95,
    },
)
def add_metric(key: str) -> Response:
    """Give a system one more metric."""
    system = _to_change(key)
    metric = actions.add_metric(session(), actor(), system.id or 0, jsonkit.parsed(MetricIn).facts())
    reply = _told(metric_out(_kept(metric)), 201)
    reply.headers["Location"] = url_for("objectives_api.metric", key=system.key, slug=metric.slug)
    return reply


@api.get("/systems/<key>/metrics/<slug>")
@needs(Permission.SYSTEM_READ)
@described(MetricOut)
def metric(key: str, slug: str) -> Response:
    """One metric by its short name."""
    system = systems.by_key(session(), actor(), key)
    return _told(metric_out(queries.metric_by_slug(session(), system.id or 0, slug)))


@api.patch("/systems/<key>/metrics/<slug>")
@needs(Permission.OBJECTIVE_EDIT)
@described(MetricOut, body=MetricChange, if_match=True, example={"target": 97, "target_on": "2027-06-30"})
def change_metric(key: str, slug: str) -> Response:
    """Change the given fields of a metric, if it still stands as If-Match says it was read."""
    found = _metric_to_change(key, slug)
    wanted = jsonkit.parsed(MetricChange)
    jsonkit.expected(jsonkit.etag_of(metric_out(found)), found.version)
    facts = applied(wanted, queries.metric_facts(found))
    changed = actions.edit_metric(session(), actor(), found, facts, version=found.version)
    return _told(metric_out(_kept(changed)))


@api.post("/systems/<key>/metrics/<slug>/retire")
@needs(Permission.OBJECTIVE_EDIT)
@described(MetricOut, body=Because, example={"because": "Replaced by the share found on the first day."})
def retire_metric(key: str, slug: str) -> Response:
    """Stop using a metric; what was measured stays readable."""
    because = jsonkit.parsed(Because).because
    retired = actions.retire_metric(session(), actor(), _metric_to_change(key, slug), because)
    return _told(metric_out(_kept(retired)))


@api.post("/systems/<key>/values")
@needs(Permission.OBJECTIVE_EDIT)
@described(
    ValueOut,
    status=201,
    body=ValueIn,
    example={"on_day": "2026-10-31", "amount": 48000, "currency": "EUR", "source": "Controlling, October"},
)
def record_value(key: str) -> Response:
    """Add an amount of value the system has brought by a day. A correction is a further entry."""
    system = _to_change(key)
    entry = actions.record_value(session(), actor(), system.id or 0, jsonkit.parsed(ValueIn).facts())
    return jsonkit.reply(value_out(_kept(entry)), 201)


def _to_change(key: str) -> System:
    """The system, locked, for those who may say what it is for."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.OBJECTIVE_EDIT, system.id)
    return system


def _metric_to_change(key: str, slug: str) -> SuccessMetric:
    return queries.metric_by_slug(session(), _to_change(key).id or 0, slug, lock=True)


def _kept(row: Row) -> Row:
    """The row as the database keeps it: a number may be written otherwise there, and the ETag is of what is read."""
    session().flush()
    session().refresh(row)
    return row


def _told(body: dict[str, Any], status: int = 200) -> Response:
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))

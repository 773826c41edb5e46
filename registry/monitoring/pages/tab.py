"""A system's monitoring tab: the five numbers, and every metric with its newest reading, its run and its guard-rails."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.feedback.rules.readings import how_figures_come
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.queries.timeline import noticed_since
from registry.incidents.queries.times import times_of
from registry.incidents.render import two_times_said
from registry.kernel import clock
from registry.kernel.actor import Permission, may
from registry.kernel.guard_rails import number_said
from registry.kernel.text import listed
from registry.monitoring.models.snapshots import LatestSnapshot, Snapshot
from registry.monitoring.queries import series
from registry.monitoring.queries.alerts import unresolved_of
from registry.monitoring.render import metric_chart
from registry.monitoring.rules.five import first_of_each
from registry.monitoring.rules.saying import group_said
from registry.objectives.models import SuccessMetric
from registry.objectives.queries import metric_facts, metrics_of
from registry.output.charts.line import Happening
from registry.systems import queries as systems
from registry.versions.queries import live_between
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.systemkit import frame

pages = Blueprint("monitoring", __name__)

SPANS = {"30": "30 days", "90": "90 days", "365": "a year"}


@pages.get("/systems/<key>/monitoring")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    metrics = metrics_of(session(), found.id or 0)
    span = _span()
    told = _told(found.id or 0, metrics, clock.now() - timedelta(days=int(span)))
    return render_template(
        "monitoring/system.html",
        **frame(session(), actor(), found),
        metrics=told,
        five={
            name: None if place is None else told[place]
            for name, place in first_of_each([metric.kind for metric in metrics]).items()
        },
        times=two_times_said(times_of(session(), actor(), Narrowing(system_id=found.id))),
        how_figures_come=how_figures_come([metric_facts(metric) for metric in metrics]),
        alerts=unresolved_of(session(), found.id or 0),
        today=clock.today(),
        deliveries=series.batches_of(session(), found.id or 0, limit=5),
        span=SPANS[span],
        spans=_spans(key, span),
        group_said=group_said,
        may_push=may(actor(), Permission.SNAPSHOT_PUSH, found.id),
        number=number_said,
    )


def _span() -> str:
    asked = request.args.get("days", "")
    return asked if asked in SPANS else "90"


def _spans(key: str, here: str) -> list[dict[str, Any]]:
    return [
        {"label": words, "url": url_for(".system", key=key, days=days), "current": days == here}
        for days, words in SPANS.items()
    ]


def _told(system_id: int, metrics: Sequence[SuccessMetric], since: datetime) -> list[dict[str, Any]]:
    numbers = [metric.id or 0 for metric in metrics]
    latest = series.latest_of(session(), numbers)
    recent = series.recent_of(session(), numbers, since)
    happened = happened_since(system_id, since)
    return [_one(metric, latest[metric.id or 0], recent[metric.id or 0], happened) for metric in metrics]


def happened_since(system_id: int, since: datetime) -> list[Happening]:
    """What went live since then, and what went wrong; versions that share the system's use from one moment on are one."""
    incidents = noticed_since(session(), actor(), system_id, since)
    return [*_releases(system_id, since), *(Happening(each.detected_at, each.key) for each in incidents)]


def _releases(system_id: int, since: datetime) -> list[Happening]:
    labels: dict[datetime, list[str]] = {}
    for version, period in live_between(session(), system_id, since, clock.now()):
        if period.from_at >= since:
            labels.setdefault(period.from_at, []).append(version.label)
    return [
        Happening(at, f"{'version' if len(those) == 1 else 'versions'} {listed(those)}")
        for at, those in labels.items()
    ]


def _one(
    metric: SuccessMetric,
    latest: Sequence[LatestSnapshot],
    recent: Sequence[Snapshot],
    happened: Sequence[Happening],
) -> dict[str, Any]:
    facts = metric_facts(metric)
    return {
        "metric": metric,
        "latest": next((each for each in latest if not each.group_key), None),
        "groups": [each for each in latest if each.group_key],
        "chart": metric_chart(metric, recent, happened) if recent else None,
        "warn": facts.warn,
        "breach": facts.breach,
    }

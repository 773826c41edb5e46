"""Weigh readings that have just been recorded: open, count, worsen and resolve the alerts they speak of."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.monitoring.models.alerts import Alert, Watch
from registry.monitoring.queries import alerts as queries
from registry.monitoring.rules.alerts import (
    AlertKind,
    AlertState,
    Severity,
    State,
    Step,
    bad_among,
    next_change,
    series_of,
    slot_of,
)
from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.saying import rail_said, slide_said
from registry.monitoring.rules.silence import is_silent
from registry.monitoring.rules.slides import as_slides, calm_with, points_with, sliding
from registry.objectives.models import SuccessMetric
from registry.objectives.queries import metric_facts
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import MetricFacts

RECOVERED = "The readings are good again."
HEARD = "A reading has come."


@dataclass(frozen=True, slots=True)
class Weighed:
    """What readings did: the alerts they opened and those they resolved."""

    opened: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()


@dataclass
class _Scales:
    """What one delivery is weighed with."""

    system_id: int
    watches: dict[str, Watch]
    alerts: dict[str, Alert]
    opened: list[Alert] = field(default_factory=list)
    resolved: list[Alert] = field(default_factory=list)


def weigh(session: Session, actor: Actor, system_id: int, readings: Sequence[Reading]) -> Weighed:
    """Let the alerts of a system follow readings that were just recorded, all of them in one delivery.

    Part of recording snapshots, whose ledger entry tells of the alerts as well: it records none of its own. The
    number of statements does not depend on that of the readings. Readings of another system's metric, or of
    one that was retired, are passed over.
    """
    require(actor, Permission.SNAPSHOT_PUSH, system_id)
    numbers = {reading.metric_id for reading in readings}
    metrics = queries.metrics_held(session, system_id, numbers) if numbers else {}
    if not metrics:
        return Weighed()
    # The alerts first: whoever is just calling one over has written what is remembered by the time it is held here.
    standing = queries.unresolved_by_slot(session, system_id, metrics.keys())
    scales = _Scales(system_id, queries.watches_of(session, metrics.keys()), standing)
    by_series: dict[tuple[int, str], list[Reading]] = {}
    for reading in readings:
        if reading.metric_id in metrics:
            by_series.setdefault((reading.metric_id, reading.group), []).append(reading)
    for (number, group), some in sorted(by_series.items()):
        _weigh_series(scales, metrics[number], group, sorted(some, key=attrgetter("window_end")))
    _keep_watches(session, scales)
    _name_the_last(session, scales)
    session.add_all(scales.opened)
    session.flush()
    return Weighed(tuple(scales.opened), tuple(scales.resolved))


def _weigh_series(scales: _Scales, metric: SuccessMetric, group: str, readings: list[Reading]) -> None:
    series, facts, newest = series_of(metric.id, group), metric_facts(metric), readings[-1].window_end
    watch = scales.watches.get(series) or Watch(metric_id=metric.id or 0, series=series, heard_until=newest)
    scales.watches[series] = watch
    watch.heard_until = max(watch.heard_until, newest)
    watch.rail = _follow(scales, facts, group, readings, watch.rail, AlertKind.WARN)
    watch.calm = list(calm_with(watch.calm, readings))
    points = points_with([(datetime.fromisoformat(at), value) for at, value in watch.points], readings)
    watch.points = [[at.isoformat(), value] for at, value in points]
    slid = sliding(watch.calm, points, metric.direction)
    if slid is not None:
        watch.trend = _follow(scales, facts, group, as_slides(readings, slid), watch.trend, AlertKind.TREND)
    _end_silence(scales, metric, watch)


def _follow(
    scales: _Scales,
    metric: MetricFacts,
    group: str,
    readings: list[Reading],
    memory: dict[str, Any],
    kind: AlertKind,
) -> dict[str, Any]:
    """Take one cause a step further; what is remembered of it then."""
    if not readings:
        return memory
    number = readings[0].metric_id
    slot = slot_of(kind, number, group)
    alert = scales.alerts.get(slot)
    step, after = next_change(_standing(state_in(memory), alert), readings)
    bad = bad_among(readings)
    if step is Step.OPEN:
        alert = _open(scales.system_id, slot, metric, group, bad, after, kind)
        scales.alerts[slot] = alert
        scales.opened.append(alert)
    elif alert is not None:
        _go_on(alert, step, after, metric, bad)
        if step is Step.RESOLVE:
            scales.resolved.append(scales.alerts.pop(slot))
    return remembered(after)


def _open(
    system_id: int,
    slot: str,
    metric: MetricFacts,
    group: str,
    bad: list[Reading],
    after: State,
    kind: AlertKind,
) -> Alert:
    spell = [one for one in bad if after.first is None or one.window_end >= after.first]
    severity = after.severity or Severity.WARNING
    if severity is Severity.CRITICAL:
        kind = AlertKind.BREACH
    return Alert(
        system_id=system_id,
        slot=slot,
        kind=kind,
        metric_id=spell[0].metric_id,
        group=group,
        severity=severity,
        says=_says(kind, metric, spell),
        opened_at=clock.now(),
        first_snapshot_id=spell[0].snapshot_id,
        last_snapshot_id=spell[-1].snapshot_id,
        first_window_end=after.first,
        last_bad_window_end=after.last_bad,
        count=after.count,
        good_run=len(after.good),
        waiting_from=clock.today(),
    )


def _go_on(alert: Alert, step: Step, after: State, metric: MetricFacts, bad: list[Reading]) -> None:
    if alert.good_run != len(after.good):
        alert.good_run = len(after.good)
    if step is Step.RESOLVE:
        close(alert, None, RECOVERED)
    if not bad or step is Step.NOTHING:
        return
    if alert.last_bad_window_end != after.last_bad:
        alert.last_bad_window_end, alert.last_snapshot_id = after.last_bad, bad[-1].snapshot_id
    if (after.count, after.first) != (alert.count, alert.first_window_end):
        alert.count, alert.first_window_end = after.count, after.first
    if step is Step.WORSEN:
        worsen(alert, _says(AlertKind.BREACH, metric, bad))


def _says(kind: AlertKind, metric: MetricFacts, bad: list[Reading]) -> str:
    if kind is AlertKind.TREND:
        return slide_said(metric, bad[0].group, bad[-1].window_end.date())
    wanted = Verdict.BREACH if kind is AlertKind.BREACH else Verdict.WARN
    first = next((one for one in bad if one.verdict is wanted), bad[0])
    return rail_said(metric, first.value, first.group, first.window_end.date())


def _end_silence(scales: _Scales, metric: SuccessMetric, watch: Watch) -> None:
    """A reading that is recent enough ends the silence; one from long ago that arrives now does not."""
    slot = slot_of(AlertKind.SILENCE, metric.id, "")
    alert = scales.alerts.get(slot)
    if alert is None:
        return
    heard = watch.heard_until.date()
    if metric.cadence is None or not is_silent(
        heard, heard, metric.cadence, metric.grace_days, clock.today()
    ):
        close(alert, None, HEARD)
        scales.resolved.append(scales.alerts.pop(slot))


def _keep_watches(session: Session, scales: _Scales) -> None:
    # New ones in one statement, however many; those that were read are written by the session.
    new = [watch.model_dump(exclude={"id"}) for watch in scales.watches.values() if watch.id is None]
    if new:
        session.execute(insert(Watch), new)


def _name_the_last(session: Session, scales: _Scales) -> None:
    before = queries.last_resolved(session, scales.system_id, {alert.slot for alert in scales.opened})
    for alert in scales.opened:
        alert.previous_id = before.get(alert.slot)


def close(alert: Alert, by_id: int | None, because: str) -> None:
    """Write that an alert is over: by a person, or by itself."""
    alert.state, alert.resolved_at = AlertState.RESOLVED, clock.now()
    alert.resolved_by_id, alert.resolved_because = by_id, because


def worsen(alert: Alert, says: str) -> None:
    """Write that a warning has become a breach. Whatever was answered was answered to something lesser: it waits anew."""
    alert.severity, alert.says = Severity.CRITICAL, says
    if alert.kind is AlertKind.WARN:
        alert.kind = AlertKind.BREACH
    if alert.state is not AlertState.OPEN:
        alert.state, alert.waiting_from, alert.escalated_level = AlertState.OPEN, clock.today(), None
        alert.promised_on, alert.snoozed_until = None, None


def _standing(known: State, alert: Alert | None) -> State:
    if alert is None:
        return known
    return replace(known, severity=alert.severity, count=alert.count, first=alert.first_window_end)


def remembered(state: State) -> dict[str, Any]:
    """What a watch keeps of one cause; how bad it is and how often stands in the alert."""
    return {
        "last_bad": state.last_bad.isoformat() if state.last_bad else None,
        "good": [each.isoformat() for each in state.good],
        "over_until": state.over_until.isoformat() if state.over_until else None,
    }


def state_in(memory: dict[str, Any]) -> State:
    """What `remembered` kept."""
    return State(
        last_bad=_instant(memory.get("last_bad")),
        good=tuple(datetime.fromisoformat(each) for each in memory.get("good", ())),
        over_until=_instant(memory.get("over_until")),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

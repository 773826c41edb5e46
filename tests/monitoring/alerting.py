"""What several tests of alerts do: state a metric, deliver readings of it, hold the clock, look at the alerts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.calendar import Cadence
from registry.kernel.events import Event
from registry.kernel.guard_rails import Bound
from registry.monitoring.actions import alerts as actions
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.readings import Reading
from registry.objectives import actions as objectives
from registry.objectives.queries import metric_facts
from registry.objectives.rules.judging import judge
from registry.objectives.rules.metric import Direction, Kind, MetricFacts

DOOR = the_registry("command")
# Later than any day on which the standing cast can have been registered.
START = datetime(2090, 3, 3, 12, tzinfo=UTC)


def later(days=0):
    return clock.frozen(START + timedelta(days=days))


def accuracy(name="Accuracy", **more):
    """A metric that warns below 90 and breaches below 80."""
    rails = {"warn_bound": Bound.AT_LEAST, "warn_low": Decimal(90)}
    rails |= {"breach_bound": Bound.AT_LEAST, "breach_low": Decimal(80)}
    stated = {"unit": "%", "direction": Direction.HIGHER, "cadence": Cadence.WEEKLY, "minimum_sample": 50}
    return MetricFacts(Kind.ACCURACY, name, **(rails | stated | more))


def stated(session, cast, name="Accuracy", system=None, by="ada", **more):
    system = system or cast.triage
    return objectives.add_metric(session, cast.actor(session, by), system.id, accuracy(name, **more))


def readings(metric, *values, first=0, group="", n=100):
    """Values of a metric, one for each day from `first` on."""
    return [
        Reading(
            metric.id,
            group,
            START + timedelta(days=first + place),
            START + timedelta(days=first + place),
            Decimal(value),
            n,
            judge(Decimal(value), n, metric_facts(metric)),
            first + place,
        )
        for place, value in enumerate(values)
    ]


def weighed(session, cast, some, system=None, by="ada"):
    """Weigh readings as the recording of snapshots does, whose entry tells of what came of it."""
    system, actor = system or cast.triage, cast.actor(session, by)
    found = actions.weigh(session, actor, system.id, some)
    record(session, actor, Event.METRIC_EDITED, None, subject_kind="snapshot", system_id=system.id)
    return found


def alerts(session):
    return list(session.scalars(sa.select(Alert).order_by(Alert.id)))

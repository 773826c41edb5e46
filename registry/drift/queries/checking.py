"""What the check goes through: baselines in force with the newest window of each, and the alerts about drift there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.drift.models import Baseline, Distribution, Feature
from registry.drift.queries.windows import newest_of
from registry.kernel.actor import the_registry
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.store.columns import LARGEST_NUMBER
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage

_AT_REST = (Stage.SUSPENDED, Stage.RETIRED)
_SAYS_FEATURE = "feature "


@dataclass(frozen=True, slots=True)
class Watched:
    """A feature with what it is compared with and its newest window, if any has come."""

    feature: Feature
    baseline: Baseline
    newest: Distribution | None


def group_of(feature: Feature) -> str:
    """What of the system an alert about this feature is about."""
    return f"{_SAYS_FEATURE}{feature.id}"


def feature_in(alert: Alert) -> int | None:
    """The number of the feature an alert about drift is about; None where a person or a programme named something else."""
    number = alert.group.removeprefix(_SAYS_FEATURE)
    return int(number) if number != alert.group and number.isascii() and number.isdigit() else None


def feature_of(session: Session, alert: Alert) -> Feature | None:
    """The feature an alert is about, where it is about one."""
    number = feature_in(alert) if alert.kind is AlertKind.DRIFT else None
    found = session.get(Feature, min(number, LARGEST_NUMBER)) if number is not None else None
    return found if found is not None and found.system_id == alert.system_id else None


def watched_after(session: Session, baseline_id: int, *, limit: int) -> Sequence[Watched]:
    """The next features that have a baseline, of systems that are in use, by the number of the baseline; in two statements."""
    query = (
        select(Feature, Baseline)
        .join(Baseline, col(Baseline.feature_id) == col(Feature.id))
        .join(System, col(System.id) == col(Feature.system_id))
        .where(
            col(Baseline.id) > baseline_id,
            col(Baseline.ended_at).is_(None),
            col(System.stage).not_in(_AT_REST),
            visible_to(the_registry("worker")),
        )
    )
    found = session.exec(query.order_by(col(Baseline.id)).limit(limit)).all()
    newest = newest_of(session, [feature.id or 0 for feature, _ in found])
    return [
        Watched(feature, baseline, next(iter(newest[feature.id or 0]), None)) for feature, baseline in found
    ]


def drift_alerts(session: Session, features: Collection[Feature]) -> Mapping[int, Alert]:
    """The unresolved alert about each of these features that has one."""
    query = _about(features).where(col(Alert.state) != AlertState.RESOLVED)
    return {number: each for each in session.exec(query) if (number := feature_in(each)) is not None}


def over_until(session: Session, features: Collection[Feature]) -> Mapping[int, datetime]:
    """Up to which window what there was about each of these features is over, by itself or by hand."""
    found: dict[int, datetime] = {}
    for each in session.exec(_about(features).where(col(Alert.state) == AlertState.RESOLVED)):
        number, last = feature_in(each), each.last_bad_window_end
        if number is not None and last is not None:
            found[number] = max(last, found.get(number, last))
    return found


def _about(features: Collection[Feature]) -> SelectOfScalar[Alert]:
    return select(Alert).where(
        Alert.kind == AlertKind.DRIFT,
        col(Alert.system_id).in_({each.system_id for each in features}),
        col(Alert.group).in_({group_of(each) for each in features}),
    )

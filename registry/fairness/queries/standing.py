"""How the alerts about groups stand: what weighing further windows needs to know, in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from registry.fairness.models import FairnessBound
from registry.fairness.rules.saying import cause_of
from registry.fairness.rules.weighing import Standing
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState, slot_of


@dataclass(frozen=True, slots=True)
class Stands:
    """What weighing knows of one cause, and its alert where one is not over."""

    weighed: Standing
    alert: Alert | None = None


def standing_of(session: Session, system_id: int, causes: Sequence[str]) -> dict[str, Stands]:
    """How each of these causes stands; unresolved alerts are held until the transaction ends."""
    slots = {slot_of(AlertKind.BREACH, None, cause): cause for cause in causes}
    found = {cause: Stands(Standing()) for cause in causes}
    if not slots:
        return found
    query = select(Alert).where(Alert.system_id == system_id, col(Alert.slot).in_(sorted(slots)))
    # The newest of a cause last, so that it is the one that counts.
    for alert in session.exec(query.order_by(col(Alert.id)).with_for_update()):
        cause = slots[alert.slot]
        if alert.state is AlertState.RESOLVED:
            found[cause] = Stands(Standing(None, _until(alert)))
        else:
            since, until = alert.first_window_end, alert.last_bad_window_end
            found[cause] = Stands(Standing(alert.severity, until, since), alert)
    return found


def attribute_of(session: Session, alert: Alert) -> str | None:
    """The attribute of whose groups an alert tells, by the bounds of its system; None where it is about something else."""
    if not _may_tell_of_groups(alert):
        return None
    bound = select(FairnessBound.attribute).where(FairnessBound.system_id == alert.system_id)
    return attribute_in(alert, session.exec(bound))


def attribute_in(alert: Alert, attributes: Iterable[str]) -> str | None:
    """The one of these attributes of whose groups an alert tells, or None."""
    if not _may_tell_of_groups(alert):
        return None
    fits = (each for each in attributes if alert.group.startswith(cause_of(each, "")))
    # "age: band" may be an attribute beside "age": the longest that fits is the one meant.
    return max(fits, key=len, default=None)


def _may_tell_of_groups(alert: Alert) -> bool:
    return alert.kind is AlertKind.BREACH and alert.metric_id is None


def _until(alert: Alert) -> datetime | None:
    """Up to when it is all over: where a person called it over, whatever was counted up to then."""
    if alert.resolved_by_id is not None and alert.resolved_at is not None:
        return max(filter(None, (alert.resolved_at, alert.last_bad_window_end)))
    return alert.last_bad_window_end

"""The system in operation, as the parts of a card: what is in use, measured, alarming, relied upon and said of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from registry.cards.rules import facts as card
from registry.dependencies import queries as depending
from registry.feedback import queries as feedback
from registry.feedback.rules.figures import together
from registry.kernel.actor import Actor, Role
from registry.monitoring.models.snapshots import LatestSnapshot
from registry.monitoring.queries.alerts import unresolved_of
from registry.monitoring.queries.series import latest_of
from registry.objectives.models import SuccessMetric
from registry.systems.models import System
from registry.versions.queries import live_now

_WEEKS = 4
# A card says the same whoever asks: of other systems it names those that everybody may know of.
_ANYBODY = Actor(None, "anybody", frozenset({Role.MEMBER}))


def versions(session: Session, system_id: int) -> tuple[card.LiveVersion, ...]:
    """The versions in use, the largest share first."""
    return tuple(
        card.LiveVersion(model.label, period.share, period.from_at, model.changed, model.because)
        for model, period in live_now(session, system_id)
    )


def readings(session: Session, metrics: Sequence[SuccessMetric]) -> Mapping[int, Sequence[card.Reading]]:
    """The newest reading of each of these metrics, of everybody and of each group."""
    found = latest_of(session, [metric.id or 0 for metric in metrics])
    return {number: [_reading(each) for each in some] for number, some in found.items()}


def _reading(row: LatestSnapshot) -> card.Reading:
    return card.Reading(
        row.value, row.window_start, row.window_end, row.verdict, row.n, row.low, row.high, row.group_key
    )


def alerts(session: Session, system_id: int) -> tuple[card.OpenAlert, ...]:
    """The alerts that are not over, the critical first."""
    return tuple(
        card.OpenAlert(
            each.kind,
            each.severity,
            each.says,
            each.opened_at,
            each.state,
            each.count,
            each.promised_on,
            each.first_window_end,
        )
        for each in unresolved_of(session, system_id)
    )


def dependencies(session: Session, system: System) -> tuple[card.Dependency, ...]:
    """What the system relies on and what relies on it, oldest first."""
    return tuple(_dependency(each) for each in depending.lines_of(session, _ANYBODY, system))


def _dependency(each: depending.Line) -> card.Dependency:
    row = each.dependency
    return card.Dependency(
        direction=each.direction,
        other=f"{each.other.key} {each.other.name}" if each.other else row.service,
        interface=row.interface,
        contract_format=row.contract_format,
        contract_version=row.contract_version,
        on_failure=row.on_failure,
        fallback=row.fallback,
        tested_on=each.last.tested_on if each.last else None,
        test_passed=each.last.passed if each.last else None,
    )


def what_people_say(session: Session, system_id: int, at: datetime) -> card.Feedback | None:
    """The counts of feedback in the four weeks up to that instant; None where none came.

    The instant is that of the record and not of the asking, so that the same record always gives the same card.
    """
    last = at.astimezone(UTC).date()
    weeks = feedback.weekly_figures(session, system_id, last - timedelta(weeks=_WEEKS - 1), last)
    told = together(weeks)
    if not told.received:
        return None
    return card.Feedback(
        told.first,
        last,
        told.received,
        told.satisfaction.counted,
        told.satisfaction.among,
        told.override_rate.counted,
        told.override_rate.among,
    )

"""What a system has to show for itself, and what about it waits for somebody: as clauses, so that thousands are counted at once.

Tables of features above this one are named, not imported, as their foreign keys name `system`; their words are held
to those of their owners by tests.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from registry.kernel.actor import Seat
from registry.kernel.calendar import latest_due_by, months_after, start_of
from registry.ownership.models import Assignment
from registry.packs.queries import current
from registry.people.models import Person
from registry.people.queries import active_clause
from registry.store.columns import Exact, Instant
from registry.systems.models import System
from registry.systems.rules.record import Tier

SOON_DAYS = 30
"""Within how many days what ends or falls due is said to wait for somebody."""

VALUE_MONTHS = 12
"""Over how many months value that was realised is counted."""

# Made only where they are asked for: to put all together, of which a page asks for two or three, was half of what those took.
Clauses = Mapping[str, Callable[[], ColumnElement[bool]]]


def _table(name: str, *plain: str, **typed: Any) -> Any:
    columns = [sa.column(each, sa.String) if each == "state" else sa.column(each) for each in plain]
    return sa.table(name, *columns, *(sa.column(each, kind) for each, kind in typed.items()))


OBJECTIVE = _table("objective", "system_id", "problem", expected_value=Exact(), currency=sa.String())
METRIC = _table("success_metric", "id", "system_id", "kind", retired_at=Instant())
LATEST = _table("latest_snapshot", "metric_id", "group_key", "verdict")
VALUE = _table("value_realised", "system_id", on_day=sa.Date(), amount=Exact(), currency=sa.String())
_ALERT = _table("alert", "system_id", "kind", "severity", "state")
_REVIEW = _table("review", "id", "system_id", "kind", "state", due_on=sa.Date())
_DECISION = _table("review_decision", "id", "review_id", "system_id", "decision", at=Instant())
_CONDITION = _table("review_condition", "system_id", met_at=Instant(), due_on=sa.Date())
_WAIVER = _table("waiver", "system_id", granted=sa.Boolean(), revoked_at=Instant(), until=sa.Date())
_CARD = _table("card_edition", "system_id", "state")
_VERSION = _table("model_version", "id", "system_id", "state")
_DOSSIER = _table("dossier", "id", "version_id")
_CASE = _table("dossier_case", "dossier_id")
_RUN = _table("dossier_run", "dossier_id")
_SIGNATURE = _table("dossier_signature", "dossier_id", "cases", "runs")
_SPELL = _table("compliance_spell", "system_id", ended_at=Instant())
_RAISE = _table("autonomy_request", "system_id", decided_at=Instant())
_STOP = _table("emergency_stop", "system_id", lifted_at=Instant())


def realised_since(today: date) -> date:
    """The day after which value counts as realised in the last twelve months."""
    return months_after(today, -VALUE_MONTHS)


def _is(numbers: Any) -> ColumnElement[bool]:
    return col(System.id).in_(numbers)


def _has_metric() -> Any:
    return sa.select(METRIC.c.system_id).where(METRIC.c.retired_at.is_(None))


def _measurable() -> ColumnElement[bool]:
    return _is(sa.select(OBJECTIVE.c.system_id).where(OBJECTIVE.c.problem != "")) & _is(_has_metric())


def _measured() -> ColumnElement[bool]:
    """Something was heard of it, and nothing that is due stays away: the worker opens an alert as soon as it does."""
    heard = _has_metric().join_from(METRIC, LATEST, LATEST.c.metric_id == METRIC.c.id)
    silent = sa.select(_ALERT.c.system_id).where(_ALERT.c.kind == "silence", _ALERT.c.state != "resolved")
    return _is(heard) & ~_is(silent)


def _reviewed(months: Mapping[str, int], today: date) -> ColumnElement[bool]:
    """The newest word of the reviewers approves and has not run out, and no condition of an approval is overdue."""
    newest = (
        sa.select(sa.func.max(_DECISION.c.id))
        .join(_REVIEW, _REVIEW.c.id == _DECISION.c.review_id)
        .where(_DECISION.c.decision != "request_changes", _REVIEW.c.kind != "decommission")
        .group_by(_DECISION.c.system_id)
    )
    asked = System.__table__.alias("reviewed_system")  # type: ignore[attr-defined]

    def begins(tier: str) -> Any:
        run_out = latest_due_by(today - timedelta(days=1), months[tier])
        return sa.literal(start_of(run_out + timedelta(days=1)), Instant())

    since = sa.case(*((asked.c.tier == tier, begins(tier)) for tier in Tier), else_=begins("unclassified"))
    given = (
        sa.select(_DECISION.c.system_id)
        .join(asked, asked.c.id == _DECISION.c.system_id)
        .where(
            _DECISION.c.id.in_(newest),
            _DECISION.c.decision.in_(("approve", "approve_with_conditions")),
            _DECISION.c.at >= since,
        )
    )
    late = sa.select(_CONDITION.c.system_id).where(_CONDITION.c.met_at.is_(None), _CONDITION.c.due_on < today)
    return _is(given) & ~_is(late)


def _carded() -> ColumnElement[bool]:
    return _is(sa.select(_CARD.c.system_id).where(_CARD.c.state == "approved"))


def _tested() -> ColumnElement[bool]:
    """Every version that is live has tests somebody signed for, and nothing was added to them since."""

    def so_many(table: Any) -> Any:
        count = sa.select(sa.func.count()).select_from(table).where(table.c.dossier_id == _DOSSIER.c.id)
        return count.correlate(_DOSSIER).scalar_subquery()

    signed = (
        sa.select(_DOSSIER.c.version_id)
        .join(_SIGNATURE, _SIGNATURE.c.dossier_id == _DOSSIER.c.id)
        .where(
            _SIGNATURE.c.cases == so_many(_CASE),
            _SIGNATURE.c.runs == so_many(_RUN),
        )
    )
    live = sa.select(_VERSION.c.system_id).where(_VERSION.c.state == "live")
    return _is(live) & ~_is(live.where(_VERSION.c.id.not_in(signed)))


def _overseen(today: date) -> ColumnElement[bool]:
    """Its plan for oversight is written down, and somebody who is here, or a team, sits in the overseer's seat."""
    here = sa.select(Person.id).where(active_clause(today))  # type: ignore[call-overload]
    watched = sa.select(col(Assignment.system_id)).where(
        col(Assignment.seat) == Seat.OVERSEER,
        col(Assignment.to_at).is_(None),
        sa.or_(col(Assignment.team_id).is_not(None), col(Assignment.person_id).in_(here)),
    )
    return (col(System.oversight_plan) != "") & _is(watched)


def _realised(today: date) -> ColumnElement[bool]:
    lately = (VALUE.c.on_day > realised_since(today), VALUE.c.on_day <= today)
    return _is(sa.select(VALUE.c.system_id).where(*lately))


def assured(session: Session, today: date) -> Clauses:
    """What a system has to show, each as the clause of those that have it. One statement, for the months a review holds."""
    rule = current(session, "reviews", today).reviews
    if rule is None:
        raise LookupError("the pack of reviews in force does not say how long a review holds")
    return {
        "measurable": _measurable,
        "measured": _measured,
        "reviewed": partial(_reviewed, rule.months, today),
        "carded": _carded,
        "tested": _tested,
        "overseen": partial(_overseen, today),
        "compliant": lambda: ~_is(sa.select(_SPELL.c.system_id).where(_SPELL.c.ended_at.is_(None))),
        "valued": lambda: _is(
            sa.select(OBJECTIVE.c.system_id).where(OBJECTIVE.c.expected_value.is_not(None))
        ),
        "realised": partial(_realised, today),
    }


def _open(table: Any, column: str) -> ColumnElement[bool]:
    return _is(sa.select(table.c.system_id).where(table.c[column].is_(None)))


def waiting(_session: Session, today: date) -> Clauses:
    """What about a system waits for somebody's decision, each as the clause of those where it does."""
    soon = today + timedelta(days=SOON_DAYS)
    grave = (_ALERT.c.severity == "critical", _ALERT.c.state != "resolved")
    ending = (
        _WAIVER.c.granted.is_(True),
        _WAIVER.c.revoked_at.is_(None),
        _WAIVER.c.until.between(today, soon),
    )
    late = (_REVIEW.c.state.in_(("wanted", "returned")), _REVIEW.c.due_on < today)
    return {
        "alert": lambda: _is(sa.select(_ALERT.c.system_id).where(*grave)),
        "stop": lambda: _open(_STOP, "lifted_at"),
        "review": lambda: _is(sa.select(_REVIEW.c.system_id).where(_REVIEW.c.state == "submitted")),
        "review_late": lambda: _is(sa.select(_REVIEW.c.system_id).where(*late)),
        "autonomy": lambda: _open(_RAISE, "decided_at"),
        "waiver": lambda: _open(_WAIVER, "granted"),
        "waiver_ending": lambda: _is(sa.select(_WAIVER.c.system_id).where(*ending)),
        "condition": lambda: _is(
            sa.select(_CONDITION.c.system_id).where(
                _CONDITION.c.met_at.is_(None), _CONDITION.c.due_on <= soon
            )
        ),
        "card": lambda: _is(sa.select(_CARD.c.system_id).where(_CARD.c.state == "in_review")),
    }

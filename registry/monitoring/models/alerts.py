"""Alert: a trouble somebody has to answer. AlertNotice: who was told that nobody did. Watch: what was last heard of a series. TrendRule: which chart looks for slides."""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity
from registry.monitoring.rules.answers import Level
from registry.monitoring.rules.slides import Chart
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of

_UNRESOLVED = "state <> 'resolved'"


class Alert(Revised, table=True):
    """A trouble with a system, from its first bad window until it is resolved. Never deleted, never opened again."""

    __tablename__ = "alert"
    __table_args__ = (
        one_of("kind", AlertKind),
        one_of("severity", Severity),
        one_of("state", AlertState),
        one_of("escalated_level", Level),
        sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_when_over"),
        # However many deliveries arrive at once: a cause has one alert at a time.
        sa.Index(
            "ix_alert_one_unresolved",
            "system_id",
            "slot",
            unique=True,
            sqlite_where=sa.text(_UNRESOLVED),
            postgresql_where=sa.text(_UNRESOLVED),
        ),
        # What a new alert names as the one before it.
        sa.Index("ix_alert_slot", "system_id", "slot", "id"),
        # What waits, across systems.
        sa.Index("ix_alert_waiting", "state", "waiting_from"),
    )

    system_id: int = Field(foreign_key="system.id")
    # The cause: warning and breach of one series share it (rules.alerts.slot_of).
    slot: str = Field(max_length=80)
    kind: AlertKind = Field(sa_type=by_value(AlertKind))
    metric_id: int | None = Field(default=None, foreign_key="success_metric.id", index=True)
    group: str = long_text(default="")
    severity: Severity = Field(sa_type=by_value(Severity))
    state: AlertState = Field(default=AlertState.OPEN, sa_type=by_value(AlertState))
    says: str = long_text()
    opened_at: datetime = instant()
    # No foreign keys: an alert stands for itself, also where snapshots are kept elsewhere or thinned out.
    first_snapshot_id: int | None = None
    last_snapshot_id: int | None = None
    first_window_end: datetime | None = instant(default=None, nullable=True)
    last_bad_window_end: datetime | None = instant(default=None, nullable=True)
    count: int = 1
    good_run: int = 0
    # From this day on it waits for an answer: the day it opened, or the one after a promise or rest is over.
    waiting_from: date
    acknowledged_at: datetime | None = instant(default=None, nullable=True)
    acknowledged_by_id: int | None = Field(default=None, foreign_key="person.id")
    promised_on: date | None = None
    promise_note: str = long_text(default="")
    snoozed_until: date | None = None
    snooze_reason: str = long_text(default="")
    resolved_at: datetime | None = instant(default=None, nullable=True)
    resolved_by_id: int | None = Field(default=None, foreign_key="person.id")
    resolved_because: str = long_text(default="")
    escalated_level: Level | None = Field(default=None, sa_type=by_value(Level))
    previous_id: int | None = Field(default=None, foreign_key="alert.id", index=True)

    @property
    def answered(self) -> str:
        """How it was answered last, so that a form can tell whether somebody has answered since it was opened."""
        return f"{self.state.value}:{self.acknowledged_by_id or 0}:{self.promised_on or ''}"


class AlertNotice(Row, table=True):
    """That somebody was told of an alert nobody answered. Written once per step and wait, whoever asks how often."""

    __tablename__ = "alert_notice"
    __table_args__ = (
        one_of("level", Level),
        sa.UniqueConstraint("alert_id", "waiting_from", "level"),
        # What somebody was told, on their desk.
        sa.Index("ix_alert_notice_person", "person_id", "alert_id"),
    )

    alert_id: int = Field(foreign_key="alert.id")
    level: Level = Field(sa_type=by_value(Level))
    waiting_from: date
    # Nobody, where the system has no deputy, or no head above it is here.
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = instant()


class TrendRule(Revised, table=True):
    """Which chart looks for a slow slide of a metric. A metric without one has the first of them."""

    __tablename__ = "metric_trend_rule"
    __table_args__ = (one_of("chart", Chart),)

    metric_id: int = Field(foreign_key="success_metric.id", unique=True)
    chart: Chart = Field(sa_type=by_value(Chart))


class Watch(Row, table=True):
    """What is remembered of one series, so that the next reading is weighed without reading the series again.

    Derived from readings alone and therefore not in the ledger. `rail` and `trend` are what `rules.alerts.State` keeps
    between readings, `calm` and `points` what the chart of the trend is drawn from.
    """

    __tablename__ = "metric_watch"
    __audited__: ClassVar[bool] = False

    metric_id: int = Field(foreign_key="success_metric.id", index=True)
    series: str = Field(max_length=60, unique=True)
    heard_until: datetime = instant()
    rail: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    trend: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    calm: list[float] = Field(default_factory=list, sa_type=json_type())
    points: list[list[Any]] = Field(default_factory=list, sa_type=json_type())

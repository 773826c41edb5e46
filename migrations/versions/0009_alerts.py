"""Alerts, who was told of them, and what was last heard of each series.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-26 05:18:19.748632+00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=True),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_snapshot_id", sa.Integer(), nullable=True),
        sa.Column("last_snapshot_id", sa.Integer(), nullable=True),
        sa.Column("first_window_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_bad_window_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("good_run", sa.Integer(), nullable=False),
        sa.Column("waiting_from", sa.Date(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.Integer(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("promise_note", sa.Text(), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snooze_reason", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.Column("resolved_because", sa.Text(), nullable=False),
        sa.Column("escalated_level", sa.String(length=40), nullable=True),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolved_at IS NOT NULL)", name=op.f("ck_alert_resolved_when_over")
        ),
        sa.CheckConstraint(
            "escalated_level IN ('deputy', 'unit_head')", name=op.f("ck_alert_escalated_level_known")
        ),
        sa.CheckConstraint(
            "kind IN ('breach', 'warn', 'trend', 'drift', 'silence', 'quality', 'dependency', 'override_bounds', 'feedback_surge')",
            name=op.f("ck_alert_kind_known"),
        ),
        sa.CheckConstraint("severity IN ('warning', 'critical')", name=op.f("ck_alert_severity_known")),
        sa.CheckConstraint(
            "state IN ('open', 'acknowledged', 'snoozed', 'resolved')", name=op.f("ck_alert_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["person.id"], name=op.f("fk_alert_acknowledged_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["success_metric.id"], name=op.f("fk_alert_metric_id_success_metric")
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["alert.id"], name=op.f("fk_alert_previous_id_alert")),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["person.id"], name=op.f("fk_alert_resolved_by_id_person")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_alert_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_metric_id"), ["metric_id"], unique=False)
        batch_op.create_index(
            "ix_alert_one_unresolved",
            ["system_id", "slot"],
            unique=True,
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )
        batch_op.create_index(batch_op.f("ix_alert_previous_id"), ["previous_id"], unique=False)
        batch_op.create_index("ix_alert_slot", ["system_id", "slot", "id"], unique=False)
        batch_op.create_index("ix_alert_waiting", ["state", "waiting_from"], unique=False)

    op.create_table(
        "metric_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=60), nullable=False),
        sa.Column("heard_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "rail",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "trend",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "calm",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "points",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["success_metric.id"], name=op.f("fk_metric_watch_metric_id_success_metric")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_watch")),
        sa.UniqueConstraint("series", name=op.f("uq_metric_watch_series")),
    )
    with op.batch_alter_table("metric_watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_metric_watch_metric_id"), ["metric_id"], unique=False)

    op.create_table(
        "alert_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("waiting_from", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('deputy', 'unit_head')", name=op.f("ck_alert_notice_level_known")),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_notice_alert_id_alert")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alert_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_notice")),
        sa.UniqueConstraint(
            "alert_id", "waiting_from", "level", name=op.f("uq_alert_notice_alert_id_waiting_from_level")
        ),
    )
    with op.batch_alter_table("alert_notice", schema=None) as batch_op:
        batch_op.create_index("ix_alert_notice_person", ["person_id", "alert_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("alert_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_notice_person")

    op.drop_table("alert_notice")
    with op.batch_alter_table("metric_watch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_metric_watch_metric_id"))

    op.drop_table("metric_watch")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_waiting")
        batch_op.drop_index("ix_alert_slot")
        batch_op.drop_index(batch_op.f("ix_alert_previous_id"))
        batch_op.drop_index(
            "ix_alert_one_unresolved",
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )
        batch_op.drop_index(batch_op.f("ix_alert_metric_id"))

    op.drop_table("alert")

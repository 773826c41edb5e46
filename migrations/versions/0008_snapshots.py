"""Readings of metrics: deliveries, readings, the newest of each, the guard-rails they were judged by.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_VERDICTS = "verdict IN ('met', 'warn', 'breach', 'too_few', 'no_guard_rail')"
_BOUNDS = "('at_least', 'at_most', 'between')"


def _numbers() -> list[sa.Column]:
    return [
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("low", sa.String(length=40), nullable=True),
        sa.Column("high", sa.String(length=40), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "snapshot_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("supersedes_because", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["person.id"], name=op.f("fk_snapshot_batch_received_by_id_person")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_snapshot_batch_system_id_system")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_snapshot_batch_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_batch")),
    )
    op.create_index(op.f("ix_snapshot_batch_version_id"), "snapshot_batch", ["version_id"])
    op.create_index("ix_snapshot_batch_system", "snapshot_batch", ["system_id", "id"])
    rails = [
        sa.Column(f"{name}_{part}", sa.String(length=40), nullable=True)
        for name in ("warn", "breach")
        for part in ("bound", "low", "high")
    ]
    op.create_table(
        "frozen_rail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *rails,
        sa.Column("minimum_sample", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"warn_bound IN {_BOUNDS}", name=op.f("ck_frozen_rail_warn_bound_known")),
        sa.CheckConstraint(f"breach_bound IN {_BOUNDS}", name=op.f("ck_frozen_rail_breach_bound_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_rail")),
        sa.UniqueConstraint("sha256", name=op.f("uq_frozen_rail_sha256")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE snapshot_id_seq AS bigint")
    _create_snapshot(partitioned=op.get_bind().dialect.name == "postgresql")
    op.create_index("ix_snapshot_batch_id", "snapshot", ["batch_id"])
    op.create_table(
        "latest_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(length=400), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        *_numbers(),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_VERDICTS, name=op.f("ck_latest_snapshot_verdict_known")),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["success_metric.id"], name=op.f("fk_latest_snapshot_metric_id_success_metric")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_latest_snapshot")),
        sa.UniqueConstraint("metric_id", "group_key", name=op.f("uq_latest_snapshot_metric_id_group_key")),
    )


def _create_snapshot(*, partitioned: bool) -> None:
    # On PostgreSQL by month: the key must then hold the month's column, and a number comes from a sequence of its own.
    number = (
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('snapshot_id_seq')"), nullable=False)
        if partitioned
        else sa.Column("id", sa.Integer(), nullable=False)
    )
    key = ("id", "window_end") if partitioned else ("id",)
    op.create_table(
        "snapshot",
        number,
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(length=400), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_key", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_numbers(),
        sa.Column("rail_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(_VERDICTS, name=op.f("ck_snapshot_verdict_known")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["snapshot_batch.id"], name=op.f("fk_snapshot_batch_id_snapshot_batch")
        ),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["success_metric.id"], name=op.f("fk_snapshot_metric_id_success_metric")
        ),
        sa.ForeignKeyConstraint(["rail_id"], ["frozen_rail.id"], name=op.f("fk_snapshot_rail_id_frozen_rail")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_snapshot")),
        sa.UniqueConstraint(
            "metric_id", "window_end", "group_key", "window_start", "client_key", "revision", name="uq_snapshot_once"
        ),
        postgresql_partition_by="RANGE (window_end)" if partitioned else None,
    )
    if partitioned:
        op.execute("ALTER SEQUENCE snapshot_id_seq OWNED BY snapshot.id")
        op.execute(_MAKE_MONTH)


# With the rights of whoever migrates: the application's own role need not own the tables it writes to.
_MAKE_MONTH = """
CREATE FUNCTION make_snapshot_month(first date) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF snapshot FOR VALUES FROM (%L) TO (%L)',
        to_char(first, '"snapshot_y"YYYY"m"MM'),
        to_char(first, 'YYYY-MM-01 00:00+00'),
        to_char(first + interval '1 month', 'YYYY-MM-01 00:00+00')
    );
END $$
"""


def downgrade() -> None:
    op.drop_table("latest_snapshot")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION make_snapshot_month(date)")
    op.drop_table("snapshot")
    op.drop_table("frozen_rail")
    op.drop_table("snapshot_batch")

"""Which chart looks for slow slides of a metric.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-26 08:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "metric_trend_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("metric_id", sa.Integer(), nullable=False),
        sa.Column("chart", sa.String(length=40), nullable=False),
        sa.CheckConstraint("chart IN ('cusum', 'ewma')", name=op.f("ck_metric_trend_rule_chart_known")),
        sa.ForeignKeyConstraint(
            ["metric_id"], ["success_metric.id"], name=op.f("fk_metric_trend_rule_metric_id_success_metric")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_trend_rule")),
        sa.UniqueConstraint("metric_id", name=op.f("uq_metric_trend_rule_metric_id")),
    )


def downgrade() -> None:
    op.drop_table("metric_trend_rule")

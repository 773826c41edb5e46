"""Model versions of a system, the data they were trained on, and when each was live.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-26 05:14:47.365027
"""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("label_key", sa.String(length=200), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("artifact", sa.String(length=1000), nullable=False),
        sa.Column("digest", sa.String(length=160), nullable=False),
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("significant", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_model_version_withdrawn_on_a_day"),
        ),
        sa.CheckConstraint(
            "state IN ('candidate', 'approved', 'live', 'withdrawn')",
            name=op.f("ck_model_version_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('candidate', 'withdrawn') OR approved_at IS NOT NULL",
            name=op.f("ck_model_version_approved_first"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_model_version_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_model_version_approved_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["edited_by_id"], ["person.id"], name=op.f("fk_model_version_edited_by_id_person")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_model_version_system_id_system")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_model_version_withdrawn_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("system_id", "label_key", name=op.f("uq_model_version_system_id_label_key")),
    )
    with op.batch_alter_table("model_version", schema=None) as batch_op:
        batch_op.create_index("ix_model_version_system", ["system_id", "id"], unique=False)

    op.create_table(
        "live_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_live_period_share_in_percent")),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name=op.f("ck_live_period_ends_after_start")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_live_period_system_id_system")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_live_period_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_period")),
    )
    with op.batch_alter_table("live_period", schema=None) as batch_op:
        batch_op.create_index(
            "ix_live_period_one_alone",
            ["system_id"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL AND share = 100"),
            postgresql_where=sa.text("to_at IS NULL AND share = 100"),
        )
        batch_op.create_index("ix_live_period_system", ["system_id", "from_at"], unique=False)
        batch_op.create_index("ix_live_period_version", ["version_id", "from_at"], unique=False)
        batch_op.create_index(
            "ix_live_period_version_once",
            ["version_id"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )

    op.create_table(
        "version_trained_on",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("data_source_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "from_on IS NULL OR to_on IS NULL OR to_on >= from_on",
            name=op.f("ck_version_trained_on_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["data_source_id"],
            ["data_source.id"],
            name=op.f("fk_version_trained_on_data_source_id_data_source"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_version.id"], name=op.f("fk_version_trained_on_version_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_trained_on")),
    )
    with op.batch_alter_table("version_trained_on", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_version_trained_on_data_source_id"), ["data_source_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_version_trained_on_version_id"), ["version_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("version_trained_on", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_trained_on_version_id"))
        batch_op.drop_index(batch_op.f("ix_version_trained_on_data_source_id"))

    op.drop_table("version_trained_on")
    with op.batch_alter_table("live_period", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_live_period_version_once",
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )
        batch_op.drop_index("ix_live_period_version")
        batch_op.drop_index("ix_live_period_system")
        batch_op.drop_index(
            "ix_live_period_one_alone",
            sqlite_where=sa.text("to_at IS NULL AND share = 100"),
            postgresql_where=sa.text("to_at IS NULL AND share = 100"),
        )

    op.drop_table("live_period")
    with op.batch_alter_table("model_version", schema=None) as batch_op:
        batch_op.drop_index("ix_model_version_system")

    op.drop_table("model_version")

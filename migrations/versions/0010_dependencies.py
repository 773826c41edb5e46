"""Dependencies: what a system relies on and what relies on it, their tests, and what is to be reconsidered.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-26 05:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dependency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("other_system_id", sa.Integer(), nullable=True),
        sa.Column("service", sa.String(length=300), nullable=False),
        sa.Column("interface", sa.String(length=300), nullable=False),
        sa.Column("contract_format", sa.String(length=300), nullable=False),
        sa.Column("contract_version", sa.String(length=300), nullable=False),
        sa.Column("freshness_minutes", sa.Integer(), nullable=True),
        sa.Column("timeout_seconds", sa.String(length=40), nullable=True),
        sa.Column("on_failure", sa.String(length=40), nullable=True),
        sa.Column("failure_words", sa.Text(), nullable=False),
        sa.Column("fallback", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('upstream', 'downstream')", name=op.f("ck_dependency_direction_known")
        ),
        sa.CheckConstraint(
            "on_failure IN ('fails_closed', 'fails_open', 'degrades', 'stops')",
            name=op.f("ck_dependency_on_failure_known"),
        ),
        sa.CheckConstraint("(other_system_id IS NULL) = (service <> '')", name=op.f("ck_dependency_one_other")),
        sa.CheckConstraint("other_system_id <> system_id", name=op.f("ck_dependency_other_is_another")),
        sa.ForeignKeyConstraint(
            ["other_system_id"], ["system.id"], name=op.f("fk_dependency_other_system_id_system")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_dependency_owner_id_person")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_dependency_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dependency")),
    )
    with op.batch_alter_table("dependency", schema=None) as batch_op:
        batch_op.create_index("ix_dependency_other_system", ["other_system_id", "ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_dependency_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_dependency_system", ["system_id", "ended_at"], unique=False)

    op.create_table(
        "dependency_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dependency_id", sa.Integer(), nullable=False),
        sa.Column("tested_on", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dependency_id"], ["dependency.id"], name=op.f("fk_dependency_test_dependency_id_dependency")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_dependency_test_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dependency_test")),
    )
    with op.batch_alter_table("dependency_test", schema=None) as batch_op:
        batch_op.create_index(
            "ix_dependency_test_latest", ["dependency_id", "tested_on", "id"], unique=False
        )

    op.create_table(
        "reconsideration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("data_source_id", sa.Integer(), nullable=True),
        sa.Column("dependency_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("entry_seq", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('schema_changed', 'quality_missed', 'contract_changed', 'test_failed')",
            name=op.f("ck_reconsideration_cause_known"),
        ),
        sa.CheckConstraint(
            "(data_source_id IS NULL) <> (dependency_id IS NULL)", name=op.f("ck_reconsideration_one_origin")
        ),
        sa.ForeignKeyConstraint(
            ["data_source_id"], ["data_source.id"], name=op.f("fk_reconsideration_data_source_id_data_source")
        ),
        sa.ForeignKeyConstraint(
            ["dependency_id"], ["dependency.id"], name=op.f("fk_reconsideration_dependency_id_dependency")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_reconsideration_settled_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_reconsideration_system_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconsideration")),
    )
    with op.batch_alter_table("reconsideration", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reconsideration_data_source_id"), ["data_source_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reconsideration_dependency_id"), ["dependency_id"], unique=False
        )
        batch_op.create_index(
            "ix_reconsideration_one_open_of_dependency",
            ["system_id", "cause", "dependency_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_reconsideration_one_open_of_source",
            ["system_id", "cause", "data_source_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index("ix_reconsideration_system", ["system_id", "settled_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reconsideration", schema=None) as batch_op:
        batch_op.drop_index("ix_reconsideration_system")
        batch_op.drop_index(
            "ix_reconsideration_one_open_of_source",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_reconsideration_one_open_of_dependency",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_reconsideration_dependency_id"))
        batch_op.drop_index(batch_op.f("ix_reconsideration_data_source_id"))

    op.drop_table("reconsideration")
    with op.batch_alter_table("dependency_test", schema=None) as batch_op:
        batch_op.drop_index("ix_dependency_test_latest")

    op.drop_table("dependency_test")
    with op.batch_alter_table("dependency", schema=None) as batch_op:
        batch_op.drop_index("ix_dependency_system")
        batch_op.drop_index(batch_op.f("ix_dependency_owner_id"))
        batch_op.drop_index("ix_dependency_other_system")

    op.drop_table("dependency")

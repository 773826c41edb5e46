"""Imports in the browser: uploads, their rows, likenesses, saved mappings; systems withdrawn by an undo.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-25 22:35:47.999944
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column(
            "mapping",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["person.id"], name=op.f("fk_import_profile_saved_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_profile")),
        sa.UniqueConstraint("name_key", name=op.f("uq_import_profile_name_key")),
    )
    op.create_table(
        "inventory_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column(
            "how",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "mapping",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("saved_profile_id", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("plan_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "tally",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "remarks",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column(
            "undone",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("steward_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('mapping', 'checking', 'checked', 'importing', 'imported', 'undoing', 'undone', 'abandoned')",
            name=op.f("ck_inventory_import_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_inventory_import_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["saved_profile_id"],
            ["import_profile.id"],
            name=op.f("fk_inventory_import_saved_profile_id_import_profile"),
        ),
        sa.ForeignKeyConstraint(
            ["steward_id"], ["person.id"], name=op.f("fk_inventory_import_steward_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_inventory_import_uploaded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_import")),
    )
    with op.batch_alter_table("inventory_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inventory_import_sha256"), ["sha256"], unique=False)
        batch_op.create_index("ix_inventory_import_state", ["state", "changed_at"], unique=False)

    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_withdrawal_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint("system_id", name=op.f("uq_withdrawal_system_id")),
    )
    op.create_table(
        "import_likeness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("other_row", sa.Integer(), nullable=True),
        sa.Column("says", sa.String(length=200), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "choice IN ('open', 'skip', 'create')", name=op.f("ck_import_likeness_choice_known")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["inventory_import.id"], name=op.f("fk_import_likeness_import_id_inventory_import")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_import_likeness_system_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_likeness")),
    )
    with op.batch_alter_table("import_likeness", schema=None) as batch_op:
        batch_op.create_index("ix_import_likeness_row", ["import_id", "row_number"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("ending", sa.String(length=40), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("natural_key", sa.String(length=480), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column(
            "becomes",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "problems",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column(
            "differences",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "ending IN ('created', 'updated', 'unchanged', 'duplicate', 'refused')",
            name=op.f("ck_import_row_ending_known"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["inventory_import.id"], name=op.f("fk_import_row_import_id_inventory_import")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_import_row_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint(
            "import_id", "attempt", "row_number", name=op.f("uq_import_row_import_id_attempt_row_number")
        ),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(
            "ix_import_row_ending", ["import_id", "attempt", "ending", "row_number"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_ending")

    op.drop_table("import_row")
    with op.batch_alter_table("import_likeness", schema=None) as batch_op:
        batch_op.drop_index("ix_import_likeness_row")

    op.drop_table("import_likeness")
    op.drop_table("withdrawal")
    with op.batch_alter_table("inventory_import", schema=None) as batch_op:
        batch_op.drop_index("ix_inventory_import_state")
        batch_op.drop_index(batch_op.f("ix_inventory_import_sha256"))

    op.drop_table("inventory_import")
    op.drop_table("import_profile")

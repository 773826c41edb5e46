"""Editions of rule packs that were added; the statement of applicability.

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-26 14:58:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pack_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_pack_edition_added_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_edition")),
        sa.UniqueConstraint("pack_id", "edition", name=op.f("uq_pack_edition_pack_id_edition")),
    )
    op.create_table(
        "control_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.String(length=40), nullable=False),
        sa.Column("control_id", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("applicable", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status IS NOT NULL) = applicable", name=op.f("ck_control_statement_state_if_applicable")
        ),
        sa.CheckConstraint(
            "status IN ('not_started', 'in_part', 'in_place')", name=op.f("ck_control_statement_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_control_statement_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["stated_by_id"], ["person.id"], name=op.f("fk_control_statement_stated_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_statement")),
        sa.UniqueConstraint(
            "pack_id", "control_id", name=op.f("uq_control_statement_pack_id_control_id")
        ),
    )
    with op.batch_alter_table("control_statement", schema=None) as batch_op:
        batch_op.create_index("ix_control_statement_owner_id", ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("control_statement", schema=None) as batch_op:
        batch_op.drop_index("ix_control_statement_owner_id")
    op.drop_table("control_statement")
    op.drop_table("pack_edition")

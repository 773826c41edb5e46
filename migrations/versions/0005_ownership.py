"""Re-confirmation: the owner's word given again, and who was told that it is due.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-25 22:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_confirmation_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_confirmation_person_id_person")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_confirmation_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
    )
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.create_index("ix_confirmation_assignment_at", ["assignment_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_confirmation_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_confirmation_system_id"), ["system_id"], unique=False)

    op.create_table(
        "confirmation_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('owner', 'deputy', 'unit_head')", name=op.f("ck_confirmation_notice_step_known")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_confirmation_notice_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_confirmation_notice_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_confirmation_notice_system_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation_notice")),
        sa.UniqueConstraint(
            "assignment_id", "due_on", "step", name=op.f("uq_confirmation_notice_assignment_id_due_on_step")
        ),
    )
    with op.batch_alter_table("confirmation_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmation_notice_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_confirmation_notice_system_id"), ["system_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("confirmation_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmation_notice_system_id"))
        batch_op.drop_index(batch_op.f("ix_confirmation_notice_person_id"))

    op.drop_table("confirmation_notice")
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmation_system_id"))
        batch_op.drop_index(batch_op.f("ix_confirmation_person_id"))
        batch_op.drop_index("ix_confirmation_assignment_at")

    op.drop_table("confirmation")

"""Who sits where now, found without the periods that are over.

Revision ID: 0029
Revises: 0028
Create Date: 2026-11-27 01:30:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.create_index(
            "ix_assignment_open_seat",
            ["seat", "system_id", "person_id", "team_id"],
            unique=False,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_index("ix_assignment_open_seat")

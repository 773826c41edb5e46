"""Who held an incident to be more or less severe than it was said to be.

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-26 14:50:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_severity_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.Integer(), nullable=False),
        sa.Column("became", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "became BETWEEN 1 AND 5", name=op.f("ck_incident_severity_change_became_in_range")
        ),
        sa.CheckConstraint("was BETWEEN 1 AND 5", name=op.f("ck_incident_severity_change_was_in_range")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_incident_severity_change_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_severity_change_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_severity_change")),
    )
    with op.batch_alter_table("incident_severity_change") as batch_op:
        batch_op.create_index(
            "ix_incident_severity_change_incident", ["incident_id", "id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("incident_severity_change") as batch_op:
        batch_op.drop_index("ix_incident_severity_change_incident")
    op.drop_table("incident_severity_change")

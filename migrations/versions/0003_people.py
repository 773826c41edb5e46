"""People files: what the latest file of each kind said of a person.

Revision ID: 0003
Revises: 0001
Create Date: 2026-11-25 22:40:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column(
            "stated",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_imported_person_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_person")),
        sa.UniqueConstraint("kind", "person_id", name=op.f("uq_imported_person_kind_person_id")),
    )
    with op.batch_alter_table("imported_person", schema=None) as batch_op:
        batch_op.create_index("ix_imported_person_email", ["kind", "email"], unique=False)
        batch_op.create_index(batch_op.f("ix_imported_person_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("imported_person")

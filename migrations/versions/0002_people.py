"""People files: what the latest file of each kind said of a person; files between preview and import.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-25 22:40:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
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
                postgresql.JSONB(none_as_null=True), "postgresql"
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

    op.create_table(
        "people_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("map_data", sa.LargeBinary(), nullable=True),
        sa.Column(
            "result",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_people_upload_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_upload")),
    )
    with op.batch_alter_table("people_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_upload_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("people_upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_upload_person_id"))

    op.drop_table("people_upload")
    with op.batch_alter_table("imported_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_person_person_id"))
        batch_op.drop_index("ix_imported_person_email")

    op.drop_table("imported_person")

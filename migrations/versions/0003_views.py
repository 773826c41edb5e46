"""Views of the register kept under a name.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sharing", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sharing IN ('nobody', 'unit', 'everybody')", name=op.f("ck_saved_view_sharing_known")),
        sa.CheckConstraint(
            "(sharing = 'unit') = (unit_id IS NOT NULL)", name=op.f("ck_saved_view_unit_where_shared_with_one")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id_person")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["business_unit.id"], name=op.f("fk_saved_view_unit_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(
            "ix_saved_view_one_preferred",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("preferred"),
            postgresql_where=sa.text("preferred"),
        )
        batch_op.create_index(batch_op.f("ix_saved_view_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_unit_id"))
        batch_op.drop_index(
            "ix_saved_view_one_preferred",
            sqlite_where=sa.text("preferred"),
            postgresql_where=sa.text("preferred"),
        )

    op.drop_table("saved_view")

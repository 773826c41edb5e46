"""How many long questions the database and its replica have answered.

Revision ID: 0042
Revises: 0041
Create Date: 2026-11-27 16:00:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('long_read',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.Enum('database', 'replica', name='source', native_enum=False, length=40), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("source IN ('database', 'replica')", name=op.f('ck_long_read_source_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_long_read')),
    sa.UniqueConstraint('source', name=op.f('uq_long_read_source'))
    )


def downgrade() -> None:
    op.drop_table('long_read')

"""The numbers of the portfolio, kept day by day.

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-26 22:00:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_figure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('figure', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=40), nullable=False),
    sa.CheckConstraint("audience IN ('everything', 'open')", name=op.f('ck_kept_figure_audience_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_figure')),
    sa.UniqueConstraint('unit_id', 'audience', 'day', 'figure', name=op.f('uq_kept_figure_unit_id_audience_day_figure'))
    )


def downgrade() -> None:
    op.drop_table('kept_figure')

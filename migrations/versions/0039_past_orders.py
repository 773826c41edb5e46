"""The past day that cards or a report were asked for as of.

Revision ID: 0039
Revises: 0038
Create Date: 2026-11-27 07:00:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ('card_bundle', 'portfolio_report'):
        with op.batch_alter_table(name, recreate='never') as table:
            table.add_column(sa.Column('as_of', sa.Date(), nullable=True))


def downgrade() -> None:
    for name in ('portfolio_report', 'card_bundle'):
        with op.batch_alter_table(name, recreate='never') as table:
            table.drop_column('as_of')

"""Which worker has a job and how far it has come; since when a worker runs.

Revision ID: 0033
Revises: 0032
Create Date: 2026-11-27 00:40:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not copied whole: that writes the checks of the table in whatever order they come.
    with op.batch_alter_table('job', recreate='never') as job:
        job.add_column(sa.Column('worker', sa.String(length=120), nullable=False, server_default=sa.text("''")))
        job.add_column(sa.Column('started_at', sa.DateTime(timezone=True), nullable=True))
        job.add_column(sa.Column('doing', sa.String(length=200), nullable=False, server_default=sa.text("''")))
        job.add_column(sa.Column('done', sa.BigInteger(), nullable=False, server_default=sa.text('0')))
        job.add_column(sa.Column('total', sa.BigInteger(), nullable=False, server_default=sa.text('0')))
    with op.batch_alter_table('heartbeat') as heartbeat:
        heartbeat.add_column(sa.Column('started_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('heartbeat') as heartbeat:
        heartbeat.drop_column('started_at')
    with op.batch_alter_table('job', recreate='never') as job:
        for name in ('total', 'done', 'doing', 'started_at', 'worker'):
            job.drop_column(name)

"""How often strangers try what they can ask; letters that were given up, found by an index.

Revision ID: 0036
Revises: 0035
Create Date: 2026-11-27 04:20:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('try_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('budget', sa.Enum('proof', 'token', 'provider', 'check', 'feedback', name='budget', native_enum=False, length=40), nullable=False),
    sa.Column('cell', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("budget IN ('proof', 'token', 'provider', 'check', 'feedback')", name=op.f('ck_try_count_budget_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_try_count')),
    sa.UniqueConstraint('budget', 'cell', name=op.f('uq_try_count_budget_cell'))
    )
    with op.batch_alter_table('try_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_try_count_since'), ['since'], unique=False)
    with op.batch_alter_table('mailing', recreate='never') as mailing:
        mailing.create_index('ix_mailing_state', ['state'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('mailing', recreate='never') as mailing:
        mailing.drop_index('ix_mailing_state')
    op.drop_table('try_count')

"""Addresses at which programs read somebody's feeds; how often they do.

Revision ID: 0040
Revises: 0039
Create Date: 2026-11-27 07:10:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_BEFORE = ('proof', 'token', 'provider', 'check', 'feedback')


def upgrade() -> None:
    op.create_table('feed_address',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('calendar', 'changes', name='feedkind', native_enum=False, length=40), nullable=False),
    sa.Column('secret_sha256', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('calendar', 'changes')", name=op.f('ck_feed_address_kind_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_feed_address_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_address')),
    sa.UniqueConstraint('secret_sha256', name=op.f('uq_feed_address_secret_sha256'))
    )
    with op.batch_alter_table('feed_address', schema=None) as batch_op:
        batch_op.create_index('ix_feed_address_open', ['person_id', 'kind'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    _counts_of((*_BEFORE, 'feed'))


def downgrade() -> None:
    _counts_of(_BEFORE)
    op.drop_table('feed_address')


def _counts_of(budgets: tuple[str, ...]) -> None:
    """Make the table of counts anew, for these budgets: it holds the last quarter of an hour, and begins again by itself."""
    op.drop_table('try_count')
    known = ', '.join(f"'{each}'" for each in budgets)
    op.create_table('try_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('budget', sa.Enum(*budgets, name='budget', native_enum=False, length=40), nullable=False),
    sa.Column('cell', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(f"budget IN ({known})", name=op.f('ck_try_count_budget_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_try_count')),
    sa.UniqueConstraint('budget', 'cell', name=op.f('uq_try_count_budget_cell'))
    )
    with op.batch_alter_table('try_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_try_count_since'), ['since'], unique=False)

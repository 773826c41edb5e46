"""Every card of a search as one file.

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-26 21:20:11.402711
"""

import sqlalchemy as sa
from alembic import op


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('card_bundle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('made', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.Column('files_dropped_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('making', 'ready', 'cancelled', 'swept')", name=op.f('ck_card_bundle_state_known')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_card_bundle_asked_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_bundle'))
    )
    with op.batch_alter_table('card_bundle', schema=None) as batch_op:
        batch_op.create_index('ix_card_bundle_asked_by', ['asked_by_id', 'id'], unique=False)
        batch_op.create_index('ix_card_bundle_state', ['state', 'changed_at'], unique=False)

    op.create_table('bundled_card',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('bundle_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'made', 'left_out')", name=op.f('ck_bundled_card_state_known')),
    sa.ForeignKeyConstraint(['bundle_id'], ['card_bundle.id'], name=op.f('fk_bundled_card_bundle_id_card_bundle')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_bundled_card_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bundled_card')),
    sa.UniqueConstraint('bundle_id', 'system_id', name=op.f('uq_bundled_card_bundle_id_system_id'))
    )
    with op.batch_alter_table('bundled_card', schema=None) as batch_op:
        batch_op.create_index('ix_bundled_card_state', ['bundle_id', 'state', 'system_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('bundled_card', schema=None) as batch_op:
        batch_op.drop_index('ix_bundled_card_state')

    op.drop_table('bundled_card')
    with op.batch_alter_table('card_bundle', schema=None) as batch_op:
        batch_op.drop_index('ix_card_bundle_state')
        batch_op.drop_index('ix_card_bundle_asked_by')

    op.drop_table('card_bundle')

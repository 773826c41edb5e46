"""Fairness: deliveries, counts by group, forecasts in bins, bounds.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-26 08:19:30.745531+00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0013'
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('fairness_bound',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('attribute', sa.String(length=60), nullable=False),
    sa.Column('measure', sa.String(length=40), nullable=False),
    sa.Column('limit', sa.String(length=40), nullable=False),
    sa.Column('reference', sa.String(length=100), nullable=False),
    sa.Column('fewest', sa.Integer(), nullable=False),
    sa.Column('why_groups', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("measure IN ('impact_ratio', 'demographic_parity_ratio', 'disparate_impact', 'demographic_parity_difference', 'statistical_parity_difference', 'equal_opportunity_difference', 'signed_equal_opportunity_difference', 'equalized_odds_difference', 'average_odds_difference')", name=op.f('ck_fairness_bound_measure_known')),
    sa.ForeignKeyConstraint(['set_by_id'], ['person.id'], name=op.f('fk_fairness_bound_set_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_fairness_bound_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fairness_bound')),
    sa.UniqueConstraint('system_id', 'attribute', name=op.f('uq_fairness_bound_system_id_attribute'))
    )
    op.create_table('fairness_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by_id', sa.Integer(), nullable=True),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('supersedes_because', sa.Text(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.CheckConstraint("kind IN ('counts', 'windows')", name=op.f('ck_fairness_batch_kind_known')),
    sa.ForeignKeyConstraint(['received_by_id'], ['person.id'], name=op.f('fk_fairness_batch_received_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_fairness_batch_system_id_system')),
    sa.ForeignKeyConstraint(['version_id'], ['model_version.id'], name=op.f('fk_fairness_batch_version_id_model_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fairness_batch'))
    )
    with op.batch_alter_table('fairness_batch', schema=None) as batch_op:
        batch_op.create_index('ix_fairness_batch_system', ['system_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_fairness_batch_version_id'), ['version_id'], unique=False)

    op.create_table('calibration_window',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('window_end', sa.DateTime(timezone=True), nullable=False),
    sa.Column('client_key', sa.String(length=200), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('scheme', sa.String(length=40), nullable=False),
    sa.Column('bin_count', sa.Integer(), nullable=False),
    sa.Column('bins', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.CheckConstraint("scheme IN ('equal_width', 'equal_mass')", name=op.f('ck_calibration_window_scheme_known')),
    sa.ForeignKeyConstraint(['batch_id'], ['fairness_batch.id'], name=op.f('fk_calibration_window_batch_id_fairness_batch')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_calibration_window_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_window')),
    sa.UniqueConstraint('system_id', 'window_end', 'window_start', 'client_key', 'revision', name='uq_calibration_window_once')
    )
    with op.batch_alter_table('calibration_window', schema=None) as batch_op:
        batch_op.create_index('ix_calibration_window_batch_id', ['batch_id'], unique=False)

    op.create_table('fairness_count',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('attribute', sa.String(length=60), nullable=False),
    sa.Column('group_name', sa.String(length=100), nullable=False),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('window_end', sa.DateTime(timezone=True), nullable=False),
    sa.Column('client_key', sa.String(length=200), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('n', sa.BigInteger(), nullable=False),
    sa.Column('selected', sa.BigInteger(), nullable=False),
    sa.Column('tp', sa.BigInteger(), nullable=True),
    sa.Column('fp', sa.BigInteger(), nullable=True),
    sa.Column('fn', sa.BigInteger(), nullable=True),
    sa.Column('tn', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('(tp IS NULL AND fp IS NULL AND fn IS NULL AND tn IS NULL) OR (tp + fp + fn + tn = n AND tp + fp = selected)', name=op.f('ck_fairness_count_cells_add_up')),
    sa.CheckConstraint('selected BETWEEN 0 AND n', name=op.f('ck_fairness_count_selected_are_cases')),
    sa.ForeignKeyConstraint(['batch_id'], ['fairness_batch.id'], name=op.f('fk_fairness_count_batch_id_fairness_batch')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_fairness_count_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fairness_count')),
    sa.UniqueConstraint('system_id', 'attribute', 'window_end', 'window_start', 'group_name', 'client_key', 'revision', name='uq_fairness_count_once')
    )
    with op.batch_alter_table('fairness_count', schema=None) as batch_op:
        batch_op.create_index('ix_fairness_count_batch_id', ['batch_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('fairness_count', schema=None) as batch_op:
        batch_op.drop_index('ix_fairness_count_batch_id')

    op.drop_table('fairness_count')
    with op.batch_alter_table('calibration_window', schema=None) as batch_op:
        batch_op.drop_index('ix_calibration_window_batch_id')

    op.drop_table('calibration_window')
    with op.batch_alter_table('fairness_batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fairness_batch_version_id'))
        batch_op.drop_index('ix_fairness_batch_system')

    op.drop_table('fairness_batch')
    op.drop_table('fairness_bound')

"""Drift: features, deliveries of distributions, the distributions themselves, baselines.

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-26 08:20:04.547616+00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('drift_feature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('group_key', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_drift_feature_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drift_feature')),
    sa.UniqueConstraint('system_id', 'name', 'group_key', name=op.f('uq_drift_feature_system_id_name_group_key'))
    )
    op.create_table('distribution_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by_id', sa.Integer(), nullable=True),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('supersedes_because', sa.Text(), nullable=False),
    sa.Column('distributions', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['received_by_id'], ['person.id'], name=op.f('fk_distribution_batch_received_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_distribution_batch_system_id_system')),
    sa.ForeignKeyConstraint(['version_id'], ['model_version.id'], name=op.f('fk_distribution_batch_version_id_model_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_distribution_batch'))
    )
    with op.batch_alter_table('distribution_batch', schema=None) as batch_op:
        batch_op.create_index('ix_distribution_batch_system', ['system_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_distribution_batch_version_id'), ['version_id'], unique=False)

    op.create_table('drift_baseline',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('feature_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('distribution_id', sa.BigInteger(), nullable=True),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('window_end', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('bins', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('counts', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('n', sa.BigInteger(), nullable=False),
    sa.Column('missing', sa.BigInteger(), nullable=False),
    sa.Column('mean', sa.String(length=40), nullable=True),
    sa.Column('variance', sa.String(length=40), nullable=True),
    sa.CheckConstraint("kind IN ('numeric', 'categorical')", name=op.f('ck_drift_baseline_kind_known')),
    sa.ForeignKeyConstraint(['feature_id'], ['drift_feature.id'], name=op.f('fk_drift_baseline_feature_id_drift_feature')),
    sa.ForeignKeyConstraint(['set_by_id'], ['person.id'], name=op.f('fk_drift_baseline_set_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drift_baseline'))
    )
    with op.batch_alter_table('drift_baseline', schema=None) as batch_op:
        batch_op.create_index('ix_drift_baseline_feature', ['feature_id', 'id'], unique=False)
        batch_op.create_index('ix_drift_baseline_in_force', ['id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.create_index('ix_drift_baseline_one_in_force', ['feature_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('distribution',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('feature_id', sa.Integer(), nullable=False),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('window_end', sa.DateTime(timezone=True), nullable=False),
    sa.Column('client_key', sa.String(length=200), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('bins', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('counts', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('n', sa.BigInteger(), nullable=False),
    sa.Column('missing', sa.BigInteger(), nullable=False),
    sa.Column('mean', sa.String(length=40), nullable=True),
    sa.Column('variance', sa.String(length=40), nullable=True),
    sa.CheckConstraint("kind IN ('numeric', 'categorical')", name=op.f('ck_distribution_kind_known')),
    sa.ForeignKeyConstraint(['batch_id'], ['distribution_batch.id'], name=op.f('fk_distribution_batch_id_distribution_batch')),
    sa.ForeignKeyConstraint(['feature_id'], ['drift_feature.id'], name=op.f('fk_distribution_feature_id_drift_feature')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_distribution')),
    sa.UniqueConstraint('feature_id', 'window_end', 'window_start', 'client_key', 'revision', name='uq_distribution_once')
    )
    with op.batch_alter_table('distribution', schema=None) as batch_op:
        batch_op.create_index('ix_distribution_batch_id', ['batch_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('distribution', schema=None) as batch_op:
        batch_op.drop_index('ix_distribution_batch_id')

    op.drop_table('distribution')
    with op.batch_alter_table('drift_baseline', schema=None) as batch_op:
        batch_op.drop_index('ix_drift_baseline_one_in_force', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_drift_baseline_in_force', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_drift_baseline_feature')

    op.drop_table('drift_baseline')
    with op.batch_alter_table('distribution_batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_distribution_batch_version_id'))
        batch_op.drop_index('ix_distribution_batch_system')

    op.drop_table('distribution_batch')
    op.drop_table('drift_feature')

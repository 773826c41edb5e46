"""MLflow servers, what was seen there, whose it is, and how each sync went.

Revision ID: 0035
Revises: 0034
Create Date: 2026-11-27 04:10:56.111625
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mlflow_server',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('credential', sa.String(length=60), nullable=False),
    sa.Column('tag', sa.String(length=100), nullable=False),
    sa.Column('alias', sa.String(length=100), nullable=False),
    sa.Column('readings', sa.String(length=40), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("readings IN ('all', 'live', 'none')", name=op.f('ck_mlflow_server_readings_known')),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_mlflow_server_added_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mlflow_server')),
    sa.UniqueConstraint('label', name=op.f('uq_mlflow_server_label'))
    )
    op.create_table('mlflow_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('model_name', sa.String(length=300), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('linked_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['linked_by_id'], ['person.id'], name=op.f('fk_mlflow_link_linked_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_mlflow_link_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mlflow_link')),
    sa.UniqueConstraint('model_id', name=op.f('uq_mlflow_link_model_id'))
    )
    with op.batch_alter_table('mlflow_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mlflow_link_system_id'), ['system_id'], unique=False)

    op.create_table('mlflow_model',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('updated', sa.BigInteger(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('tagged', sa.String(length=200), nullable=False),
    sa.Column('aliases', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.Column('metrics', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('called_before', sa.String(length=300), nullable=False),
    sa.Column('first_sync', sa.Integer(), nullable=False),
    sa.Column('last_sync', sa.Integer(), nullable=False),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['server_id'], ['mlflow_server.id'], name=op.f('fk_mlflow_model_server_id_mlflow_server')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_mlflow_model_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mlflow_model')),
    sa.UniqueConstraint('server_id', 'name', 'created', name=op.f('uq_mlflow_model_server_id_name_created'))
    )
    with op.batch_alter_table('mlflow_model', schema=None) as batch_op:
        batch_op.create_index('ix_mlflow_model_system', ['system_id'], unique=False)

    op.create_table('mlflow_sync',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('server_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_whole', sa.Boolean(), nullable=False),
    sa.Column('phase', sa.String(length=40), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.Column('counts', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('remarks', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.CheckConstraint("phase IN ('models', 'versions', 'settling', 'candidates', 'readings', 'done')", name=op.f('ck_mlflow_sync_phase_known')),
    sa.ForeignKeyConstraint(['server_id'], ['mlflow_server.id'], name=op.f('fk_mlflow_sync_server_id_mlflow_server')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mlflow_sync'))
    )
    with op.batch_alter_table('mlflow_sync', schema=None) as batch_op:
        batch_op.create_index('ix_mlflow_sync_server', ['server_id', 'id'], unique=False)
        batch_op.create_index('ix_mlflow_sync_under_way', ['server_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('mlflow_metric',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('metric_id', sa.Integer(), nullable=False),
    sa.Column('mapped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mapped_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['mapped_by_id'], ['person.id'], name=op.f('fk_mlflow_metric_mapped_by_id_person')),
    sa.ForeignKeyConstraint(['metric_id'], ['success_metric.id'], name=op.f('fk_mlflow_metric_metric_id_success_metric')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mlflow_metric')),
    sa.UniqueConstraint('model_id', 'name', name=op.f('uq_mlflow_metric_model_id_name'))
    )
    op.create_table('mlflow_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('updated', sa.BigInteger(), nullable=False),
    sa.Column('stage', sa.String(length=60), nullable=False),
    sa.Column('status', sa.String(length=60), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('run_id', sa.String(length=200), nullable=False),
    sa.Column('experiment_id', sa.String(length=200), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.Column('taken', sa.String(length=64), nullable=False),
    sa.Column('last_sync', sa.Integer(), nullable=False),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['model_id'], ['mlflow_model.id'], name=op.f('fk_mlflow_version_model_id_mlflow_model')),
    sa.ForeignKeyConstraint(['version_id'], ['model_version.id'], name=op.f('fk_mlflow_version_version_id_model_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mlflow_version')),
    sa.UniqueConstraint('model_id', 'number', 'created', name=op.f('uq_mlflow_version_model_id_number_created'))
    )
    with op.batch_alter_table('mlflow_version', schema=None) as batch_op:
        batch_op.create_index('ix_mlflow_version_became', ['version_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('mlflow_version', schema=None) as batch_op:
        batch_op.drop_index('ix_mlflow_version_became')

    op.drop_table('mlflow_version')
    op.drop_table('mlflow_metric')
    with op.batch_alter_table('mlflow_sync', schema=None) as batch_op:
        batch_op.drop_index('ix_mlflow_sync_under_way', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_mlflow_sync_server')

    op.drop_table('mlflow_sync')
    with op.batch_alter_table('mlflow_model', schema=None) as batch_op:
        batch_op.drop_index('ix_mlflow_model_system')

    op.drop_table('mlflow_model')
    with op.batch_alter_table('mlflow_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mlflow_link_system_id'))

    op.drop_table('mlflow_link')
    op.drop_table('mlflow_server')

"""Accounts at a provider, second steps, and people by programme.

Revision ID: 0030
Revises: 0029
Create Date: 2026-11-27 01:00:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('provider_identity',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('issuer', sa.String(length=500), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_provider_identity_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_identity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_provider_identity_issuer_subject')),
    sa.UniqueConstraint('person_id', 'issuer', name=op.f('uq_provider_identity_person_id_issuer'))
    )
    op.create_table('provider_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('identity_id', sa.Integer(), nullable=False),
    sa.Column('sid', sa.String(length=255), nullable=False),
    sa.Column('sealed_token', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['user_session.id'], name=op.f('fk_provider_session_session_id_user_session'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['identity_id'], ['provider_identity.id'], name=op.f('fk_provider_session_identity_id_provider_identity'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_session')),
    sa.UniqueConstraint('session_id', name=op.f('uq_provider_session_session_id'))
    )
    with op.batch_alter_table('provider_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_provider_session_identity_id'), ['identity_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_provider_session_sid'), ['sid'], unique=False)
    op.create_table('provisioned_person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=255), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_provisioned_person_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provisioned_person')),
    sa.UniqueConstraint('person_id', name=op.f('uq_provisioned_person_person_id'))
    )
    with op.batch_alter_table('provisioned_person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_provisioned_person_external_id'), ['external_id'], unique=False)
    op.create_table('second_factor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('sealed_secret', sa.Text(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_second_factor_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('person_id', name=op.f('uq_second_factor_person_id'))
    )
    op.create_table('spent_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_spent_step_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spent_step')),
    sa.UniqueConstraint('person_id', name=op.f('uq_spent_step_person_id'))
    )
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('code_sha256', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_code_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_code_person_id'), ['person_id'], unique=False)
    op.create_table('second_step_role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role IN ('member', 'reviewer', 'executive', 'auditor', 'administrator')", name=op.f('ck_second_step_role_role_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_step_role')),
    sa.UniqueConstraint('role', name=op.f('uq_second_step_role_role'))
    )


def downgrade() -> None:
    op.drop_table('second_step_role')
    op.drop_table('recovery_code')
    op.drop_table('spent_step')
    op.drop_table('second_factor')
    op.drop_table('provisioned_person')
    op.drop_table('provider_session')
    op.drop_table('provider_identity')

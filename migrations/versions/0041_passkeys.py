"""Passkeys, how each was last used, and what one was asked.

Revision ID: 0041
Revises: 0040
Create Date: 2026-11-27 16:10:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('credential_id', sa.String(length=1368), nullable=False),
    sa.Column('user_handle', sa.String(length=64), nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('may_sync', sa.Boolean(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_person_id'), ['person_id'], unique=False)
    op.create_table('passkey_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('passkey_id', sa.Integer(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('is_synced', sa.Boolean(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['passkey_id'], ['passkey.id'], name=op.f('fk_passkey_use_passkey_id_passkey'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_use')),
    sa.UniqueConstraint('passkey_id', name=op.f('uq_passkey_use_passkey_id'))
    )
    op.create_table('passkey_challenge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_sha256', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.Enum('add', 'sign_in', 'confirm', name='purpose', native_enum=False, length=40), nullable=False),
    sa.Column('browser_sha256', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('user_handle', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("purpose IN ('add', 'sign_in', 'confirm')", name=op.f('ck_passkey_challenge_purpose_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_challenge_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_challenge')),
    sa.UniqueConstraint('challenge_sha256', name=op.f('uq_passkey_challenge_challenge_sha256'))
    )
    with op.batch_alter_table('passkey_challenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_challenge_asked_at'), ['asked_at'], unique=False)


def downgrade() -> None:
    op.drop_table('passkey_challenge')
    op.drop_table('passkey_use')
    op.drop_table('passkey')

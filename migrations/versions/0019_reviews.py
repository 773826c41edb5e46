"""Reviews, findings, conditions, decisions, attestations, sign-offs, waivers; the password given again.

Revision ID: 0019
Revises: 0015
Create Date: 2026-11-26 14:30:31.757765
"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('identity_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['user_session.id'], name=op.f('fk_identity_check_session_id_user_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_check')),
    sa.UniqueConstraint('session_id', name=op.f('uq_identity_check_session_id'))
    )


def downgrade() -> None:
    op.drop_table('identity_check')

"""Passwords that were drawn for somebody, until they have chosen their own.

Revision ID: 0038
Revises: 0037
Create Date: 2026-11-27 07:20:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('first_password',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('opens_until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_first_password_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_first_password')),
    sa.UniqueConstraint('person_id', name=op.f('uq_first_password_person_id'))
    )


def downgrade() -> None:
    op.drop_table('first_password')

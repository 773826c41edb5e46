"""Which file a system is kept in, and what that file set when it was last applied.

Revision ID: 0034
Revises: 0033
Create Date: 2026-11-27 04:15:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('declaration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('repository', sa.String(length=300), nullable=False),
    sa.Column('commit_id', sa.String(length=64), nullable=False),
    sa.Column('stated', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['applied_by_id'], ['person.id'], name=op.f('fk_declaration_applied_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_declaration_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declaration')),
    sa.UniqueConstraint('name', name=op.f('uq_declaration_name')),
    sa.UniqueConstraint('system_id', name=op.f('uq_declaration_system_id'))
    )


def downgrade() -> None:
    op.drop_table('declaration')

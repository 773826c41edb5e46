"""Types of test cases that were assumed.

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-26 18:32:10.204518
"""

import sqlalchemy as sa
from alembic import op


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('dossier_case_assumed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('delivery', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['dossier_case.id'], name=op.f('fk_dossier_case_assumed_case_id_dossier_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier_case_assumed')),
    sa.UniqueConstraint('case_id', name=op.f('uq_dossier_case_assumed_case_id'))
    )


def downgrade() -> None:
    op.drop_table('dossier_case_assumed')

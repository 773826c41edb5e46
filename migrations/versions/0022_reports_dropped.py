"""The word that an authority need not be told of an incident after all.

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-26 15:31:55.780383
"""

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('authority_report_dropped',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('because', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_authority_report_dropped_by_id_person')),
    sa.ForeignKeyConstraint(['report_id'], ['authority_report.id'], name=op.f('fk_authority_report_dropped_report_id_authority_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authority_report_dropped')),
    sa.UniqueConstraint('report_id', name=op.f('uq_authority_report_dropped_report_id'))
    )


def downgrade() -> None:
    op.drop_table('authority_report_dropped')

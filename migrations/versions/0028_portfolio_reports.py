"""Reports on the portfolio, asked for or regular, and the files they became.

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-26 23:00:00.000000
"""

import sqlalchemy as sa
from alembic import op


revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('portfolio_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('period', sa.String(length=10), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('narrowed', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_everything', sa.Boolean(), nullable=False),
    sa.Column('restricted', sa.Text(), nullable=False),
    sa.Column('left_out', sa.Integer(), nullable=False),
    sa.Column('checkpoint', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('board', 'full', 'tables')", name=op.f('ck_portfolio_report_kind_known')),
    sa.CheckConstraint("state IN ('asked', 'counted', 'filed', 'given_up')", name=op.f('ck_portfolio_report_state_known')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_portfolio_report_asked_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portfolio_report'))
    )
    with op.batch_alter_table('portfolio_report', schema=None) as batch_op:
        batch_op.create_index('uq_portfolio_report_period', ['period', 'kind'], unique=True, sqlite_where=sa.text("period <> ''"), postgresql_where=sa.text("period <> ''"))
        batch_op.create_index('ix_portfolio_report_asked_by', ['asked_by_id', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('portfolio_report', schema=None) as batch_op:
        batch_op.drop_index('ix_portfolio_report_asked_by')
        batch_op.drop_index('uq_portfolio_report_period', sqlite_where=sa.text("period <> ''"), postgresql_where=sa.text("period <> ''"))

    op.drop_table('portfolio_report')

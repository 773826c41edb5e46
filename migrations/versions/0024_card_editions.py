"""Editions of cards, and what they were issued as.

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-26 18:14:27.170253
"""

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('card_edition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('facts_sha256', sa.String(length=64), nullable=False),
    sa.Column('put_forward_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('put_forward_by_id', sa.Integer(), nullable=False),
    sa.Column('put_forward_name', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('printed_name', sa.String(length=200), nullable=False),
    sa.Column('meaning', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_because', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('in_review', 'returned', 'approved', 'superseded', 'withdrawn')", name=op.f('ck_card_edition_state_known')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_card_edition_decided_by_id_person')),
    sa.ForeignKeyConstraint(['put_forward_by_id'], ['person.id'], name=op.f('fk_card_edition_put_forward_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_card_edition_system_id_system')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name=op.f('fk_card_edition_withdrawn_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_edition')),
    sa.UniqueConstraint('system_id', 'number', name=op.f('uq_card_edition_system_id_number'))
    )
    with op.batch_alter_table('card_edition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_edition_decided_by_id'), ['decided_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_edition_facts_sha256'), ['facts_sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_edition_put_forward_by_id'), ['put_forward_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_card_edition_withdrawn_by_id'), ['withdrawn_by_id'], unique=False)
        batch_op.create_index('uq_card_edition_approved', ['system_id'], unique=True, sqlite_where=sa.text("state = 'approved'"), postgresql_where=sa.text("state = 'approved'"))
        batch_op.create_index('uq_card_edition_in_review', ['system_id'], unique=True, sqlite_where=sa.text("state = 'in_review'"), postgresql_where=sa.text("state = 'in_review'"))

    op.create_table('card_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('seal', sa.LargeBinary(), nullable=False),
    sa.Column('pdf', sa.LargeBinary(), nullable=False),
    sa.Column('pdf_sha256', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['card_edition.id'], name=op.f('fk_card_document_edition_id_card_edition')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_document')),
    sa.UniqueConstraint('edition_id', name=op.f('uq_card_document_edition_id')),
    sa.UniqueConstraint('pdf_sha256', name=op.f('uq_card_document_pdf_sha256'))
    )


def downgrade() -> None:
    op.drop_table('card_document')
    with op.batch_alter_table('card_edition', schema=None) as batch_op:
        batch_op.drop_index('uq_card_edition_in_review', sqlite_where=sa.text("state = 'in_review'"), postgresql_where=sa.text("state = 'in_review'"))
        batch_op.drop_index('uq_card_edition_approved', sqlite_where=sa.text("state = 'approved'"), postgresql_where=sa.text("state = 'approved'"))
        batch_op.drop_index(batch_op.f('ix_card_edition_withdrawn_by_id'))
        batch_op.drop_index(batch_op.f('ix_card_edition_put_forward_by_id'))
        batch_op.drop_index(batch_op.f('ix_card_edition_facts_sha256'))
        batch_op.drop_index(batch_op.f('ix_card_edition_decided_by_id'))

    op.drop_table('card_edition')

"""Notices, the letters that tell them, and how people want to be told.

Revision ID: 0031
Revises: 0030
Create Date: 2026-11-27 01:01:10.737103
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mailing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('notices', 'test')", name=op.f('ck_mailing_kind_known')),
    sa.CheckConstraint("state IN ('waiting', 'leased', 'arrived', 'dead', 'dropped')", name=op.f('ck_mailing_state_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mailing_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailing')),
    sa.UniqueConstraint('uid', name=op.f('uq_mailing_uid'))
    )
    with op.batch_alter_table('mailing', schema=None) as batch_op:
        batch_op.create_index('ix_mailing_due', ['due_at'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'leased')"), postgresql_where=sa.text("state IN ('waiting', 'leased')"))
        batch_op.create_index('ix_mailing_person', ['person_id', 'made_at'], unique=False)

    op.create_table('notice_choice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('whose', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('ways', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('rhythm', sa.String(length=40), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('zone', sa.String(length=60), nullable=False),
    sa.Column('quiet_from', sa.Integer(), nullable=True),
    sa.Column('quiet_until', sa.Integer(), nullable=True),
    sa.CheckConstraint("rhythm IN ('daily', 'weekly')", name=op.f('ck_notice_choice_rhythm_known')),
    sa.CheckConstraint('(quiet_from IS NULL) = (quiet_until IS NULL)', name=op.f('ck_notice_choice_quiet_has_two_ends')),
    sa.CheckConstraint('hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6', name=op.f('ck_notice_choice_hour_and_day')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_choice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_choice')),
    sa.UniqueConstraint('whose', name=op.f('uq_notice_choice_whose'))
    )
    with op.batch_alter_table('notice_choice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_choice_person_id'), ['person_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mailing_id', sa.Integer(), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('ownership', 'escalation', 'alert', 'incident', 'action', 'review', 'stage', 'record', 'feedback', 'card', 'account', 'house')", name=op.f('ck_notice_kind_known')),
    sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_notice_mailing_id_mailing')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('person_id', 'seq', name=op.f('uq_notice_person_id_seq'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_mailing_id'), ['mailing_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_seq'), ['seq'], unique=False)
        batch_op.create_index('ix_notice_to_mail', ['due_at'], unique=False, sqlite_where=sa.text('mailing_id IS NULL AND due_at IS NOT NULL'), postgresql_where=sa.text('mailing_id IS NULL AND due_at IS NOT NULL'))

    # What happened before is told to nobody. Where nothing has happened yet, whoever reads first begins at the beginning.
    op.execute(
        "INSERT INTO cursor (name, seq) SELECT 'notices', newest.seq"
        " FROM (SELECT MAX(seq) AS seq FROM ledger_entry) AS newest WHERE newest.seq IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_to_mail', sqlite_where=sa.text('mailing_id IS NULL AND due_at IS NOT NULL'), postgresql_where=sa.text('mailing_id IS NULL AND due_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_notice_seq'))
        batch_op.drop_index(batch_op.f('ix_notice_mailing_id'))
        batch_op.drop_index(batch_op.f('ix_notice_at'))

    op.drop_table('notice')
    with op.batch_alter_table('notice_choice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_choice_person_id'))

    op.drop_table('notice_choice')
    with op.batch_alter_table('mailing', schema=None) as batch_op:
        batch_op.drop_index('ix_mailing_person')
        batch_op.drop_index('ix_mailing_due', sqlite_where=sa.text("state IN ('waiting', 'leased')"), postgresql_where=sa.text("state IN ('waiting', 'leased')"))

    op.drop_table('mailing')
    op.execute("DELETE FROM cursor WHERE name = 'notices'")

"""Feedback: public doors, what came through them, themes, replies, known limitations, counts of senders.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-26 05:14:18.244523
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('feedback_door',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('public_code', sa.String(length=64), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_feedback_door_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_door')),
    sa.UniqueConstraint('public_code', name=op.f('uq_feedback_door_public_code')),
    sa.UniqueConstraint('system_id', name=op.f('uq_feedback_door_system_id'))
    )
    op.create_table('feedback_theme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_key', sa.String(length=240), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['merged_into_id'], ['feedback_theme.id'], name=op.f('fk_feedback_theme_merged_into_id_feedback_theme')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_feedback_theme_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_theme')),
    sa.UniqueConstraint('system_id', 'name_key', name=op.f('uq_feedback_theme_system_id_name_key'))
    )
    with op.batch_alter_table('feedback_theme', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_theme_merged_into_id'), ['merged_into_id'], unique=False)

    op.create_table('known_limitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('ended', sa.Date(), nullable=True),
    sa.CheckConstraint('ended IS NULL OR ended >= since', name=op.f('ck_known_limitation_ends_after_start')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_known_limitation_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_limitation'))
    )
    with op.batch_alter_table('known_limitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_known_limitation_system_id'), ['system_id'], unique=False)

    op.create_table('feedback',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('came_by', sa.String(length=40), nullable=False),
    sa.Column('passed_on_by_id', sa.Integer(), nullable=True),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('category', sa.String(length=40), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=False),
    sa.Column('answer_sha256', sa.String(length=64), nullable=False),
    sa.Column('client_key', sa.String(length=200), nullable=True),
    sa.Column('looks_like_spam', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('theme_id', sa.Integer(), nullable=True),
    sa.Column('limitation_id', sa.Integer(), nullable=True),
    sa.Column('escalated_to_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("came_by IN ('link', 'token', 'staff')", name=op.f('ck_feedback_came_by_known')),
    sa.CheckConstraint("category IN ('wrong', 'unfair', 'harmful', 'slow', 'unclear', 'praise', 'other')", name=op.f('ck_feedback_category_known')),
    sa.CheckConstraint("outcome IN ('accepted', 'corrected', 'overridden', 'ignored')", name=op.f('ck_feedback_outcome_known')),
    sa.CheckConstraint("state IN ('new', 'in_triage', 'answered', 'known_limitation', 'escalated', 'dismissed', 'spam')", name=op.f('ck_feedback_state_known')),
    sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_feedback_rating_in_range')),
    sa.ForeignKeyConstraint(['escalated_to_id'], ['person.id'], name=op.f('fk_feedback_escalated_to_id_person')),
    sa.ForeignKeyConstraint(['limitation_id'], ['known_limitation.id'], name=op.f('fk_feedback_limitation_id_known_limitation')),
    sa.ForeignKeyConstraint(['passed_on_by_id'], ['person.id'], name=op.f('fk_feedback_passed_on_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_feedback_system_id_system')),
    sa.ForeignKeyConstraint(['theme_id'], ['feedback_theme.id'], name=op.f('fk_feedback_theme_id_feedback_theme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback')),
    sa.UniqueConstraint('answer_sha256', name=op.f('uq_feedback_answer_sha256')),
    sa.UniqueConstraint('system_id', 'client_key', name=op.f('uq_feedback_system_id_client_key'))
    )
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.create_index('ix_feedback_received', ['system_id', 'received_at'], unique=False)
        batch_op.create_index('ix_feedback_state', ['system_id', 'state', 'id'], unique=False)
        batch_op.create_index('ix_feedback_system', ['system_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_theme_id'), ['theme_id'], unique=False)

    op.create_table('feedback_tally',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('door_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('sender', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['door_id'], ['feedback_door.id'], name=op.f('fk_feedback_tally_door_id_feedback_door')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_tally')),
    sa.UniqueConstraint('door_id', 'day', 'sender', name=op.f('uq_feedback_tally_door_id_day_sender'))
    )
    with op.batch_alter_table('feedback_tally', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_tally_day'), ['day'], unique=False)

    op.create_table('feedback_reply',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('feedback_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_feedback_reply_by_id_person')),
    sa.ForeignKeyConstraint(['feedback_id'], ['feedback.id'], name=op.f('fk_feedback_reply_feedback_id_feedback')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_reply'))
    )
    with op.batch_alter_table('feedback_reply', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_reply_feedback_id'), ['feedback_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('feedback_reply', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_reply_feedback_id'))

    op.drop_table('feedback_reply')
    with op.batch_alter_table('feedback_tally', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_tally_day'))

    op.drop_table('feedback_tally')
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_theme_id'))
        batch_op.drop_index('ix_feedback_system')
        batch_op.drop_index('ix_feedback_state')
        batch_op.drop_index('ix_feedback_received')

    op.drop_table('feedback')
    with op.batch_alter_table('known_limitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_known_limitation_system_id'))

    op.drop_table('known_limitation')
    with op.batch_alter_table('feedback_theme', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_theme_merged_into_id'))

    op.drop_table('feedback_theme')
    op.drop_table('feedback_door')

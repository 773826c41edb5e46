"""Classification: drafts of answers, runs with what followed, editions that were added, what another edition changes.

Revision ID: 0017
Revises: 0015
Create Date: 2026-11-26 14:48:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0017'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('questionnaire_edition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('questionnaire', sa.String(length=60), nullable=False),
    sa.Column('edition', sa.String(length=60), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_questionnaire_edition_added_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire_edition')),
    sa.UniqueConstraint('questionnaire', 'edition', name=op.f('uq_questionnaire_edition_questionnaire_edition'))
    )
    op.create_table('classification_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('answers', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['saved_by_id'], ['person.id'], name=op.f('fk_classification_draft_saved_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_classification_draft_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_classification_draft')),
    sa.UniqueConstraint('system_id', name=op.f('uq_classification_draft_system_id'))
    )
    op.create_table('classification_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('questionnaire', sa.String(length=60), nullable=False),
    sa.Column('edition', sa.String(length=60), nullable=False),
    sa.Column('answers', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('outcomes', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('proposed_tier', sa.String(length=40), nullable=False),
    sa.Column('proposed_because', sa.Text(), nullable=False),
    sa.Column('tier', sa.String(length=40), nullable=False),
    sa.Column('rationale', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('supersedes_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("proposed_tier IN ('minimal', 'limited', 'high', 'prohibited')", name=op.f('ck_classification_run_proposed_tier_known')),
    sa.CheckConstraint("tier = proposed_tier OR rationale <> ''", name=op.f('ck_classification_run_other_tier_has_reasons')),
    sa.CheckConstraint("tier IN ('minimal', 'limited', 'high', 'prohibited')", name=op.f('ck_classification_run_tier_known')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_classification_run_made_by_id_person')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['classification_run.id'], name=op.f('fk_classification_run_supersedes_id_classification_run')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_classification_run_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_classification_run')),
    sa.UniqueConstraint('supersedes_id', name=op.f('uq_classification_run_supersedes_id'))
    )
    with op.batch_alter_table('classification_run', schema=None) as batch_op:
        batch_op.create_index('ix_classification_run_system', ['system_id', 'id'], unique=False)

    op.create_table('classification_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('questionnaire', sa.String(length=60), nullable=False),
    sa.Column('edition', sa.String(length=60), nullable=False),
    sa.Column('says', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['classification_run.id'], name=op.f('fk_classification_change_run_id_classification_run')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_classification_change_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_classification_change')),
    sa.UniqueConstraint('run_id', 'questionnaire', 'edition', name=op.f('uq_classification_change_run_id_questionnaire_edition'))
    )
    with op.batch_alter_table('classification_change', schema=None) as batch_op:
        batch_op.create_index('ix_classification_change_system', ['system_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('classification_change', schema=None) as batch_op:
        batch_op.drop_index('ix_classification_change_system')

    op.drop_table('classification_change')
    with op.batch_alter_table('classification_run', schema=None) as batch_op:
        batch_op.drop_index('ix_classification_run_system')

    op.drop_table('classification_run')
    op.drop_table('classification_draft')
    op.drop_table('questionnaire_edition')

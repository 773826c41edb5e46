"""Evidence by SHA-256 and what it supports; risks and who accepted them; tests before use and who signed for them.

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-26 15:15:52.640487
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_because', sa.Text(), nullable=False),
    sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because = '')", name=op.f('ck_evidence_withdrawn_with_reason')),
    sa.CheckConstraint("kind IN ('test_report', 'impact_assessment', 'policy', 'contract', 'training_record', 'approval', 'log_extract', 'other')", name=op.f('ck_evidence_kind_known')),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_evidence_added_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_evidence_system_id_system')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['person.id'], name=op.f('fk_evidence_withdrawn_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence'))
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index('ix_evidence_system', ['system_id', 'id'], unique=False)

    op.create_table('risk',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('consequence', sa.Text(), nullable=False),
    sa.Column('likelihood', sa.Integer(), nullable=False),
    sa.Column('impact', sa.Integer(), nullable=False),
    sa.Column('controls', sa.Text(), nullable=False),
    sa.Column('residual_likelihood', sa.Integer(), nullable=True),
    sa.Column('residual_impact', sa.Integer(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('pattern', sa.String(length=10), nullable=False),
    sa.Column('status', sa.String(length=40), nullable=False),
    sa.Column('closed_because', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("status IN ('open', 'mitigating', 'accepted', 'closed')", name=op.f('ck_risk_status_known')),
    sa.CheckConstraint('(residual_likelihood IS NULL) = (residual_impact IS NULL)', name=op.f('ck_risk_both_levels_left')),
    sa.CheckConstraint('likelihood BETWEEN 1 AND 5 AND impact BETWEEN 1 AND 5', name=op.f('ck_risk_levels_known')),
    sa.CheckConstraint('residual_likelihood BETWEEN 1 AND likelihood AND residual_impact BETWEEN 1 AND impact', name=op.f('ck_risk_controls_make_smaller')),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_risk_added_by_id_person')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_risk_owner_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_risk_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk'))
    )
    with op.batch_alter_table('risk', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_risk_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index('ix_risk_system', ['system_id', 'id'], unique=False)

    op.create_table('dossier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=True),
    sa.Column('unread', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_dossier_opened_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_dossier_system_id_system')),
    sa.ForeignKeyConstraint(['version_id'], ['model_version.id'], name=op.f('fk_dossier_version_id_model_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier')),
    sa.UniqueConstraint('version_id', name=op.f('uq_dossier_version_id'))
    )
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.create_index('ix_dossier_system', ['system_id', 'id'], unique=False)

    op.create_table('evidence_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=40), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("type IN ('pdf', 'png', 'jpeg', 'text', 'json', 'xlsx', 'docx')", name=op.f('ck_evidence_revision_type_known')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_evidence_revision_a_digest')),
    sa.CheckConstraint('size > 0', name=op.f('ck_evidence_revision_not_empty')),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_evidence_revision_added_by_id_person')),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_evidence_revision_evidence_id_evidence')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_revision')),
    sa.UniqueConstraint('evidence_id', 'ordinal', name=op.f('uq_evidence_revision_evidence_id_ordinal'))
    )
    with op.batch_alter_table('evidence_revision', schema=None) as batch_op:
        batch_op.create_index('ix_evidence_revision_sha256', ['sha256'], unique=False)

    op.create_table('risk_acceptance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('risk_id', sa.Integer(), nullable=False),
    sa.Column('stated', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('likelihood', sa.Integer(), nullable=False),
    sa.Column('impact', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('likelihood * impact < 15 OR accepted_by_id <> owner_id', name=op.f('ck_risk_acceptance_not_ones_own')),
    sa.CheckConstraint('likelihood BETWEEN 1 AND 5 AND impact BETWEEN 1 AND 5', name=op.f('ck_risk_acceptance_levels_known')),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['person.id'], name=op.f('fk_risk_acceptance_accepted_by_id_person')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_risk_acceptance_owner_id_person')),
    sa.ForeignKeyConstraint(['risk_id'], ['risk.id'], name=op.f('fk_risk_acceptance_risk_id_risk')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_acceptance'))
    )
    with op.batch_alter_table('risk_acceptance', schema=None) as batch_op:
        batch_op.create_index('ix_risk_acceptance_risk', ['risk_id', 'id'], unique=False)

    op.create_table('dossier_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('name_key', sa.String(length=900), nullable=False),
    sa.Column('reference', sa.String(length=300), nullable=False),
    sa.Column('expected', sa.Text(), nullable=False),
    sa.Column('steps', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("type IN ('edge_case', 'high_volume', 'unexpected_input', 'adversarial', 'subgroup', 'dependency_failure')", name=op.f('ck_dossier_case_type_known')),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_dossier_case_added_by_id_person')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_case_dossier_id_dossier')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier_case')),
    sa.UniqueConstraint('dossier_id', 'name_key', name=op.f('uq_dossier_case_dossier_id_name_key'))
    )
    op.create_table('dossier_signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('version_sha256', sa.String(length=64), nullable=False),
    sa.Column('unread', sa.Integer(), nullable=False),
    sa.Column('cases', sa.Integer(), nullable=False),
    sa.Column('runs', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_dossier_signature_a_digest')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_signature_dossier_id_dossier')),
    sa.ForeignKeyConstraint(['signed_by_id'], ['person.id'], name=op.f('fk_dossier_signature_signed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier_signature')),
    sa.UniqueConstraint('dossier_id', 'signed_by_id', 'sha256', name=op.f('uq_dossier_signature_dossier_id_signed_by_id_sha256'))
    )
    op.create_table('evidence_use',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('subject_kind', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_evidence_use_evidence_id_evidence')),
    sa.ForeignKeyConstraint(['revision_id'], ['evidence_revision.id'], name=op.f('fk_evidence_use_revision_id_evidence_revision')),
    sa.ForeignKeyConstraint(['used_by_id'], ['person.id'], name=op.f('fk_evidence_use_used_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_use')),
    sa.UniqueConstraint('revision_id', 'subject_kind', 'subject_id', name=op.f('uq_evidence_use_revision_id_subject_kind_subject_id'))
    )
    with op.batch_alter_table('evidence_use', schema=None) as batch_op:
        batch_op.create_index('ix_evidence_use_evidence', ['evidence_id'], unique=False)
        batch_op.create_index('ix_evidence_use_subject', ['subject_kind', 'subject_id'], unique=False)

    op.create_table('dossier_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dossier_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('actual', sa.Text(), nullable=False),
    sa.Column('ran_on', sa.Date(), nullable=False),
    sa.Column('is_similar', sa.Boolean(), nullable=False),
    sa.Column('similar_because', sa.Text(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('delivery', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tester_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("outcome IN ('passed', 'failed', 'skipped')", name=op.f('ck_dossier_run_outcome_known')),
    sa.ForeignKeyConstraint(['case_id'], ['dossier_case.id'], name=op.f('fk_dossier_run_case_id_dossier_case')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_run_dossier_id_dossier')),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_dossier_run_evidence_id_evidence')),
    sa.ForeignKeyConstraint(['tester_id'], ['person.id'], name=op.f('fk_dossier_run_tester_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier_run'))
    )
    with op.batch_alter_table('dossier_run', schema=None) as batch_op:
        batch_op.create_index('ix_dossier_run_case', ['case_id', 'id'], unique=False)
        batch_op.create_index('ix_dossier_run_delivery', ['dossier_id', 'delivery'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('dossier_run', schema=None) as batch_op:
        batch_op.drop_index('ix_dossier_run_delivery')
        batch_op.drop_index('ix_dossier_run_case')

    op.drop_table('dossier_run')
    with op.batch_alter_table('evidence_use', schema=None) as batch_op:
        batch_op.drop_index('ix_evidence_use_subject')
        batch_op.drop_index('ix_evidence_use_evidence')

    op.drop_table('evidence_use')
    op.drop_table('dossier_signature')
    op.drop_table('dossier_case')
    with op.batch_alter_table('risk_acceptance', schema=None) as batch_op:
        batch_op.drop_index('ix_risk_acceptance_risk')

    op.drop_table('risk_acceptance')
    with op.batch_alter_table('evidence_revision', schema=None) as batch_op:
        batch_op.drop_index('ix_evidence_revision_sha256')

    op.drop_table('evidence_revision')
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.drop_index('ix_dossier_system')

    op.drop_table('dossier')
    with op.batch_alter_table('risk', schema=None) as batch_op:
        batch_op.drop_index('ix_risk_system')
        batch_op.drop_index(batch_op.f('ix_risk_owner_id'))

    op.drop_table('risk')
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_index('ix_evidence_system')

    op.drop_table('evidence')

"""Reviews, findings, conditions, decisions, attestations, sign-offs, waivers; the password given again.

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-26 14:46:12.920059
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attestation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('pack', sa.String(length=60), nullable=False),
    sa.Column('statements', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('meaning', sa.Text(), nullable=False),
    sa.Column('printed_name', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_attestation_person_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_attestation_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attestation'))
    )
    with op.batch_alter_table('attestation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attestation_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_attestation_system', ['system_id', 'id'], unique=False)

    op.create_table('identity_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['user_session.id'], name=op.f('fk_identity_check_session_id_user_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_check')),
    sa.UniqueConstraint('session_id', name=op.f('uq_identity_check_session_id'))
    )
    op.create_table('review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('packs', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('assigned_to_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_for', sa.Date(), nullable=True),
    sa.Column('escalated_for', sa.Date(), nullable=True),
    sa.Column('escalated_to_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state IN ('wanted', 'submitted', 'returned')) = (ended_at IS NULL)", name=op.f('ck_review_ends_with_its_decision')),
    sa.CheckConstraint("kind IN ('initial', 'periodic', 'change', 'incident', 'decommission')", name=op.f('ck_review_kind_known')),
    sa.CheckConstraint("state IN ('wanted', 'submitted', 'returned', 'approved', 'conditional', 'rejected', 'withdrawn')", name=op.f('ck_review_state_known')),
    sa.ForeignKeyConstraint(['assigned_to_id'], ['person.id'], name=op.f('fk_review_assigned_to_id_person')),
    sa.ForeignKeyConstraint(['escalated_to_id'], ['person.id'], name=op.f('fk_review_escalated_to_id_person')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_review_opened_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_review_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review'))
    )
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.create_index('ix_review_assigned', ['assigned_to_id', 'state', 'id'], unique=False)
        batch_op.create_index('ix_review_one_undecided', ['system_id', 'kind'], unique=True, sqlite_where=sa.text("state IN ('wanted', 'submitted', 'returned')"), postgresql_where=sa.text("state IN ('wanted', 'submitted', 'returned')"))
        batch_op.create_index('ix_review_state', ['state', 'id'], unique=False)
        batch_op.create_index('ix_review_system', ['system_id', 'id'], unique=False)

    op.create_table('sign_off',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('pack', sa.String(length=60), nullable=False),
    sa.Column('seats', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('content', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_sign_off_opened_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_sign_off_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_off')),
    sa.UniqueConstraint('id', 'system_id', 'content_sha256', name='uq_sign_off_sheet')
    )
    with op.batch_alter_table('sign_off', schema=None) as batch_op:
        batch_op.create_index('ix_sign_off_system', ['system_id', 'id'], unique=False)

    op.create_table('waiver',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('subject_said', sa.Text(), nullable=False),
    sa.Column('pack', sa.String(length=60), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_because', sa.Text(), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_because', sa.Text(), nullable=False),
    sa.CheckConstraint('(granted IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_waiver_decided_by_somebody')),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by_id IS NULL)', name=op.f('ck_waiver_revoked_by_somebody')),
    sa.CheckConstraint('decided_by_id <> asked_by_id', name=op.f('ck_waiver_decided_by_another')),
    sa.CheckConstraint('revoked_at IS NULL OR granted', name=op.f('ck_waiver_revoked_once_granted')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_waiver_asked_by_id_person')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_waiver_decided_by_id_person')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['person.id'], name=op.f('fk_waiver_revoked_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_waiver_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiver'))
    )
    with op.batch_alter_table('waiver', schema=None) as batch_op:
        batch_op.create_index('ix_waiver_system', ['system_id', 'until'], unique=False)
        batch_op.create_index('ix_waiver_until', ['until', 'id'], unique=False)

    op.create_table('review_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('pack', sa.String(length=60), nullable=False),
    sa.Column('control', sa.String(length=60), nullable=False),
    sa.Column('answer', sa.String(length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('shown_by', sa.String(length=300), nullable=False),
    sa.Column('taken_from', sa.String(length=130), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("answer IN ('met', 'partly', 'not_met', 'not_applicable', 'unverifiable')", name=op.f('ck_review_answer_answer_known')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_review_answer_by_id_person')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_answer_review_id_review')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_answer')),
    sa.UniqueConstraint('review_id', 'pack', 'control', name=op.f('uq_review_answer_review_id_pack_control'))
    )
    op.create_table('review_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('severity', sa.String(length=40), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('found_by_id', sa.Integer(), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by_id', sa.Integer(), nullable=True),
    sa.Column('resolved_note', sa.Text(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_by_id', sa.Integer(), nullable=True),
    sa.Column('verified_note', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name=op.f('ck_review_finding_resolved_at_an_instant')),
    sa.CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name=op.f('ck_review_finding_verified_at_an_instant')),
    sa.CheckConstraint("severity IN ('high', 'medium', 'low')", name=op.f('ck_review_finding_severity_known')),
    sa.CheckConstraint("state IN ('open', 'resolved', 'verified')", name=op.f('ck_review_finding_state_known')),
    sa.CheckConstraint('verified_by_id <> resolved_by_id', name=op.f('ck_review_finding_verified_by_another')),
    sa.ForeignKeyConstraint(['found_by_id'], ['person.id'], name=op.f('fk_review_finding_found_by_id_person')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_review_finding_owner_id_person')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['person.id'], name=op.f('fk_review_finding_resolved_by_id_person')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_finding_review_id_review')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_review_finding_system_id_system')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['person.id'], name=op.f('fk_review_finding_verified_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_finding'))
    )
    with op.batch_alter_table('review_finding', schema=None) as batch_op:
        batch_op.create_index('ix_review_finding_owner', ['owner_id', 'due_on'], unique=False, sqlite_where=sa.text("state IN ('open', 'resolved')"), postgresql_where=sa.text("state IN ('open', 'resolved')"))
        batch_op.create_index('ix_review_finding_review', ['review_id', 'id'], unique=False)
        batch_op.create_index('ix_review_finding_system', ['system_id', 'state'], unique=False)

    op.create_table('review_submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('submitted_by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('content', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_submission_review_id_review')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['person.id'], name=op.f('fk_review_submission_submitted_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_submission')),
    sa.UniqueConstraint('id', 'review_id', 'submitted_by_id', name='uq_review_submission_told')
    )
    with op.batch_alter_table('review_submission', schema=None) as batch_op:
        batch_op.create_index('ix_review_submission_review', ['review_id', 'id'], unique=False)

    op.create_table('signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sign_off_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('seat', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('printed_name', sa.String(length=200), nullable=False),
    sa.Column('meaning', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint("seat IN ('business', 'data', 'engineering', 'compliance', 'executive')", name=op.f('ck_signature_seat_known')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signature_person_id_person')),
    sa.ForeignKeyConstraint(['sign_off_id', 'system_id', 'content_sha256'], ['sign_off.id', 'sign_off.system_id', 'sign_off.content_sha256'], name='fk_signature_sheet'),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_signature_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('sign_off_id', 'person_id', name=op.f('uq_signature_sign_off_id_person_id')),
    sa.UniqueConstraint('sign_off_id', 'seat', name=op.f('uq_signature_sign_off_id_seat'))
    )
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signature_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signature_system_id'), ['system_id'], unique=False)

    op.create_table('review_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('submitted_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('printed_name', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('packs', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint("decision IN ('approve', 'approve_with_conditions', 'request_changes', 'reject')", name=op.f('ck_review_decision_decision_known')),
    sa.CheckConstraint('decided_by_id <> submitted_by_id', name=op.f('ck_review_decision_decided_by_another')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_review_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_decision_review_id_review')),
    sa.ForeignKeyConstraint(['submission_id', 'review_id', 'submitted_by_id'], ['review_submission.id', 'review_submission.review_id', 'review_submission.submitted_by_id'], name='fk_review_decision_told'),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['person.id'], name=op.f('fk_review_decision_submitted_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_review_decision_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_decision')),
    sa.UniqueConstraint('submission_id', name=op.f('uq_review_decision_submission_id'))
    )
    with op.batch_alter_table('review_decision', schema=None) as batch_op:
        batch_op.create_index('ix_review_decision_review', ['review_id', 'id'], unique=False)
        batch_op.create_index('ix_review_decision_system', ['system_id', 'id'], unique=False)

    op.create_table('review_condition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('met_by_id', sa.Integer(), nullable=True),
    sa.Column('met_note', sa.Text(), nullable=False),
    sa.CheckConstraint('(met_at IS NULL) = (met_by_id IS NULL)', name=op.f('ck_review_condition_met_by_somebody')),
    sa.ForeignKeyConstraint(['decision_id'], ['review_decision.id'], name=op.f('fk_review_condition_decision_id_review_decision')),
    sa.ForeignKeyConstraint(['met_by_id'], ['person.id'], name=op.f('fk_review_condition_met_by_id_person')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_condition_review_id_review')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_review_condition_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_condition'))
    )
    with op.batch_alter_table('review_condition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_condition_decision_id'), ['decision_id'], unique=False)
        batch_op.create_index('ix_review_condition_review', ['review_id'], unique=False)
        batch_op.create_index('ix_review_condition_system', ['system_id', 'due_on'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('review_condition', schema=None) as batch_op:
        batch_op.drop_index('ix_review_condition_system')
        batch_op.drop_index('ix_review_condition_review')
        batch_op.drop_index(batch_op.f('ix_review_condition_decision_id'))

    op.drop_table('review_condition')
    with op.batch_alter_table('review_decision', schema=None) as batch_op:
        batch_op.drop_index('ix_review_decision_system')
        batch_op.drop_index('ix_review_decision_review')

    op.drop_table('review_decision')
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signature_system_id'))
        batch_op.drop_index(batch_op.f('ix_signature_person_id'))

    op.drop_table('signature')
    with op.batch_alter_table('review_submission', schema=None) as batch_op:
        batch_op.drop_index('ix_review_submission_review')

    op.drop_table('review_submission')
    with op.batch_alter_table('review_finding', schema=None) as batch_op:
        batch_op.drop_index('ix_review_finding_system')
        batch_op.drop_index('ix_review_finding_review')
        batch_op.drop_index('ix_review_finding_owner', sqlite_where=sa.text("state IN ('open', 'resolved')"), postgresql_where=sa.text("state IN ('open', 'resolved')"))

    op.drop_table('review_finding')
    op.drop_table('review_answer')
    with op.batch_alter_table('waiver', schema=None) as batch_op:
        batch_op.drop_index('ix_waiver_until')
        batch_op.drop_index('ix_waiver_system')

    op.drop_table('waiver')
    with op.batch_alter_table('sign_off', schema=None) as batch_op:
        batch_op.drop_index('ix_sign_off_system')

    op.drop_table('sign_off')
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.drop_index('ix_review_system')
        batch_op.drop_index('ix_review_state')
        batch_op.drop_index('ix_review_one_undecided', sqlite_where=sa.text("state IN ('wanted', 'submitted', 'returned')"), postgresql_where=sa.text("state IN ('wanted', 'submitted', 'returned')"))
        batch_op.drop_index('ix_review_assigned')

    op.drop_table('review')
    op.drop_table('identity_check')
    with op.batch_alter_table('attestation', schema=None) as batch_op:
        batch_op.drop_index('ix_attestation_system')
        batch_op.drop_index(batch_op.f('ix_attestation_person_id'))

    op.drop_table('attestation')

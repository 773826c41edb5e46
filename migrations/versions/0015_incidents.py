"""Incidents: what happened where, timelines, links, corrective actions, reports to authorities; holds on evidence.

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-26 11:14:34.546899
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('pattern', sa.String(length=40), nullable=False),
    sa.Column('proposed_pattern', sa.String(length=40), nullable=False),
    sa.Column('pattern_because', sa.Text(), nullable=False),
    sa.Column('missing_control', sa.String(length=20), nullable=False),
    sa.Column('harms', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('affected_count', sa.BigInteger(), nullable=True),
    sa.Column('affected_people', sa.Text(), nullable=False),
    sa.Column('detected_by', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=40), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('detected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mitigated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=True),
    sa.Column('resolved_by_id', sa.Integer(), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('lead_id', sa.Integer(), nullable=True),
    sa.Column('root_cause', sa.Text(), nullable=False),
    sa.Column('factors', sa.Text(), nullable=False),
    sa.Column('post_mortem', sa.Text(), nullable=False),
    sa.Column('post_mortem_by_id', sa.Integer(), nullable=True),
    sa.Column('post_mortem_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recurrence_of_id', sa.Integer(), nullable=True),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('slot', sa.String(length=60), nullable=True),
    sa.Column('source', sa.String(length=300), nullable=True),
    sa.Column('source_ref', sa.String(length=300), nullable=True),
    sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f('ck_incident_closed_at_an_instant')),
    sa.CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name=op.f('ck_incident_merged_into_one')),
    sa.CheckConstraint("detected_by IN ('monitor', 'user', 'staff', 'outside')", name=op.f('ck_incident_detected_by_known')),
    sa.CheckConstraint("kind IN ('incident', 'near_miss', 'hazard', 'complaint')", name=op.f('ck_incident_kind_known')),
    sa.CheckConstraint("pattern IN ('F1', 'F2', 'F3', 'F4', 'F5', 'F6')", name=op.f('ck_incident_pattern_known')),
    sa.CheckConstraint("proposed_pattern IN ('F1', 'F2', 'F3', 'F4', 'F5', 'F6')", name=op.f('ck_incident_proposed_pattern_known')),
    sa.CheckConstraint("status IN ('open', 'investigating', 'mitigated', 'resolved', 'closed', 'merged')", name=op.f('ck_incident_status_known')),
    sa.CheckConstraint('acknowledged_at >= detected_at', name=op.f('ck_incident_acknowledged_after_detected')),
    sa.CheckConstraint('affected_count >= 0', name=op.f('ck_incident_affected_counts')),
    sa.CheckConstraint('closed_at >= resolved_at', name=op.f('ck_incident_closed_after_resolved')),
    sa.CheckConstraint('mitigated_at >= detected_at', name=op.f('ck_incident_mitigated_after_detected')),
    sa.CheckConstraint('resolved_at >= detected_at', name=op.f('ck_incident_resolved_after_detected')),
    sa.CheckConstraint('resolved_at >= mitigated_at', name=op.f('ck_incident_resolved_after_mitigated')),
    sa.CheckConstraint('severity BETWEEN 1 AND 5', name=op.f('ck_incident_severity_in_range')),
    sa.CheckConstraint('started_at IS NULL OR started_at <= detected_at', name=op.f('ck_incident_starts_before_detected')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['person.id'], name=op.f('fk_incident_closed_by_id_person')),
    sa.ForeignKeyConstraint(['lead_id'], ['person.id'], name=op.f('fk_incident_lead_id_person')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['incident.id'], name=op.f('fk_incident_merged_into_id_incident')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_incident_opened_by_id_person')),
    sa.ForeignKeyConstraint(['post_mortem_by_id'], ['person.id'], name=op.f('fk_incident_post_mortem_by_id_person')),
    sa.ForeignKeyConstraint(['recurrence_of_id'], ['incident.id'], name=op.f('fk_incident_recurrence_of_id_incident')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['person.id'], name=op.f('fk_incident_resolved_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_incident_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('source', 'source_ref', name=op.f('uq_incident_source_source_ref'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index('ix_incident_detected', ['detected_at', 'id'], unique=False)
        batch_op.create_index('ix_incident_lead', ['lead_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_index('ix_incident_one_opened_alone', ['slot'], unique=True, sqlite_where=sa.text("slot IS NOT NULL AND status NOT IN ('resolved', 'closed', 'merged')"), postgresql_where=sa.text("slot IS NOT NULL AND status NOT IN ('resolved', 'closed', 'merged')"))
        batch_op.create_index(batch_op.f('ix_incident_recurrence_of_id'), ['recurrence_of_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_system_id'), ['system_id'], unique=False)
        batch_op.create_index('ix_incident_unclosed', ['id'], unique=False, sqlite_where=sa.text("status NOT IN ('closed', 'merged')"), postgresql_where=sa.text("status NOT IN ('closed', 'merged')"))

    op.create_table('authority_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('duty', sa.String(length=40), nullable=False),
    sa.Column('pack', sa.String(length=60), nullable=False),
    sa.Column('authority', sa.String(length=300), nullable=False),
    sa.Column('zone', sa.String(length=60), nullable=False),
    sa.Column('aware_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('override_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('override_because', sa.Text(), nullable=False),
    sa.Column('override_by_id', sa.Integer(), nullable=True),
    sa.Column('initial_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('initial_reference', sa.String(length=300), nullable=False),
    sa.Column('full_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('full_reference', sa.String(length=300), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('full_sent_at IS NULL OR full_sent_at >= aware_at', name=op.f('ck_authority_report_full_after_aware')),
    sa.CheckConstraint('initial_sent_at IS NULL OR initial_sent_at >= aware_at', name=op.f('ck_authority_report_initial_after_aware')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_authority_report_incident_id_incident')),
    sa.ForeignKeyConstraint(['override_by_id'], ['person.id'], name=op.f('fk_authority_report_override_by_id_person')),
    sa.ForeignKeyConstraint(['set_by_id'], ['person.id'], name=op.f('fk_authority_report_set_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authority_report')),
    sa.UniqueConstraint('incident_id', 'duty', 'authority', name=op.f('uq_authority_report_incident_id_duty_authority'))
    )
    with op.batch_alter_table('authority_report', schema=None) as batch_op:
        batch_op.create_index('ix_authority_report_incident', ['incident_id'], unique=False)

    op.create_table('corrective_action',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('done_note', sa.Text(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_by_id', sa.Integer(), nullable=True),
    sa.Column('verified_note', sa.Text(), nullable=False),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('escalated_for', sa.Date(), nullable=True),
    sa.Column('escalated_to_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name=op.f('ck_corrective_action_verified_at_an_instant')),
    sa.CheckConstraint("state IN ('open', 'done', 'verified', 'dropped')", name=op.f('ck_corrective_action_state_known')),
    sa.CheckConstraint("state NOT IN ('done', 'verified') OR done_at IS NOT NULL", name=op.f('ck_corrective_action_done_first')),
    sa.ForeignKeyConstraint(['done_by_id'], ['person.id'], name=op.f('fk_corrective_action_done_by_id_person')),
    sa.ForeignKeyConstraint(['escalated_to_id'], ['person.id'], name=op.f('fk_corrective_action_escalated_to_id_person')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_corrective_action_incident_id_incident')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_corrective_action_owner_id_person')),
    sa.ForeignKeyConstraint(['set_by_id'], ['person.id'], name=op.f('fk_corrective_action_set_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_corrective_action_system_id_system')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['person.id'], name=op.f('fk_corrective_action_verified_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_corrective_action'))
    )
    with op.batch_alter_table('corrective_action', schema=None) as batch_op:
        batch_op.create_index('ix_corrective_action_due', ['owner_id', 'due_on'], unique=False, sqlite_where=sa.text("state IN ('open', 'done')"), postgresql_where=sa.text("state IN ('open', 'done')"))
        batch_op.create_index('ix_corrective_action_incident', ['incident_id', 'id'], unique=False)
        batch_op.create_index('ix_corrective_action_system', ['system_id', 'state'], unique=False)

    op.create_table('evidence_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('subject_kind', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_because', sa.Text(), nullable=False),
    sa.CheckConstraint('lifted_at >= held_at', name=op.f('ck_evidence_hold_lifted_after_held')),
    sa.ForeignKeyConstraint(['held_by_id'], ['person.id'], name=op.f('fk_evidence_hold_held_by_id_person')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['person.id'], name=op.f('fk_evidence_hold_lifted_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_evidence_hold_system_id_system')),
    sa.ForeignKeyConstraint(['version_id'], ['model_version.id'], name=op.f('fk_evidence_hold_version_id_model_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_hold'))
    )
    with op.batch_alter_table('evidence_hold', schema=None) as batch_op:
        batch_op.create_index('ix_evidence_hold_subject', ['subject_kind', 'subject_id'], unique=False)
        batch_op.create_index('ix_evidence_hold_system', ['system_id', 'lifted_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_hold_version_id'), ['version_id'], unique=False)

    op.create_table('incident_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('note', 'status', 'severity', 'pattern', 'people', 'systems', 'link', 'action', 'report', 'hold', 'post_mortem')", name=op.f('ck_incident_entry_kind_known')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_incident_entry_by_id_person')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_entry_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_entry'))
    )
    with op.batch_alter_table('incident_entry', schema=None) as batch_op:
        batch_op.create_index('ix_incident_entry_incident', ['incident_id', 'at', 'id'], unique=False)

    op.create_table('incident_involved',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_incident_involved_by_id_person')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_involved_incident_id_incident')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_incident_involved_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_involved')),
    sa.UniqueConstraint('incident_id', 'person_id', name=op.f('uq_incident_involved_incident_id_person_id'))
    )
    with op.batch_alter_table('incident_involved', schema=None) as batch_op:
        batch_op.create_index('ix_incident_involved_person', ['person_id', 'incident_id'], unique=False)

    op.create_table('incident_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('target_id', sa.BigInteger(), nullable=False),
    sa.Column('frozen', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('alert', 'snapshot', 'feedback', 'dependency', 'data_source')", name=op.f('ck_incident_link_kind_known')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_incident_link_by_id_person')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_link_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_link')),
    sa.UniqueConstraint('incident_id', 'kind', 'target_id', name=op.f('uq_incident_link_incident_id_kind_target_id'))
    )
    with op.batch_alter_table('incident_link', schema=None) as batch_op:
        batch_op.create_index('ix_incident_link_target', ['kind', 'target_id', 'incident_id'], unique=False)

    op.create_table('incident_system',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('versions_said', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_system_incident_id_incident')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_incident_system_system_id_system')),
    sa.ForeignKeyConstraint(['version_id'], ['model_version.id'], name=op.f('fk_incident_system_version_id_model_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_system')),
    sa.UniqueConstraint('incident_id', 'system_id', name=op.f('uq_incident_system_incident_id_system_id'))
    )
    with op.batch_alter_table('incident_system', schema=None) as batch_op:
        batch_op.create_index('ix_incident_system_system', ['system_id', 'incident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_system_version_id'), ['version_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('incident_system', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incident_system_version_id'))
        batch_op.drop_index('ix_incident_system_system')

    op.drop_table('incident_system')
    with op.batch_alter_table('incident_link', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_link_target')

    op.drop_table('incident_link')
    with op.batch_alter_table('incident_involved', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_involved_person')

    op.drop_table('incident_involved')
    with op.batch_alter_table('incident_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_entry_incident')

    op.drop_table('incident_entry')
    with op.batch_alter_table('evidence_hold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_hold_version_id'))
        batch_op.drop_index('ix_evidence_hold_system')
        batch_op.drop_index('ix_evidence_hold_subject')

    op.drop_table('evidence_hold')
    with op.batch_alter_table('corrective_action', schema=None) as batch_op:
        batch_op.drop_index('ix_corrective_action_system')
        batch_op.drop_index('ix_corrective_action_incident')
        batch_op.drop_index('ix_corrective_action_due', sqlite_where=sa.text("state IN ('open', 'done')"), postgresql_where=sa.text("state IN ('open', 'done')"))

    op.drop_table('corrective_action')
    with op.batch_alter_table('authority_report', schema=None) as batch_op:
        batch_op.drop_index('ix_authority_report_incident')

    op.drop_table('authority_report')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_unclosed', sqlite_where=sa.text("status NOT IN ('closed', 'merged')"), postgresql_where=sa.text("status NOT IN ('closed', 'merged')"))
        batch_op.drop_index(batch_op.f('ix_incident_system_id'))
        batch_op.drop_index(batch_op.f('ix_incident_recurrence_of_id'))
        batch_op.drop_index('ix_incident_one_opened_alone', sqlite_where=sa.text("slot IS NOT NULL AND status NOT IN ('resolved', 'closed', 'merged')"), postgresql_where=sa.text("slot IS NOT NULL AND status NOT IN ('resolved', 'closed', 'merged')"))
        batch_op.drop_index(batch_op.f('ix_incident_merged_into_id'))
        batch_op.drop_index('ix_incident_lead')
        batch_op.drop_index('ix_incident_detected')

    op.drop_table('incident')

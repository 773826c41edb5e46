"""Stages with gates, emergency stops, spells out of compliance, autonomy; overseers' training, drills, override bounds.

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-26 15:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TABLES = (
    "autonomy_lowering",
    "autonomy_request",
    "compliance_spell",
    "drill",
    "emergency_stop",
    "override_bounds",
    "overseer_training",
    "stage_change",
)


def upgrade() -> None:
    op.create_table('autonomy_lowering',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('from_level', sa.Integer(), nullable=False),
    sa.Column('to_level', sa.Integer(), nullable=False),
    sa.Column('lowered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lowered_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint('to_level >= 1 AND to_level < from_level', name=op.f('ck_autonomy_lowering_lower_than_before')),
    sa.ForeignKeyConstraint(['lowered_by_id'], ['person.id'], name=op.f('fk_autonomy_lowering_lowered_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_autonomy_lowering_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_autonomy_lowering'))
    )
    op.create_index('ix_autonomy_lowering_system', 'autonomy_lowering', ['system_id', 'id'], unique=False)
    op.create_table('autonomy_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('from_level', sa.Integer(), nullable=False),
    sa.Column('to_level', sa.Integer(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('links', _JSON, nullable=False),
    sa.Column('numbers', _JSON, nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('because', sa.Text(), nullable=False),
    sa.CheckConstraint('(decided_at IS NULL) = (granted IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_autonomy_request_decided_by_a_person')),
    sa.CheckConstraint('decided_by_id <> asked_by_id', name=op.f('ck_autonomy_request_decided_by_another')),
    sa.CheckConstraint('to_level = from_level + 1 AND from_level BETWEEN 1 AND 4', name=op.f('ck_autonomy_request_one_level')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_autonomy_request_asked_by_id_person')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_autonomy_request_decided_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_autonomy_request_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_autonomy_request'))
    )
    op.create_index('ix_autonomy_request_one_open', 'autonomy_request', ['system_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
    op.create_index('ix_autonomy_request_system', 'autonomy_request', ['system_id', 'id'], unique=False)
    op.create_table('compliance_spell',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('criteria', _JSON, nullable=False),
    sa.Column('pack_id', sa.String(length=40), nullable=False),
    sa.Column('pack_edition', sa.String(length=20), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ended_at >= noticed_at', name=op.f('ck_compliance_spell_ends_after_noticed')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_compliance_spell_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_compliance_spell'))
    )
    op.create_index('ix_compliance_spell_one_lasting', 'compliance_spell', ['system_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_compliance_spell_system', 'compliance_spell', ['system_id', 'id'], unique=False)
    op.create_table('drill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('tried', sa.Text(), nullable=False),
    sa.Column('worked', sa.Boolean(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('led_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('NOT worked OR seconds IS NOT NULL', name=op.f('ck_drill_timed_when_it_worked')),
    sa.CheckConstraint('seconds >= 0', name=op.f('ck_drill_seconds_not_negative')),
    sa.ForeignKeyConstraint(['led_by_id'], ['person.id'], name=op.f('fk_drill_led_by_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_drill_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_drill_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drill'))
    )
    op.create_index('ix_drill_system', 'drill', ['system_id', 'on_day', 'id'], unique=False)
    op.create_table('emergency_stop',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('from_stage', sa.String(length=40), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stopped_by_id', sa.Integer(), nullable=True),
    sa.Column('by_machine', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lifted_to', sa.String(length=40), nullable=True),
    sa.Column('lifted_because', sa.Text(), nullable=False),
    sa.CheckConstraint("from_stage IN ('proposed', 'in_development', 'in_validation', 'pilot', 'live', 'restricted', 'suspended', 'retired')", name=op.f('ck_emergency_stop_from_stage_known')),
    sa.CheckConstraint("lifted_to IN ('proposed', 'in_development', 'in_validation', 'pilot', 'live', 'restricted', 'suspended', 'retired')", name=op.f('ck_emergency_stop_lifted_to_known')),
    sa.CheckConstraint('(lifted_at IS NULL) = (lifted_to IS NULL) AND (lifted_at IS NULL) = (lifted_by_id IS NULL)', name=op.f('ck_emergency_stop_lifted_by_a_person')),
    sa.CheckConstraint('lifted_at >= stopped_at', name=op.f('ck_emergency_stop_lifted_after_stopped')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['person.id'], name=op.f('fk_emergency_stop_lifted_by_id_person')),
    sa.ForeignKeyConstraint(['stopped_by_id'], ['person.id'], name=op.f('fk_emergency_stop_stopped_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_emergency_stop_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency_stop'))
    )
    op.create_index('ix_emergency_stop_one_standing', 'emergency_stop', ['system_id'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_index('ix_emergency_stop_system', 'emergency_stop', ['system_id', 'id'], unique=False)
    op.create_table('override_bounds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('low', sa.String(length=40), nullable=False),
    sa.Column('high', sa.String(length=40), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['set_by_id'], ['person.id'], name=op.f('fk_override_bounds_set_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_override_bounds_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_override_bounds')),
    sa.UniqueConstraint('system_id', name=op.f('uq_override_bounds_system_id'))
    )
    op.create_table('overseer_training',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=300), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('may_stop', sa.Boolean(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('valid_until IS NULL OR valid_until >= on_day', name=op.f('ck_overseer_training_counts_from_its_day')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_overseer_training_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_overseer_training_recorded_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_overseer_training_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_overseer_training'))
    )
    op.create_index(op.f('ix_overseer_training_person_id'), 'overseer_training', ['person_id'], unique=False)
    op.create_index('ix_overseer_training_system', 'overseer_training', ['system_id', 'person_id', 'id'], unique=False)
    op.create_table('stage_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('system_id', sa.Integer(), nullable=False),
    sa.Column('move', sa.String(length=40), nullable=False),
    sa.Column('from_stage', sa.String(length=40), nullable=False),
    sa.Column('to_stage', sa.String(length=40), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('criteria', _JSON, nullable=False),
    sa.Column('pack_id', sa.String(length=40), nullable=False),
    sa.Column('pack_edition', sa.String(length=20), nullable=False),
    sa.CheckConstraint("from_stage IN ('proposed', 'in_development', 'in_validation', 'pilot', 'live', 'restricted', 'suspended', 'retired')", name=op.f('ck_stage_change_from_stage_known')),
    sa.CheckConstraint("move IN ('advanced', 'resumed', 'sent_back', 'restricted', 'suspended', 'stopped', 'lifted', 'retired', 'brought')", name=op.f('ck_stage_change_move_known')),
    sa.CheckConstraint("to_stage IN ('proposed', 'in_development', 'in_validation', 'pilot', 'live', 'restricted', 'suspended', 'retired')", name=op.f('ck_stage_change_to_stage_known')),
    sa.CheckConstraint('from_stage <> to_stage', name=op.f('ck_stage_change_to_another_stage')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_stage_change_changed_by_id_person')),
    sa.ForeignKeyConstraint(['system_id'], ['system.id'], name=op.f('fk_stage_change_system_id_system')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_change'))
    )
    op.create_index('ix_stage_change_system', 'stage_change', ['system_id', 'id'], unique=False)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)

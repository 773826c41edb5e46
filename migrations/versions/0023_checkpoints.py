"""Signed checkpoints, the keys they are checked with, and the one way by which the words of an entry may be erased.

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-26 17:50:12.406118
"""

import sqlalchemy as sa
from alembic import op


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

# What keeps the new tables append-only, and lets go of a payload where a later entry says that it is erased.
_GUARDS = {
    "sqlite": (
        "DROP TRIGGER ledger_payload_is_not_deleted",
        "CREATE TRIGGER ledger_payload_is_not_deleted BEFORE DELETE ON ledger_payload WHEN NOT EXISTS (SELECT 1 FROM ledger_entry WHERE subject_kind = 'ledger_entry' AND subject_id = OLD.seq AND event = 'entry.erased' AND seq > OLD.seq) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_key_is_not_updated BEFORE UPDATE ON ledger_key BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_key_is_not_deleted BEFORE DELETE ON ledger_key BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_key_is_not_replaced BEFORE INSERT ON ledger_key WHEN EXISTS (SELECT 1 FROM ledger_key WHERE id = NEW.id OR key_id = NEW.key_id) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_checkpoint_is_not_updated BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_checkpoint_is_not_deleted BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_checkpoint_is_not_replaced BEFORE INSERT ON ledger_checkpoint WHEN EXISTS (SELECT 1 FROM ledger_checkpoint WHERE size = NEW.size) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION ledger_refuses_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM ledger_entry WHERE subject_kind = 'ledger_entry' AND subject_id = OLD.seq AND event = 'entry.erased' AND seq > OLD.seq) THEN RETURN OLD; END IF; RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation'; END $$",
        "DROP TRIGGER ledger_payload_is_not_changed ON ledger_payload",
        'CREATE TRIGGER ledger_payload_is_not_changed BEFORE UPDATE OR DELETE ON ledger_payload FOR EACH ROW EXECUTE FUNCTION ledger_refuses_unless_erased()',
        'ALTER TABLE ledger_payload ENABLE ALWAYS TRIGGER ledger_payload_is_not_changed',
        'CREATE TRIGGER ledger_key_is_not_changed BEFORE UPDATE OR DELETE ON ledger_key FOR EACH ROW EXECUTE FUNCTION ledger_refuses()',
        'CREATE TRIGGER ledger_key_is_not_emptied BEFORE TRUNCATE ON ledger_key FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()',
        'ALTER TABLE ledger_key ENABLE ALWAYS TRIGGER ledger_key_is_not_changed',
        'ALTER TABLE ledger_key ENABLE ALWAYS TRIGGER ledger_key_is_not_emptied',
        'CREATE TRIGGER ledger_checkpoint_is_not_changed BEFORE UPDATE OR DELETE ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION ledger_refuses()',
        'CREATE TRIGGER ledger_checkpoint_is_not_emptied BEFORE TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()',
        'ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER ledger_checkpoint_is_not_changed',
        'ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER ledger_checkpoint_is_not_emptied',
    ),
}
_BEFORE = {
    "sqlite": (
        "DROP TRIGGER ledger_payload_is_not_deleted",
        "CREATE TRIGGER ledger_payload_is_not_deleted BEFORE DELETE ON ledger_payload BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    ),
    "postgresql": (
        "DROP TRIGGER ledger_payload_is_not_changed ON ledger_payload",
        "CREATE TRIGGER ledger_payload_is_not_changed BEFORE UPDATE OR DELETE ON ledger_payload FOR EACH ROW EXECUTE FUNCTION ledger_refuses()",
        "ALTER TABLE ledger_payload ENABLE ALWAYS TRIGGER ledger_payload_is_not_changed",
        "DROP FUNCTION ledger_refuses_unless_erased()",
    ),
}


def upgrade() -> None:
    op.create_table('ledger_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('origin', sa.String(length=255), nullable=False),
    sa.Column('verifier', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_key')),
    sa.UniqueConstraint('key_id', name=op.f('uq_ledger_key_key_id'))
    )
    op.create_table('ledger_checkpoint',
    sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('peaks', sa.Text(), nullable=False),
    sa.Column('origin', sa.String(length=255), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('made_at', sa.String(length=27), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_ledger_checkpoint'))
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('ledger_checkpoint')
    op.drop_table('ledger_key')
    for statement in _BEFORE[op.get_bind().dialect.name]:
        op.execute(statement)

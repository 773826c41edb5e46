"""The register: people, systems, objectives, data sources, the ledger.

Revision ID: 0001
Revises:
Create Date: 2026-11-23 04:53:59.687812
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


LEDGER_IS_APPEND_ONLY = {
    "sqlite": [
        "CREATE TRIGGER ledger_entry_is_not_updated BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_entry_is_not_deleted BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_entry_is_not_replaced BEFORE INSERT ON ledger_entry WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq OR prev_hash = NEW.prev_hash OR leaf_hash = NEW.leaf_hash) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_payload_is_not_updated BEFORE UPDATE ON ledger_payload BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_payload_is_not_deleted BEFORE DELETE ON ledger_payload BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_payload_is_not_replaced BEFORE INSERT ON ledger_payload WHEN EXISTS (SELECT 1 FROM ledger_payload WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_object_is_not_updated BEFORE UPDATE ON ledger_object BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_object_is_not_deleted BEFORE DELETE ON ledger_object BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_object_is_not_replaced BEFORE INSERT ON ledger_object WHEN EXISTS (SELECT 1 FROM ledger_object WHERE (seq = NEW.seq AND position = NEW.position) OR (kind = NEW.kind AND object_id = NEW.object_id AND seq = NEW.seq)) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER ledger_entry_is_not_changed BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuses()",
        "CREATE TRIGGER ledger_entry_is_not_emptied BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()",
        "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_is_not_changed",
        "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_is_not_emptied",
        "CREATE TRIGGER ledger_payload_is_not_changed BEFORE UPDATE OR DELETE ON ledger_payload FOR EACH ROW EXECUTE FUNCTION ledger_refuses()",
        "CREATE TRIGGER ledger_payload_is_not_emptied BEFORE TRUNCATE ON ledger_payload FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()",
        "ALTER TABLE ledger_payload ENABLE ALWAYS TRIGGER ledger_payload_is_not_changed",
        "ALTER TABLE ledger_payload ENABLE ALWAYS TRIGGER ledger_payload_is_not_emptied",
        "CREATE TRIGGER ledger_object_is_not_changed BEFORE UPDATE OR DELETE ON ledger_object FOR EACH ROW EXECUTE FUNCTION ledger_refuses()",
        "CREATE TRIGGER ledger_object_is_not_emptied BEFORE TRUNCATE ON ledger_object FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()",
        "ALTER TABLE ledger_object ENABLE ALWAYS TRIGGER ledger_object_is_not_changed",
        "ALTER TABLE ledger_object ENABLE ALWAYS TRIGGER ledger_object_is_not_emptied",
    ],
}


def upgrade() -> None:
    op.create_table(
        "business_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("head_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["business_unit.id"], name=op.f("fk_business_unit_parent_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_unit")),
    )
    with op.batch_alter_table("business_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_business_unit_head_id"), ["head_id"], unique=False)
        batch_op.create_index("ix_business_unit_name_under_parent", ["parent_id", "name"], unique=True)
        batch_op.create_index(batch_op.f("ix_business_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            "ix_business_unit_top_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )

    op.create_table(
        "card_preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facts_sha256", sa.String(length=64), nullable=False),
        sa.Column("rendering_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_preview")),
        sa.UniqueConstraint(
            "facts_sha256", "rendering_sha256", name=op.f("uq_card_preview_facts_sha256_rendering_sha256")
        ),
    )
    op.create_table(
        "cursor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cursor")),
        sa.UniqueConstraint("name", name=op.f("uq_cursor_name")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
        sa.UniqueConstraint("worker", name=op.f("uq_heartbeat_worker")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("unique_key", sa.String(length=200), nullable=False),
        sa.Column(
            "payload",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_job_unique_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "run_at", "id"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("event", sa.String(length=63), nullable=False),
        sa.Column("subject_kind", sa.String(length=63), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("leaf_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("leaf_hash", name=op.f("uq_ledger_entry_leaf_hash")),
        sa.UniqueConstraint("prev_hash", name=op.f("uq_ledger_entry_prev_hash")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_actor_id_seq"), ["actor_id", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_event_seq"), ["event", "seq"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ledger_entry_subject_kind_subject_id_seq"),
            ["subject_kind", "subject_id", "seq"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_ledger_entry_system_id_seq"), ["system_id", "seq"], unique=False)

    op.create_table(
        "ledger_object",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=63), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"], ["ledger_entry.seq"], name=op.f("fk_ledger_object_seq_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("seq", "position", name=op.f("pk_ledger_object")),
        sa.UniqueConstraint("kind", "object_id", "seq", name=op.f("uq_ledger_object_kind_object_id_seq")),
    )
    op.create_table(
        "ledger_payload",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"], ["ledger_entry.seq"], name=op.f("fk_ledger_payload_seq_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_payload")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("job_title", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("active_from", sa.Date(), nullable=True),
        sa.Column("active_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["business_unit.id"], name=op.f("fk_person_unit_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_name", ["name", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("person_id", name=op.f("uq_credential_person_id")),
    )
    op.create_table(
        "data_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("steward_id", sa.Integer(), nullable=True),
        sa.Column("custodian", sa.String(length=300), nullable=False),
        sa.Column("classification", sa.String(length=40), nullable=True),
        sa.Column("personal_data", sa.String(length=40), nullable=False),
        sa.Column("special_category", sa.String(length=40), nullable=False),
        sa.Column("lawful_basis", sa.String(length=300), nullable=False),
        sa.Column("licence", sa.String(length=300), nullable=False),
        sa.Column("licence_expires_on", sa.Date(), nullable=True),
        sa.Column("consent", sa.String(length=300), nullable=False),
        sa.Column("consent_expires_on", sa.Date(), nullable=True),
        sa.Column(
            "allowed_purposes",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("retention", sa.String(length=300), nullable=False),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("freshness_promised", sa.String(length=300), nullable=False),
        sa.Column("schema_version", sa.String(length=300), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("known_gaps", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "classification IN ('public', 'internal', 'confidential', 'secret')",
            name=op.f("ck_data_source_classification_known"),
        ),
        sa.CheckConstraint(
            "personal_data IN ('yes', 'no', 'unknown')", name=op.f("ck_data_source_personal_data_known")
        ),
        sa.CheckConstraint(
            "special_category IN ('yes', 'no', 'unknown')", name=op.f("ck_data_source_special_category_known")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_data_source_owner_id_person")),
        sa.ForeignKeyConstraint(["steward_id"], ["person.id"], name=op.f("fk_data_source_steward_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_source")),
        sa.UniqueConstraint("name_key", name=op.f("uq_data_source_name_key")),
    )
    with op.batch_alter_table("data_source", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_data_source_consent_expires_on"), ["consent_expires_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_data_source_licence_expires_on"), ["licence_expires_on"], unique=False
        )
        batch_op.create_index("ix_data_source_name", ["name", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_source_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_source_steward_id"), ["steward_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('member', 'reviewer', 'executive', 'auditor', 'administrator')",
            name=op.f("ck_role_grant_role_known"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(
            "ix_role_grant_open",
            ["person_id", "role"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )

    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_tries_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
        sa.UniqueConstraint("person_id", name=op.f("uq_sign_in_tries_person_id")),
    )
    op.create_table(
        "system",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.String(length=350), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.Column("visibility", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("technique", sa.String(length=300), nullable=False),
        sa.Column("modality", sa.String(length=300), nullable=False),
        sa.Column("intended_use", sa.Text(), nullable=False),
        sa.Column("users", sa.Text(), nullable=False),
        sa.Column("affected_people", sa.Text(), nullable=False),
        sa.Column("affected_count", sa.BigInteger(), nullable=True),
        sa.Column("out_of_scope", sa.Text(), nullable=False),
        sa.Column("autonomy", sa.Integer(), nullable=True),
        sa.Column("reversibility", sa.String(length=40), nullable=True),
        sa.Column("oversight_plan", sa.Text(), nullable=False),
        sa.Column("volume_per_day", sa.BigInteger(), nullable=True),
        sa.Column("vendor_name", sa.String(length=300), nullable=False),
        sa.Column("vendor_contract", sa.String(length=300), nullable=False),
        sa.Column("vendor_data_access", sa.Text(), nullable=False),
        sa.Column("vendor_exit", sa.Text(), nullable=False),
        sa.Column("deployed_where", sa.String(length=300), nullable=False),
        sa.Column("regions", sa.String(length=300), nullable=False),
        sa.Column("legal_roles", sa.Text(), nullable=False),
        sa.Column("in_service_on", sa.Date(), nullable=True),
        sa.Column(
            "links",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("complaints_contact", sa.String(length=300), nullable=False),
        sa.Column("known_limitations", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('model', 'general_purpose', 'agent', 'rules', 'embedded')",
            name=op.f("ck_system_kind_known"),
        ),
        sa.CheckConstraint(
            "reversibility IN ('fully', 'with_effort', 'not')", name=op.f("ck_system_reversibility_known")
        ),
        sa.CheckConstraint(
            "stage IN ('proposed', 'in_development', 'in_validation', 'pilot', 'live', 'restricted', 'suspended', 'retired')",
            name=op.f("ck_system_stage_known"),
        ),
        sa.CheckConstraint(
            "tier IN ('minimal', 'limited', 'high', 'prohibited')", name=op.f("ck_system_tier_known")
        ),
        sa.CheckConstraint(
            "visibility IN ('company', 'restricted')", name=op.f("ck_system_visibility_known")
        ),
        sa.CheckConstraint("autonomy BETWEEN 1 AND 5", name=op.f("ck_system_autonomy_level")),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["person.id"], name=op.f("fk_system_registered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["business_unit.id"], name=op.f("fk_system_unit_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system")),
    )
    with op.batch_alter_table("system", schema=None) as batch_op:
        batch_op.create_index("ix_system_name", ["name", "id"], unique=False)
        batch_op.create_index("ix_system_stage", ["stage", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_system_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("function", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "function IN ('business', 'data', 'engineering', 'compliance', 'operations', 'other')",
            name=op.f("ck_team_function_known"),
        ),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_team_deputy_id_person")),
        sa.ForeignKeyConstraint(["leader_id"], ["person.id"], name=op.f("fk_team_leader_id_person")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["business_unit.id"], name=op.f("fk_team_unit_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_user_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_user_session_secret_sha256")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_session_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "scopes",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_api_token_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_token_prefix")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_be_confirmed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "seat <> 'accountable_owner' OR person_id IS NOT NULL", name=op.f("ck_assignment_owner_is_person")
        ),
        sa.CheckConstraint(
            "seat IN ('accountable_owner', 'deputy', 'business_lead', 'data_steward', 'engineering_lead', 'compliance_lead', 'overseer')",
            name=op.f("ck_assignment_seat_known"),
        ),
        sa.CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name=op.f("ck_assignment_one_holder")),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name=op.f("ck_assignment_ends_after_start")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_assignment_system_id_system")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_assignment_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_assignment_one_open_owner",
            ["system_id"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL AND seat = 'accountable_owner'"),
            postgresql_where=sa.text("to_at IS NULL AND seat = 'accountable_owner'"),
        )
        batch_op.create_index(
            "ix_assignment_person_once",
            ["system_id", "seat", "person_id"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )
        batch_op.create_index("ix_assignment_person_open", ["person_id", "to_at"], unique=False)
        batch_op.create_index("ix_assignment_system_period", ["system_id", "seat", "from_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_team_id"), ["team_id"], unique=False)
        batch_op.create_index(
            "ix_assignment_team_once",
            ["system_id", "seat", "team_id"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )

    op.create_table(
        "data_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("data_source_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('training', 'validation', 'test', 'operational_input', 'feedback')",
            name=op.f("ck_data_use_purpose_known"),
        ),
        sa.CheckConstraint("to_at IS NULL OR to_at >= from_at", name=op.f("ck_data_use_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["data_source_id"], ["data_source.id"], name=op.f("fk_data_use_data_source_id_data_source")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_data_use_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_use")),
    )
    with op.batch_alter_table("data_use", schema=None) as batch_op:
        batch_op.create_index(
            "ix_data_use_one_open",
            ["system_id", "data_source_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )
        batch_op.create_index("ix_data_use_source", ["data_source_id", "to_at"], unique=False)
        batch_op.create_index("ix_data_use_system", ["system_id", "to_at"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'withdrawn', 'expired')",
            name=op.f("ck_handover_state_known"),
        ),
        sa.ForeignKeyConstraint(["from_id"], ["person.id"], name=op.f("fk_handover_from_id_person")),
        sa.ForeignKeyConstraint(
            ["offered_by_id"], ["person.id"], name=op.f("fk_handover_offered_by_id_person")
        ),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_handover_system_id_system")),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name=op.f("fk_handover_to_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_from_id"), ["from_id"], unique=False)
        batch_op.create_index("ix_handover_inbox", ["to_id", "state"], unique=False)
        batch_op.create_index(
            "ix_handover_one_pending",
            ["system_id"],
            unique=True,
            sqlite_where=sa.text("state = 'offered'"),
            postgresql_where=sa.text("state = 'offered'"),
        )

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("team_id", "person_id", name=op.f("uq_membership_team_id_person_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "objective",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("decision_changed", sa.Text(), nullable=False),
        sa.Column("who_acts", sa.Text(), nullable=False),
        sa.Column("done_today", sa.Text(), nullable=False),
        sa.Column("todays_result", sa.Text(), nullable=False),
        sa.Column("why_ai", sa.Text(), nullable=False),
        sa.Column("stop_condition", sa.Text(), nullable=False),
        sa.Column("expected_value", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_objective_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objective")),
        sa.UniqueConstraint("system_id", name=op.f("uq_objective_system_id")),
    )
    op.create_table(
        "quality_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data_source_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("bound", sa.String(length=40), nullable=False),
        sa.Column("low", sa.String(length=40), nullable=True),
        sa.Column("high", sa.String(length=40), nullable=True),
        sa.Column("cadence", sa.String(length=40), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "bound IN ('at_least', 'at_most', 'between')", name=op.f("ck_quality_check_bound_known")
        ),
        sa.CheckConstraint(
            "cadence IN ('hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly')",
            name=op.f("ck_quality_check_cadence_known"),
        ),
        sa.CheckConstraint(
            "dimension IN ('completeness', 'validity', 'uniqueness', 'timeliness', 'consistency', 'representativeness')",
            name=op.f("ck_quality_check_dimension_known"),
        ),
        sa.ForeignKeyConstraint(
            ["data_source_id"], ["data_source.id"], name=op.f("fk_quality_check_data_source_id_data_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_check")),
    )
    with op.batch_alter_table("quality_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_check_data_source_id"), ["data_source_id"], unique=False)

    op.create_table(
        "source_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("natural_key", sa.String(length=480), nullable=False),
        sa.Column("row_digest", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column(
            "stated",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "source_facts",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_source_record_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_record")),
        sa.UniqueConstraint("natural_key", name=op.f("uq_source_record_natural_key")),
    )
    with op.batch_alter_table("source_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_record_profile"), ["profile"], unique=False)
        batch_op.create_index(batch_op.f("ix_source_record_system_id"), ["system_id"], unique=False)

    op.create_table(
        "success_metric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("baseline", sa.String(length=40), nullable=True),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("target", sa.String(length=40), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("warn_bound", sa.String(length=40), nullable=True),
        sa.Column("warn_low", sa.String(length=40), nullable=True),
        sa.Column("warn_high", sa.String(length=40), nullable=True),
        sa.Column("breach_bound", sa.String(length=40), nullable=True),
        sa.Column("breach_low", sa.String(length=40), nullable=True),
        sa.Column("breach_high", sa.String(length=40), nullable=True),
        sa.Column("minimum_sample", sa.BigInteger(), nullable=True),
        sa.Column("aggregation", sa.String(length=40), nullable=True),
        sa.Column("cadence", sa.String(length=40), nullable=True),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("number_owner_id", sa.Integer(), nullable=True),
        sa.Column(
            "groups",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("why_appropriate", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "aggregation IN ('mean', 'median', 'p90', 'p95', 'p99', 'sum', 'last', 'min', 'max', 'share')",
            name=op.f("ck_success_metric_aggregation_known"),
        ),
        sa.CheckConstraint(
            "breach_bound IN ('at_least', 'at_most', 'between')",
            name=op.f("ck_success_metric_breach_bound_known"),
        ),
        sa.CheckConstraint(
            "cadence IN ('hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly')",
            name=op.f("ck_success_metric_cadence_known"),
        ),
        sa.CheckConstraint(
            "direction IN ('higher_is_better', 'lower_is_better', 'within_range')",
            name=op.f("ck_success_metric_direction_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('accuracy', 'error_rate', 'user_satisfaction', 'time_to_detect', 'time_to_resolve', 'business_impact', 'consistency', 'override_rate', 'latency', 'data_freshness', 'fairness', 'drift', 'volume', 'cost', 'custom')",
            name=op.f("ck_success_metric_kind_known"),
        ),
        sa.CheckConstraint(
            "warn_bound IN ('at_least', 'at_most', 'between')",
            name=op.f("ck_success_metric_warn_bound_known"),
        ),
        sa.CheckConstraint("grace_days >= 0", name=op.f("ck_success_metric_grace_is_time")),
        sa.CheckConstraint("minimum_sample >= 1", name=op.f("ck_success_metric_sample_counts")),
        sa.ForeignKeyConstraint(
            ["number_owner_id"], ["person.id"], name=op.f("fk_success_metric_number_owner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_success_metric_system_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_success_metric")),
        sa.UniqueConstraint("system_id", "slug", name=op.f("uq_success_metric_system_id_slug")),
    )
    with op.batch_alter_table("success_metric", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_success_metric_number_owner_id"), ["number_owner_id"], unique=False
        )

    op.create_table(
        "value_realised",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("amount", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_value_realised_recorded_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["system_id"], ["system.id"], name=op.f("fk_value_realised_system_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_realised")),
    )
    with op.batch_alter_table("value_realised", schema=None) as batch_op:
        batch_op.create_index("ix_value_realised_system_day", ["system_id", "on_day"], unique=False)

    op.create_table(
        "quality_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quality_check_id", sa.Integer(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["quality_check_id"],
            ["quality_check.id"],
            name=op.f("fk_quality_result_quality_check_id_quality_check"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_quality_result_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_result")),
    )
    with op.batch_alter_table("quality_result", schema=None) as batch_op:
        batch_op.create_index(
            "ix_quality_result_latest", ["quality_check_id", "measured_on", "id"], unique=False
        )
    # Units have heads and people belong to units: this half of the circle is closed once both tables stand.
    with op.batch_alter_table("business_unit", schema=None) as batch_op:
        batch_op.create_foreign_key(op.f("fk_business_unit_head_id_person"), "person", ["head_id"], ["id"])
    for statement in LEDGER_IS_APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("business_unit", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_business_unit_head_id_person"), type_="foreignkey")
    with op.batch_alter_table("quality_result", schema=None) as batch_op:
        batch_op.drop_index("ix_quality_result_latest")

    op.drop_table("quality_result")
    with op.batch_alter_table("value_realised", schema=None) as batch_op:
        batch_op.drop_index("ix_value_realised_system_day")

    op.drop_table("value_realised")
    with op.batch_alter_table("success_metric", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_success_metric_number_owner_id"))

    op.drop_table("success_metric")
    with op.batch_alter_table("source_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_record_system_id"))
        batch_op.drop_index(batch_op.f("ix_source_record_profile"))

    op.drop_table("source_record")
    with op.batch_alter_table("quality_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_check_data_source_id"))

    op.drop_table("quality_check")
    op.drop_table("objective")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))

    op.drop_table("membership")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_handover_one_pending",
            sqlite_where=sa.text("state = 'offered'"),
            postgresql_where=sa.text("state = 'offered'"),
        )
        batch_op.drop_index("ix_handover_inbox")
        batch_op.drop_index(batch_op.f("ix_handover_from_id"))

    op.drop_table("handover")
    with op.batch_alter_table("data_use", schema=None) as batch_op:
        batch_op.drop_index("ix_data_use_system")
        batch_op.drop_index("ix_data_use_source")
        batch_op.drop_index(
            "ix_data_use_one_open",
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )

    op.drop_table("data_use")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_assignment_team_once",
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_assignment_team_id"))
        batch_op.drop_index("ix_assignment_system_period")
        batch_op.drop_index("ix_assignment_person_open")
        batch_op.drop_index(
            "ix_assignment_person_once",
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_assignment_one_open_owner",
            sqlite_where=sa.text("to_at IS NULL AND seat = 'accountable_owner'"),
            postgresql_where=sa.text("to_at IS NULL AND seat = 'accountable_owner'"),
        )

    op.drop_table("assignment")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_person_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_seen_at"))
        batch_op.drop_index(batch_op.f("ix_user_session_person_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_unit_id"))
        batch_op.drop_index(batch_op.f("ix_team_leader_id"))
        batch_op.drop_index(batch_op.f("ix_team_deputy_id"))

    op.drop_table("team")
    with op.batch_alter_table("system", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_system_unit_id"))
        batch_op.drop_index("ix_system_stage")
        batch_op.drop_index("ix_system_name")

    op.drop_table("system")
    op.drop_table("sign_in_tries")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_role_grant_open",
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )

    op.drop_table("role_grant")
    with op.batch_alter_table("data_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_source_steward_id"))
        batch_op.drop_index(batch_op.f("ix_data_source_owner_id"))
        batch_op.drop_index("ix_data_source_name")
        batch_op.drop_index(batch_op.f("ix_data_source_licence_expires_on"))
        batch_op.drop_index(batch_op.f("ix_data_source_consent_expires_on"))

    op.drop_table("data_source")
    op.drop_table("credential")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_unit_id"))
        batch_op.drop_index("ix_person_name")

    op.drop_table("person")
    op.drop_table("ledger_payload")
    op.drop_table("ledger_object")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_system_id_seq"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_subject_kind_subject_id_seq"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_event_seq"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_actor_id_seq"))

    op.drop_table("ledger_entry")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    op.drop_table("heartbeat")
    op.drop_table("cursor")
    op.drop_table("card_preview")
    with op.batch_alter_table("business_unit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_business_unit_top_name",
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_business_unit_parent_id"))
        batch_op.drop_index("ix_business_unit_name_under_parent")
        batch_op.drop_index(batch_op.f("ix_business_unit_head_id"))

    op.drop_table("business_unit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_refuses()")

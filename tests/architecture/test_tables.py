"""Every table is either watched by the ledger or on this reviewed list of machinery."""

from sqlmodel import SQLModel

from registry.store.columns import Row
from registry.tables import OUTSIDE_THE_LEDGER, recipe

# Sessions, counters, jobs and copies that can be made again; and the ledger itself, which guards itself.
MACHINERY = {
    "user_session", "identity_check", "provider_session", "sign_in_tries", "spent_step", "job", "cursor", "heartbeat", "card_document",
    "card_preview", "people_upload",
    # How many long questions the database and its replica have answered.
    "long_read",
    # What passkeys were asked, for minutes, and how each was last used: each sign-in is an entry of its own.
    "passkey_challenge", "passkey_use",
    # Where cards are packed for somebody to fetch; who took which away is in the ledger.
    "card_bundle", "bundled_card",
    # An import's desk: what comes of it is in the ledger, row by row.
    "inventory_import", "import_row", "import_likeness",
    # Readings by the million, answered for by the digest in their batch, which is audited; and a copy of the newest.
    "snapshot", "latest_snapshot", "frozen_rail",
    # Distributions likewise; and the features their deliveries name.
    "distribution", "drift_feature",
    # Counts by group and forecasts, answered for in the same way by their delivery.
    "fairness_count", "calibration_window",
    # What was last heard of a series follows from its readings.
    "metric_watch",
    # The numbers of the portfolio as they stood on a day, counted from audited rows.
    "kept_figure",
    # Where reports on it are made and listed; that each was made, with its hash, is in the ledger.
    "portfolio_report",
    # Who sent how often on one day; swept the day after.
    "feedback_tally",
    # How often strangers tried what they can ask, in the last quarter of an hour.
    "try_count",
    # What requests were answered that may be sent again, for a day: what they did is in the ledger.
    "kept_answer",
    # Who was told of an entry and by which letter: it follows from the ledger.
    "notice", "mailing",
    # What was sent to other programs and how that went; that a hook was set, changed and switched off is in the ledger.
    "webhook_health", "webhook_delivery", "webhook_attempt",
    # What an MLflow server was seen to hold and how far each sync came: what comes of it is in the ledger.
    "mlflow_model", "mlflow_version", "mlflow_sync",
    "ledger_entry", "ledger_payload", "ledger_object", "ledger_checkpoint",
}  # fmt: skip


def mapped():
    return [
        mapper.class_
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__.startswith("registry.")
    ]


def test_every_table_outside_the_list_is_audited():
    assert {each.__tablename__ for each in mapped() if not getattr(each, "__audited__", False)} == MACHINERY


def test_what_belongs_to_a_past_day_is_said_of_every_table_outside_the_ledger():
    made = {table.name for table in recipe().made}
    assert made | set(OUTSIDE_THE_LEDGER) == MACHINERY
    assert not made & set(OUTSIDE_THE_LEDGER)


def test_every_audited_table_is_of_the_kind_the_capture_sees():
    assert [each.__tablename__ for each in mapped() if each.__audited__ and not issubclass(each, Row)] == []

"""Imports every feature's models, so that Alembic, the ledger and the tests see one metadata; and what a past is made of."""

from collections.abc import Mapping
from typing import Final

from sqlmodel import SQLModel

import registry.accounts.models
import registry.annotations.models
import registry.audit.models
import registry.cards.models
import registry.classification.models
import registry.data_sources.models
import registry.declarations.models
import registry.dependencies.models
import registry.dossiers.models
import registry.drift.models
import registry.evidence.models
import registry.fairness.models
import registry.feedback.models
import registry.feeds.models
import registry.identity.models
import registry.incidents.models.incidents
import registry.incidents.models.judgements
import registry.incidents.models.measures
import registry.interchange.models
import registry.lifecycle.models
import registry.limits.models
import registry.mlflow.models
import registry.monitoring.models.alerts
import registry.monitoring.models.snapshots
import registry.notices.models.hooks
import registry.notices.models.notices
import registry.objectives.models
import registry.oversight.models
import registry.ownership.models
import registry.packs.models
import registry.passkeys.models
import registry.people.models
import registry.portfolio.models
import registry.repeats.models
import registry.reviews.models.reviews
import registry.reviews.models.words
import registry.risks.models
import registry.second_steps.models
import registry.systems.models
import registry.versions.models
import registry.worker.models  # noqa: F401
from registry.audit.queries.past import moment_of, rows_at, states_told
from registry.audit.queries.state import audited_tables, table_of
from registry.monitoring.models.snapshots import LATEST
from registry.monitoring.queries.earlier import latest_then
from registry.store.past import Recipe

metadata = SQLModel.metadata

_NOTHING: Final = "1 = 0"
_EVERYTHING: Final = "1 = 1"
_OF_ITS_DELIVERIES: Final = "EXISTS (SELECT 1 FROM {then}.%s AS batch WHERE batch.id = it.batch_id)"

OUTSIDE_THE_LEDGER: Final[Mapping[str, str]] = {
    "ledger_entry": "it.seq <= {seq}",
    "ledger_object": "it.seq <= {seq}",
    "ledger_payload": "it.seq <= {seq}",
    "ledger_checkpoint": "it.size <= {seq}",
    # Measurements came with a delivery, which the ledger tells of.
    "snapshot": _OF_ITS_DELIVERIES % "snapshot_batch",
    "distribution": _OF_ITS_DELIVERIES % "distribution_batch",
    "calibration_window": _OF_ITS_DELIVERIES % "fairness_batch",
    "fairness_count": _OF_ITS_DELIVERIES % "fairness_batch",
    # Found from what names them alone, and never changed.
    "frozen_rail": _EVERYTHING,
    "drift_feature": _EVERYTHING,
    "card_document": _EVERYTHING,
    "card_preview": _EVERYTHING,
    # What the portfolio showed on each day.
    "kept_figure": "it.day <= {day}",
    # Of today alone: who is signed in, what the worker does, what is being imported, what alerts remember between readings.
    **dict.fromkeys(
        (
            "bundled_card",
            "card_bundle",
            "cursor",
            "feedback_tally",
            "heartbeat",
            "identity_check",
            "import_likeness",
            "import_row",
            "inventory_import",
            "job",
            "kept_answer",
            "long_read",
            "mailing",
            "metric_watch",
            "mlflow_model",
            "mlflow_sync",
            "mlflow_version",
            "notice",
            "passkey_challenge",
            "passkey_use",
            "people_upload",
            "portfolio_report",
            "provider_session",
            "sign_in_tries",
            "spent_step",
            "try_count",
            "user_session",
            "webhook_attempt",
            "webhook_delivery",
            "webhook_health",
        ),
        _NOTHING,
    ),
}
"""Which rows of the tables that the ledger does not cover belong to a past (store.past.Recipe.kept)."""

_RESTRICTED_NOW: Final = (
    "CASE WHEN (SELECT now_.visibility FROM {live}.system AS now_ WHERE now_.id = it.id) = 'restricted'"
    " THEN 'restricted' ELSE it.visibility END"
)


# Whoever may not know of a system may not know of an incident that touches it, and it may do so only since.
_TIED_TO_RESTRICTED: Final = (
    "EXISTS (SELECT 1 FROM {live}.system AS now_ WHERE now_.id = it.system_id AND now_.visibility = 'restricted')"
    " AND NOT EXISTS (SELECT 1 FROM {own} AS then_ WHERE then_.id = it.id)"
)


def recipe() -> Recipe:
    """What a past of the register is made of. A system that is restricted today is so in every past."""
    return Recipe(
        mark=moment_of,
        weight=states_told,
        rows=rows_at,
        tables=[table_of(kind) for kind in audited_tables().values()],
        kept=OUTSIDE_THE_LEDGER,
        overlaid={("system", "visibility"): _RESTRICTED_NOW},
        joined={"incident_system": _TIED_TO_RESTRICTED},
        made={LATEST: latest_then},
    )

"""Imports every feature's models, so that Alembic, the ledger and the tests see one metadata."""

from sqlmodel import SQLModel

import registry.accounts.models
import registry.annotations.models
import registry.audit.models
import registry.cards.models
import registry.classification.models
import registry.data_sources.models
import registry.dependencies.models
import registry.dossiers.models
import registry.drift.models
import registry.evidence.models
import registry.fairness.models
import registry.feedback.models
import registry.incidents.models.incidents
import registry.incidents.models.judgements
import registry.incidents.models.measures
import registry.interchange.models
import registry.lifecycle.models
import registry.monitoring.models.alerts
import registry.monitoring.models.snapshots
import registry.objectives.models
import registry.oversight.models
import registry.ownership.models
import registry.packs.models
import registry.people.models
import registry.portfolio.models
import registry.reviews.models.reviews
import registry.reviews.models.words
import registry.risks.models
import registry.systems.models
import registry.versions.models
import registry.worker.models  # noqa: F401

metadata = SQLModel.metadata

"""What follows what: FEATURES (blueprints), FOLLOW_UPS (event -> jobs), SCHEDULE (job -> how often), ON_REQUEST (jobs a page asks for)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import Blueprint

import registry.accounts.jobs as accounts_jobs
import registry.audit.jobs as audit_jobs
import registry.cards.jobs as cards_jobs
import registry.classification.jobs as classification_jobs
import registry.dependencies.jobs as dependencies_jobs
import registry.drift.jobs as drift_jobs
import registry.evidence.jobs as evidence_jobs
import registry.fairness.jobs as fairness_jobs
import registry.feedback.jobs as feedback_jobs
import registry.feeds.jobs as feeds_jobs
import registry.incidents.jobs.chasing as incidents_chasing
import registry.incidents.jobs.opening as incidents_opening
import registry.interchange.jobs as interchange_jobs
import registry.lifecycle.jobs as lifecycle_jobs
import registry.limits.jobs as limits_jobs
import registry.mlflow.jobs as mlflow_jobs
import registry.monitoring.jobs as monitoring_jobs
import registry.notices.jobs as notices_jobs
import registry.ownership.jobs as ownership_jobs
import registry.passkeys.jobs as passkeys_jobs
import registry.people.jobs as people_jobs
import registry.portfolio.jobs as portfolio_jobs
import registry.repeats.jobs as repeats_jobs
import registry.reviews.jobs as reviews_jobs
import registry.worker.jobs as worker_jobs
from registry.accounts.pages import pages as accounts_pages
from registry.annotations.api import api as annotations_api
from registry.annotations.pages import pages as annotations_pages
from registry.audit.api import api as audit_api
from registry.audit.pages import pages as audit_pages
from registry.cards.api import api as cards_api
from registry.cards.pages import pages as cards_pages
from registry.classification.api import api as classification_api
from registry.classification.pages import pages as classification_pages
from registry.data_sources.api import api as data_sources_api
from registry.data_sources.pages import pages as data_sources_pages
from registry.declarations.api import api as declarations_api
from registry.declarations.pages import pages as declarations_pages
from registry.dependencies.api import api as dependencies_api
from registry.dependencies.pages import pages as dependencies_pages
from registry.dossiers.api import api as dossiers_api
from registry.dossiers.pages import pages as dossiers_pages
from registry.drift.api import api as drift_api
from registry.drift.pages import pages as drift_pages
from registry.evidence.api import api as evidence_api
from registry.evidence.pages import pages as evidence_pages
from registry.fairness.api import api as fairness_api
from registry.fairness.pages import pages as fairness_pages
from registry.feedback.api import api as feedback_api
from registry.feedback.pages import pages as feedback_pages
from registry.feeds.pages import pages as feeds_pages
from registry.identity.pages import pages as identity_pages
from registry.incidents.api import api as incidents_api
from registry.incidents.pages import pages as incidents_pages
from registry.interchange.api import api as interchange_api
from registry.interchange.pages import pages as interchange_pages
from registry.kernel.events import Event
from registry.lifecycle.api import api as lifecycle_api
from registry.lifecycle.pages import pages as lifecycle_pages
from registry.mlflow.pages import pages as mlflow_pages
from registry.monitoring.api import api as monitoring_api
from registry.monitoring.api.alerts import api as alerts_api
from registry.monitoring.pages import pages as monitoring_pages
from registry.monitoring.pages.alerts import pages as alerts_pages
from registry.notices.pages import pages as notices_pages
from registry.objectives.api import api as objectives_api
from registry.objectives.pages import pages as objectives_pages
from registry.operations.pages import pages as operations_pages
from registry.oversight.pages import pages as oversight_pages
from registry.ownership.api import api as ownership_api
from registry.ownership.pages import pages as ownership_pages
from registry.packs.api import api as packs_api
from registry.packs.pages import frameworks as frameworks_pages
from registry.packs.pages import pages as packs_pages
from registry.passkeys.pages import pages as passkeys_pages
from registry.people.api import api as people_api
from registry.people.pages import pages as people_pages
from registry.portfolio.api import api as portfolio_api
from registry.portfolio.pages import pages as portfolio_pages
from registry.reviews.api import api as reviews_api
from registry.reviews.pages import pages as reviews_pages
from registry.risks.api import api as risks_api
from registry.risks.pages import pages as risks_pages
from registry.second_steps.pages import pages as second_steps_pages
from registry.systems.api import api as systems_api
from registry.systems.pages import pages as systems_pages
from registry.tables import recipe
from registry.versions.api import api as versions_api
from registry.versions.pages import pages as versions_pages
from registry.web.as_of import pages as past_pages
from registry.web.health import pages as health_pages
from registry.web.patterns import pages as patterns_pages
from registry.web.reference import api as reference_api
from registry.web.reference import pages as reference_pages
from registry.web.violations import pages as violations_pages
from registry.worker.actions import Handler, Relay
from registry.worker.pages import pages as worker_pages

FEATURES: Sequence[Blueprint] = (
    portfolio_pages,
    systems_pages,
    annotations_pages,
    classification_pages,
    ownership_pages,
    objectives_pages,
    data_sources_pages,
    monitoring_pages,
    drift_pages,
    fairness_pages,
    versions_pages,
    alerts_pages,
    dependencies_pages,
    feedback_pages,
    incidents_pages,
    evidence_pages,
    risks_pages,
    dossiers_pages,
    reviews_pages,
    oversight_pages,
    lifecycle_pages,
    cards_pages,
    frameworks_pages,
    packs_pages,
    people_pages,
    interchange_pages,
    mlflow_pages,
    declarations_pages,
    accounts_pages,
    second_steps_pages,
    identity_pages,
    passkeys_pages,
    audit_pages,
    notices_pages,
    feeds_pages,
    worker_pages,
    past_pages,
    health_pages,
    violations_pages,
    operations_pages,
    patterns_pages,
    reference_pages,
)

# The JSON door: bearer tokens only, therefore without form protection.
API: Sequence[Blueprint] = (
    systems_api,
    annotations_api,
    ownership_api,
    cards_api,
    packs_api,
    classification_api,
    people_api,
    objectives_api,
    data_sources_api,
    monitoring_api,
    versions_api,
    alerts_api,
    dependencies_api,
    drift_api,
    fairness_api,
    feedback_api,
    incidents_api,
    evidence_api,
    risks_api,
    dossiers_api,
    reviews_api,
    lifecycle_api,
    interchange_api,
    declarations_api,
    audit_api,
    portfolio_api,
    reference_api,
)

FOLLOW_UPS: Mapping[Event, Sequence[Handler]] = {
    Event.PERSON_LEFT: (ownership_jobs.on_person_left, feeds_jobs.end_of_leavers),
    # Whatever opens an alert or makes one worse ends in one of these two.
    Event.SNAPSHOTS_RECORDED: (incidents_opening.open_for_alerts,),
    Event.ALERT_RAISED: (incidents_opening.open_for_alerts,),
    Event.CARD_APPROVED: (cards_jobs.on_card_approved,),
    Event.CARDS_ASKED: (cards_jobs.making(recipe),),
    Event.REPORT_ASKED: (portfolio_jobs.making(recipe),),
    Event.QUESTIONNAIRE_ADDED: (classification_jobs.on_questionnaire_added,),
    Event.METRIC_RETIRED: (monitoring_jobs.on_metric_retired,),
    Event.INVENTORY_CHECK_REQUESTED: (interchange_jobs.check,),
    Event.INVENTORY_IMPORT_REQUESTED: (interchange_jobs.carry_out,),
    Event.INVENTORY_UNDO_REQUESTED: (interchange_jobs.undo,),
    Event.DATA_SOURCE_EDITED: (dependencies_jobs.on_source_edited,),
    Event.QUALITY_RESULT_RECORDED: (dependencies_jobs.on_quality_result,),
    Event.DEPENDENCY_EDITED: (dependencies_jobs.on_dependency_edited,),
    Event.DEPENDENCY_TESTED: (dependencies_jobs.on_dependency_tested,),
    Event.BASELINE_SET: (drift_jobs.on_baseline_set,),
    Event.FAIRNESS_COUNTED: (fairness_jobs.on_counts,),
    Event.FAIRNESS_BOUND_SET: (fairness_jobs.on_bound,),
    Event.VERIFICATION_ASKED: (audit_jobs.verify_ledger,),
    Event.MLFLOW_SYNC_ASKED: (mlflow_jobs.sync_asked,),
}

SCHEDULE: Mapping[Handler, timedelta] = {
    ownership_jobs.expire_handovers: timedelta(hours=1),
    ownership_jobs.chase_confirmations: timedelta(hours=6),
    monitoring_jobs.make_months_ahead: timedelta(hours=24),
    monitoring_jobs.notice_silence: timedelta(hours=1),
    monitoring_jobs.notice_doubtful_data: timedelta(hours=6),
    monitoring_jobs.chase_alerts: timedelta(hours=1),
    incidents_chasing.chase_actions: timedelta(hours=1),
    drift_jobs.check_drift: timedelta(hours=24),
    classification_jobs.rescore: timedelta(hours=24),
    reviews_jobs.open_due: timedelta(hours=6),
    reviews_jobs.chase_reviews: timedelta(hours=6),
    lifecycle_jobs.note_compliance: timedelta(hours=24),
    # It signs where a hundred entries were added, or any and the last checkpoint is a quarter of an hour old.
    audit_jobs.sign_checkpoint: timedelta(minutes=5),
    audit_jobs.send_checkpoints: timedelta(minutes=5),
    audit_jobs.verify_ledger: timedelta(hours=24),
    audit_jobs.sweep_pasts: timedelta(hours=1),
    accounts_jobs.sweep_sessions: timedelta(hours=6),
    passkeys_jobs.sweep_questions: timedelta(hours=1),
    limits_jobs.sweep_counts: timedelta(hours=1),
    repeats_jobs.sweep_answers: timedelta(hours=1),
    # Whose last day was said ahead leaves without another entry.
    feeds_jobs.end_of_leavers: timedelta(hours=1),
    interchange_jobs.sweep_files: timedelta(hours=6),
    people_jobs.sweep_uploads: timedelta(hours=6),
    evidence_jobs.sweep_drafts: timedelta(hours=6),
    cards_jobs.sweep_bundles: timedelta(hours=6),
    feedback_jobs.sweep_tallies: timedelta(hours=6),
    feedback_jobs.write_figures: timedelta(hours=6),
    feedback_jobs.notice_surges: timedelta(hours=1),
    portfolio_jobs.keep_figures: timedelta(hours=6),
    portfolio_jobs.ask_for_regular: timedelta(hours=6),
    mlflow_jobs.sync_all: timedelta(hours=1),
    worker_jobs.sweep_jobs: timedelta(hours=6),
    notices_jobs.sweep: timedelta(hours=24),
}

# What is told and what leaves the house, each in a thread of its own: whoever is slow to take it keeps no job waiting, and no job keeps it.
RELAYS: Sequence[Relay] = (notices_jobs.tell, notices_jobs.send_mail, notices_jobs.deliver)

# What a page asks for itself because somebody waits for it.
ON_REQUEST: Sequence[Handler] = (audit_jobs.laying_out(recipe),)

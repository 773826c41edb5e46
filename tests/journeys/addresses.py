"""Every page there is: an address to look at it by, and whose eyes to look through."""

from dataclasses import dataclass

from sqlmodel import Session, select

from registry.annotations.models import Note, Tag
from registry.audit.models import LedgerCheckpoint, LedgerEntry
from registry.audit.queries.checkpoints import last_seq
from registry.cards.models import CardBundle
from registry.cards.rules.bundles import BundleState
from registry.classification.models import ClassificationRun
from registry.data_sources.models import DataSource, DataUse, QualityCheck
from registry.dependencies.models import Dependency, Reconsideration
from registry.dossiers.models import Dossier, DossierCase
from registry.drift.models import Baseline, Feature
from registry.evidence.models import Evidence, EvidenceRevision
from registry.feedback.models import Feedback, FeedbackDoor, KnownLimitation
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import AuthorityReport, CorrectiveAction
from registry.incidents.rules.kinds import ActionState, Status
from registry.interchange.models import InventoryImport, SavedProfile
from registry.interchange.rules.imports import ImportState
from registry.kernel.events import Event
from registry.lifecycle.models import AutonomyRequest
from registry.mlflow.models import MlflowLink, MlflowModel, MlflowServer
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertState
from registry.notices.models import Delivery, Mailing, Webhook
from registry.notices.rules.hooks import HookState
from registry.notices.rules.sending import Sent
from registry.objectives.models import SuccessMetric
from registry.ownership.models import Handover
from registry.ownership.rules import HandoverState
from registry.passkeys.models import Passkey
from registry.people.models import BusinessUnit, PeopleUpload, Person, Team
from registry.portfolio.models import PortfolioReport
from registry.portfolio.rules.reports.filing import ReportState
from registry.reviews.models.reviews import Finding, Review, ReviewCondition
from registry.reviews.models.words import SignOff, Waiver
from registry.reviews.rules.kinds import FindingState
from registry.reviews.rules.kinds import State as ReviewState
from registry.risks.models import Risk
from registry.risks.rules import Status as RiskStatus
from registry.systems.models import SavedView
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State
from tests.cast import Cast
from tests.journeys.furnished import ANSWER_CODE


@dataclass(frozen=True)
class Visit:
    """One look at one page. `{words}` in the address are what places() finds."""

    address: str
    name: str = "adam"
    status: int = 200

    def __str__(self) -> str:
        return f"{self.name or 'nobody'} at {self.address}"


SYSTEM = "/systems/{triage}"
SOURCE = "/data-sources/{source}"
VERSIONS = f"{SYSTEM}/versions"

# By endpoint. The first is what the page is for; others show it in another state or to somebody else.
PAGES = {
    "portfolio.desk": (Visit("/"), Visit("/", "ada"), Visit("/", "mia"), Visit("/", "otto")),
    "portfolio.overview": (
        Visit("/portfolio", "eva"),
        Visit("/portfolio?unit={claims}&tier=high&stage=pilot", "otto"),
        Visit("/portfolio?tier=lost", status=422),
    ),
    "portfolio.why": (Visit("/portfolio/why"), Visit("/portfolio/why", "otto")),
    "portfolio.failed": (
        Visit("/portfolio/failed-criteria"),
        Visit("/portfolio/failed-criteria?pattern=lost", status=422),
    ),
    "portfolio.search": (
        Visit("/search?q=a", "ada"),
        Visit("/search?q=nothing+like+it"),
        Visit("/search?q=clams+traige", "ada"),
        Visit("/search?q=a&kind=alert", "ada"),
    ),
    "systems.register_page": (
        Visit("/systems"),
        Visit("/systems?q=claims&unit={claims}&sort=-owner&col=owner&col=deputy&col=changed&view={view}"),
        Visit("/systems?q=nothing+like+it"),
        Visit("/systems?stage=lost&mood=grim&col=lost&sort=-lost&unit=999999999"),
        Visit("/systems?after=lost", status=422),
    ),
    "systems.new": (Visit("/systems/new", "mia"),),
    "interchange.card_new": (Visit("/systems/from-card", "mia"),),
    "systems.views": (Visit("/systems/views", "ada"),),
    "systems.new_view": (Visit("/systems/views/new?stage=proposed", "mia"),),
    "systems.edit_view": (Visit("/systems/views/{view}", "ada"),),
    "systems.show": (Visit(SYSTEM, "ada"), Visit(SYSTEM, "otto"), Visit("/systems/{pricing}", "olga")),
    "systems.edit_form": (Visit(f"{SYSTEM}/edit", "ada"),),
    "systems.history": (Visit("/systems/{pricing}/history", "olga"), Visit(f"{SYSTEM}/history", "ada")),
    "systems.bulk": (
        Visit("/systems/bulk?key={triage}&key={pricing}", "ada"),
        Visit("/systems/bulk?key={triage}&key={pricing}&task=hand_over"),
    ),
    "annotations.tags": (Visit("/tags"),),
    "annotations.tag": (Visit("/tags/{tag}"),),
    "annotations.notes": (Visit(f"{SYSTEM}/notes", "ada"),),
    "annotations.correct_note_form": (Visit(f"{SYSTEM}/notes/{{note}}/correct", "ada"),),
    "annotations.withdraw_note_form": (Visit(f"{SYSTEM}/notes/{{note}}/withdraw", "ada"),),
    "portfolio.offers": (Visit("/handovers", "mia"),),
    "ownership.system": (
        Visit(f"{SYSTEM}/ownership", "ada"),
        Visit("/systems/{pricing}/ownership"),
        Visit(f"{SYSTEM}/ownership?on=2026-11-02", "otto"),
        Visit(f"{SYSTEM}/ownership?on=2020-01-01", "otto", 422),
    ),
    "ownership.offer_form": (
        Visit(f"{SYSTEM}/ownership/hand-over", "ada"),
        Visit("/systems/{pricing}/ownership/hand-over", "olga"),
    ),
    "ownership.seat_form": (Visit(f"{SYSTEM}/ownership/seats/deputy", "ada"),),
    "ownership.handover": (
        Visit("/handovers/{offer}", "mia"),
        Visit("/handovers/{offer}", "ada"),
        Visit("/handovers/{answered}", "aud"),
    ),
    "ownership.findings": (Visit("/ownership", "hedy"),),
    "ownership.load": (Visit("/ownership/load"),),
    "ownership.on_day": (Visit("/ownership/on?seats=y"),),
    "ownership.transfer_form": (Visit("/people/{ada}/transfer"),),
    "classification.system": (
        Visit(f"{SYSTEM}/classification", "ada"),
        Visit("/systems/{pricing}/classification", "otto"),
    ),
    "classification.run": (Visit(f"{SYSTEM}/classification/{{run}}", "otto"),),
    "classification.compare": (
        Visit(f"{SYSTEM}/classification/compare?after={{run}}", "otto"),
        Visit("/systems/{pricing}/classification/compare", "otto", 404),
    ),
    "classification.questions": (
        Visit(f"{SYSTEM}/classification/questions/uses", "ada"),
        Visit("/systems/{pricing}/classification/questions/scope", "olga"),
    ),
    "classification.finish": (Visit(f"{SYSTEM}/classification/finish", "ada"),),
    "classification.changes": (Visit("/classification/changes"), Visit("/classification/changes", "otto")),
    "objectives.system": (
        Visit(f"{SYSTEM}/objectives", "ada"),
        Visit("/systems/{pricing}/objectives", "otto"),
    ),
    "objectives.edit": (Visit(f"{SYSTEM}/objectives/edit", "ada"),),
    "objectives.add_metric": (Visit(f"{SYSTEM}/objectives/metrics/new", "ada"),),
    "objectives.edit_metric": (
        Visit(f"{SYSTEM}/objectives/metrics/{{metric}}/edit", "ada"),
        Visit(f"{SYSTEM}/objectives/metrics/{{retired_metric}}/edit", "ada"),
    ),
    "objectives.retire_metric": (Visit(f"{SYSTEM}/objectives/metrics/{{metric}}/retire", "ada"),),
    "objectives.record_value": (Visit(f"{SYSTEM}/objectives/values/new", "ada"),),
    "monitoring.system": (
        Visit(f"{SYSTEM}/monitoring", "ada"),
        Visit("/systems/{pricing}/monitoring?days=365", "otto"),
    ),
    "monitoring.readings": (Visit(f"{SYSTEM}/monitoring/metrics/{{metric}}", "ada"),),
    "monitoring.upload": (Visit(f"{SYSTEM}/monitoring/upload", "ada"),),
    "monitoring.record": (Visit(f"{SYSTEM}/monitoring/metrics/{{metric}}/record", "ada"),),
    "fairness.system": (
        Visit(f"{SYSTEM}/fairness", "ada"),
        Visit("/systems/{pricing}/fairness", "otto"),
    ),
    "fairness.bound": (Visit(f"{SYSTEM}/fairness/bound?attribute=sex", "ada"),),
    "fairness.record": (Visit(f"{SYSTEM}/fairness/record", "ada"),),
    "data_sources.catalogue": (Visit("/data-sources"), Visit("/data-sources?retired=1")),
    "data_sources.quality": (Visit("/data-quality"), Visit("/data-quality?state=met&q=nothing+like+it")),
    "data_sources.new": (Visit("/data-sources/new", "ada"),),
    "data_sources.show": (
        Visit(SOURCE, "ada"),
        Visit("/data-sources/{retired}", "ada"),
        Visit(SOURCE, "otto"),
    ),
    "data_sources.edit": (Visit(f"{SOURCE}/edit", "ada"),),
    "data_sources.retire": (Visit(f"{SOURCE}/retire", "ada"),),
    "data_sources.history": (Visit(f"{SOURCE}/history", "ada"),),
    "data_sources.add_check": (Visit(f"{SOURCE}/checks/new", "ada"),),
    "data_sources.check": (Visit(f"{SOURCE}/checks/{{check}}", "ada"),),
    "data_sources.system": (Visit(f"{SYSTEM}/data", "ada"), Visit("/systems/{pricing}/data", "otto")),
    "data_sources.system_end_use": (Visit(f"{SYSTEM}/data/{{use}}/end", "ada"),),
    "versions.system": (
        Visit(f"{VERSIONS}?on=2026-11-02", "ada"),
        Visit("/systems/{pricing}/versions", "otto"),
        Visit(f"{VERSIONS}?on=lost", "otto", 422),
    ),
    "versions.new": (Visit(f"{VERSIONS}/new", "ada"),),
    "versions.show": (
        Visit(f"{VERSIONS}/{{version}}", "ada"),
        Visit(f"{VERSIONS}/{{version}}"),
        Visit(f"{VERSIONS}/{{live}}", "otto"),
        Visit(f"{VERSIONS}/{{withdrawn}}", "otto"),
    ),
    "versions.edit": (Visit(f"{VERSIONS}/{{version}}/edit", "ada"),),
    "versions.live": (Visit(f"{VERSIONS}/{{before}}/live", "ada"),),
    "versions.withdraw": (Visit(f"{VERSIONS}/{{live}}/withdraw", "ada"),),
    "versions.compare": (
        Visit(f"{VERSIONS}/compare?a={{before}}&b={{version}}", "otto"),
        Visit("/systems/{pricing}/versions/compare", "otto"),
    ),
    "alerts.overview": (
        Visit("/alerts", "ada"),
        Visit("/alerts?state=resolved"),
        Visit("/alerts?kind=quality&mine=1", "otto"),
        Visit("/alerts?state=all&severity=critical&pattern=F1&since=2026-01-01&until=2026-12-31", "ada"),
        Visit("/alerts?kind=lost", status=422),
    ),
    "incidents.overview": (
        Visit("/incidents", "ada"),
        Visit("/incidents?status=all&severity=3&pattern=F1&kind=incident&unit={claims}&q=a&mine=1"),
        Visit(
            "/incidents?status=all&merged=no&since=2026-01-01&until=2026-12-31&system={triage}&control=none"
        ),
        Visit("/incidents?status=lost", status=422),
    ),
    "incidents.times": (
        Visit("/incidents/times"),
        Visit("/incidents/times?by=unit&tier=unclassified", "otto"),
    ),
    "incidents.actions": (Visit("/corrective-actions"), Visit("/corrective-actions?which=all", "ada")),
    "incidents.system": (Visit(f"{SYSTEM}/incidents", "ada"), Visit("/systems/{pricing}/incidents", "otto")),
    "incidents.new": (
        Visit(f"{SYSTEM}/incidents/new?alert={{alert}}", "ada"),
        Visit("/systems/{pricing}/incidents/new", "otto"),
    ),
    "incidents.show": (
        Visit("/incidents/{incident}", "ada"),
        Visit("/incidents/{incident}", "otto"),
        Visit("/incidents/{closed_incident}"),
    ),
    "incidents.edit": (Visit("/incidents/{incident}/edit", "ada"),),
    "incidents.judge": (Visit("/incidents/{incident}/judge", "ada"),),
    "incidents.move": (
        Visit("/incidents/{incident}/move", "ada"),
        Visit("/incidents/{incident}/move?to=lost", "ada", 422),
    ),
    "incidents.close": (Visit("/incidents/{incident}/close", "ada"),),
    "incidents.note": (Visit("/incidents/{incident}/note", "ada"),),
    "incidents.cause": (Visit("/incidents/{incident}/cause", "ada"),),
    "incidents.post_mortem": (Visit("/incidents/{incident}/post-mortem", "ada"),),
    "incidents.link": (Visit("/incidents/{incident}/link", "ada"),),
    "incidents.spread": (Visit("/incidents/{incident}/systems", "ada"),),
    "incidents.involve": (Visit("/incidents/{incident}/people", "ada"),),
    "incidents.take_off": (Visit("/incidents/{incident}/systems/off", "ada"),),
    "incidents.uninvolve": (Visit("/incidents/{incident}/people/off", "ada"),),
    "incidents.merge": (Visit("/incidents/{incident}/merge", "ada"),),
    "incidents.recurrence": (Visit("/incidents/{incident}/recurrence", "ada"),),
    "incidents.hold": (Visit("/incidents/{incident}/hold", "ada"),),
    "incidents.release": (Visit("/incidents/{incident}/release", "ada"),),
    "incidents.set_action": (Visit("/incidents/{incident}/actions/new", "ada"),),
    "incidents.begin_report": (Visit("/incidents/{incident}/reports/new", "ada"),),
    "incidents.action": (
        Visit("/corrective-actions/{action}", "ada"),
        Visit("/corrective-actions/{verified_action}", "otto"),
    ),
    "incidents.edit_action": (Visit("/corrective-actions/{action}/edit", "ada"),),
    "incidents.done": (Visit("/corrective-actions/{action}/done", "ada"),),
    "incidents.verify": (Visit("/corrective-actions/{action}/verify", "ada"),),
    "incidents.reopen": (Visit("/corrective-actions/{action}/reopen", "ada"),),
    "incidents.drop": (Visit("/corrective-actions/{action}/drop", "ada"),),
    "incidents.move_report": (Visit("/authority-reports/{report}/move", "rita"),),
    "incidents.drop_report": (Visit("/authority-reports/{report}/drop", "rita"),),
    "incidents.take_up_report": (Visit("/authority-reports/{report}/again", "rita"),),
    "incidents.correct_report": (Visit("/authority-reports/{report}/aware", "rita"),),
    "incidents.report_sent": (Visit("/authority-reports/{report}/sent?full=1", "ada"),),
    "reviews.queue": (
        Visit("/reviews", "rita"),
        Visit("/reviews?place=decided&kind=initial&tier=none", "otto"),
        Visit("/reviews?place=lost", status=422),
    ),
    "reviews.show": (
        Visit("/reviews/{review}", "rita"),
        Visit("/reviews/{decided_review}", "otto"),
        Visit("/reviews/{review}", "ada"),
    ),
    "reviews.compliance": (
        Visit(f"{SYSTEM}/compliance", "ada"),
        Visit("/systems/{pricing}/compliance", "otto"),
    ),
    "reviews.submit": (Visit(f"{SYSTEM}/reviews/new", "ada"),),
    "reviews.submit_again": (Visit("/reviews/{review}/submit", "ada"),),
    "reviews.give": (Visit("/reviews/{review}/assign", "rita"),),
    "reviews.frameworks": (Visit("/reviews/{review}/frameworks", "rita"),),
    "reviews.decide": (Visit("/reviews/{review}/decide", "rita"),),
    "reviews.met": (Visit("/review-conditions/{condition}/met", "rita"),),
    "reviews.add_finding": (Visit("/reviews/{review}/findings/new", "rita"),),
    "reviews.resolve_finding": (Visit("/findings/{finding}/resolve", "ada"),),
    "reviews.verify_finding": (Visit("/findings/{resolved_finding}/verify", "rita"),),
    "reviews.reopen_finding": (Visit("/findings/{resolved_finding}/reopen", "rita"),),
    "reviews.attest": (Visit(f"{SYSTEM}/attest", "ada"),),
    "reviews.sign": (Visit("/sign-offs/{sheet}/sign", "ben"),),
    "reviews.ask_waiver": (Visit(f"{SYSTEM}/waivers/new", "ada"),),
    "reviews.decide_waiver": (Visit("/waivers/{waiver}/decide", "rita"),),
    "reviews.revoke_waiver": (Visit("/waivers/{granted_waiver}/revoke", "rita"),),
    "alerts.show": (
        Visit("/alerts/{alert}", "ada"),
        Visit("/alerts/{alert}", "otto"),
        Visit("/alerts/{resolved_alert}", "ada"),
    ),
    "dependencies.system": (
        Visit(f"{SYSTEM}/dependencies", "ada"),
        Visit(f"{SYSTEM}/dependencies", "otto"),
        Visit("/systems/{sentinel}/dependencies"),
    ),
    "dependencies.add": (Visit(f"{SYSTEM}/dependencies/new", "ada"),),
    "dependencies.show": (
        Visit(f"{SYSTEM}/dependencies/{{dependency}}", "ada"),
        Visit(f"{SYSTEM}/dependencies/{{dependency}}", "otto"),
    ),
    "dependencies.edit": (Visit(f"{SYSTEM}/dependencies/{{dependency}}/edit", "ada"),),
    "dependencies.end": (Visit(f"{SYSTEM}/dependencies/{{dependency}}/end", "ada"),),
    "dependencies.reconsider": (Visit(f"{SYSTEM}/reconsider/{{reconsideration}}", "ada"),),
    "dependencies.system_touches": (
        Visit("/systems/{pricing}/touches"),
        Visit("/systems/{triage}/touches", "otto"),
    ),
    "dependencies.source_touches": (Visit(f"{SOURCE}/touches"), Visit("/data-sources/{retired}/touches")),
    "oversight.system": (Visit(f"{SYSTEM}/oversight", "ada"), Visit("/systems/{pricing}/oversight", "olga")),
    "oversight.set_bounds": (Visit("/systems/{pricing}/oversight/bounds", "olga"),),
    "oversight.record_training": (Visit("/systems/{pricing}/oversight/training", "olga"),),
    "oversight.record_drill": (Visit(f"{SYSTEM}/oversight/drill", "ada"),),
    "lifecycle.gate": (
        Visit(f"{SYSTEM}/gate", "ada"),
        Visit("/systems/{pricing}/gate", "rita"),
        Visit("/systems/{sentinel}/gate", "ada"),
    ),
    "lifecycle.lower": (Visit("/systems/{pricing}/gate/lower", "olga"),),
    "lifecycle.retire": (Visit("/systems/{pricing}/gate/retire", "olga"),),
    "lifecycle.stop": (Visit(f"{SYSTEM}/stop", "ada"),),
    "lifecycle.lift": (Visit("/systems/{pricing}/stop/lift", "rita"),),
    "lifecycle.ask_for_autonomy": (Visit(f"{SYSTEM}/autonomy/ask", "ada"),),
    "lifecycle.decide_on_autonomy": (
        Visit(f"{SYSTEM}/autonomy/{{autonomy}}", "rita"),
        Visit(f"{SYSTEM}/autonomy/{{autonomy}}", "ada"),
    ),
    "lifecycle.lower_autonomy": (Visit(f"{SYSTEM}/autonomy/lower", "ada"),),
    "drift.system": (
        Visit(f"{SYSTEM}/drift", "ada"),
        Visit(f"{SYSTEM}/drift", "otto"),
        Visit("/systems/{pricing}/drift", "olga"),
    ),
    "drift.show": (
        Visit(f"{SYSTEM}/drift/{{feature}}", "ada"),
        Visit(f"{SYSTEM}/drift/{{feature}}", "otto"),
        Visit(f"{SYSTEM}/drift/{{bare_feature}}", "ada"),
    ),
    "drift.set_baseline": (Visit(f"{SYSTEM}/drift/{{feature}}/baseline", "ada"),),
    "drift.rename": (Visit(f"{SYSTEM}/drift/{{feature}}/rename", "ada"),),
    "feedback.system": (
        Visit(f"{SYSTEM}/feedback", "ada"),
        Visit(f"{SYSTEM}/feedback?state=waiting&theme={{theme}}", "otto"),
        Visit("/systems/{pricing}/feedback", "olga"),
        Visit(f"{SYSTEM}/feedback?state=lost", "ada", 422),
    ),
    "feedback.show": (
        Visit(f"{SYSTEM}/feedback/{{feedback}}", "ada"),
        Visit(f"{SYSTEM}/feedback/{{feedback}}", "otto"),
    ),
    "feedback.write_down_form": (Visit(f"{SYSTEM}/feedback/new", "ben"),),
    "feedback.door": (
        Visit(f"{SYSTEM}/feedback/door", "ada"),
        Visit("/systems/{pricing}/feedback/door", "olga"),
    ),
    "feedback.theme": (Visit(f"{SYSTEM}/feedback/themes/{{theme}}", "ada"),),
    "feedback.inbox": (Visit("/feedback/inbox", "ada"), Visit("/feedback/inbox", "otto")),
    "feedback.give": (Visit("/feedback/{door}", ""), Visit("/feedback/{door}", "ada")),
    "feedback.answer": (Visit("/feedback/answer/{answer_code}", ""),),
    "evidence.system": (
        Visit(f"{SYSTEM}/evidence", "ada"),
        Visit(f"{SYSTEM}/evidence", "otto"),
        Visit("/systems/{pricing}/evidence", "olga"),
    ),
    "evidence.new": (Visit(f"{SYSTEM}/evidence/new", "ada"),),
    "evidence.show": (Visit("/evidence/{evidence}", "ada"), Visit("/evidence/{withdrawn_evidence}", "aud")),
    "evidence.edit": (Visit("/evidence/{evidence}/edit", "ada"),),
    "evidence.revise": (Visit("/evidence/{evidence}/revise", "ada"),),
    "evidence.withdraw": (Visit("/evidence/{evidence}/withdraw", "ada"),),
    "risks.system": (Visit(f"{SYSTEM}/risks", "ada"), Visit("/systems/{pricing}/risks", "otto")),
    "risks.new": (Visit(f"{SYSTEM}/risks/new", "ada"),),
    "risks.show": (Visit("/risks/{risk}", "ada"), Visit("/risks/{closed_risk}", "otto")),
    "risks.edit": (Visit("/risks/{risk}/edit", "ada"),),
    "risks.accept": (Visit("/risks/{risk}/accept", "ada"),),
    "risks.close": (Visit("/risks/{risk}/close", "ada"),),
    "dossiers.system": (
        Visit(f"{SYSTEM}/dossier", "ada"),
        Visit("/systems/{pricing}/dossier", "otto"),
    ),
    "dossiers.show": (Visit("/dossiers/{dossier}"), Visit("/dossiers/{dossier}", "ada")),
    "dossiers.case": (Visit("/test-cases/{test_case}", "otto"),),
    "dossiers.add_case": (Visit("/dossiers/{dossier}/cases/new", "ada"),),
    "dossiers.run": (Visit("/dossiers/{dossier}/run", "rita"),),
    "dossiers.take": (Visit("/dossiers/{dossier}/results", "rita"),),
    "dossiers.sign": (Visit("/dossiers/{dossier}/sign", "rita"),),
    "cards.show": (Visit(f"{SYSTEM}/card", "ada"), Visit("/systems/{sentinel}/card", "ada")),
    "cards.put_forward": (Visit(f"{SYSTEM}/card/editions/new", "ada"),),
    "cards.edition": (Visit(f"{SYSTEM}/card/editions/1", "ada"), Visit(f"{SYSTEM}/card/editions/2", "rita")),
    "cards.decide": (Visit(f"{SYSTEM}/card/editions/2/decide", "rita"),),
    "cards.withdraw": (Visit(f"{SYSTEM}/card/editions/1/withdraw", "rita"),),
    "cards.compare": (Visit(f"{SYSTEM}/card/compare?from=1&to=2", "otto"),),
    "cards.bundles_list": (Visit("/cards/bundles"), Visit("/cards/bundles", "eva")),
    "cards.bundle": (
        Visit("/cards/bundles/{ready_bundle}"),
        Visit("/cards/bundles/{bundle}"),
    ),
    "portfolio.reports_list": (Visit("/portfolio/reports"), Visit("/portfolio/reports", "eva")),
    "portfolio.report": (
        Visit("/portfolio/reports/{filed_report}", "eva"),
        Visit("/portfolio/reports/{asked_report}"),
    ),
    "cards.verify": (Visit("/verify", ""), Visit("/verify", "ada")),
    "past.choose": (Visit("/as-of", "ada"),),
    "reference.about": (Visit("/reference/evidence", "mia"), Visit("/reference/systems", "mia")),
    "reference.overview": (Visit("/api", "mia"),),
    "frameworks.overview": (Visit("/frameworks"),),
    "frameworks.show": (Visit("/frameworks/eu-ai-act"), Visit("/frameworks/nist-ai-rmf", "otto")),
    "frameworks.control": (
        Visit("/frameworks/nist-ai-rmf/controls/GOVERN%201.6", "rita"),
        Visit("/frameworks/eu-ai-act/controls/Art.%2073", "otto"),
    ),
    "packs.editions": (Visit("/packs"),),
    "packs.new": (Visit("/packs/new"),),
    "people.directory": (Visit("/people"), Visit("/people?q=nobody+like+that")),
    "people.new": (Visit("/people/new"),),
    "people.import_form": (Visit("/people/import"),),
    "people.import_preview": (Visit("/people/import/{upload}"),),
    "people.show": (Visit("/people/{ada}"), Visit("/people/{person}", "otto")),
    "identity.person": (Visit("/people/{ada}/sign-in"),),
    "identity.confirmed": (Visit("/account/confirmed?next=/systems"),),
    "passkeys.begin": (Visit("/account/passkeys/new", "ada"),),
    "passkeys.rename": (Visit("/account/passkeys/{passkey}/name", "ada"),),
    "passkeys.remove": (Visit("/account/passkeys/{passkey}/remove", "ada"),),
    "second_steps.enrol": (Visit("/account/second-step", "ada"),),
    "second_steps.roles": (Visit("/people/second-steps"),),
    "people.edit_form": (Visit("/people/{person}/edit"),),
    "people.leaving_form": (Visit("/people/{ada}/leaving"),),
    "people.units": (Visit("/units"),),
    "people.unit": (Visit("/units/{claims}"), Visit("/units/{unit}", "otto")),
    "people.unit_new": (Visit("/units/new"),),
    "people.unit_edit_form": (Visit("/units/{claims}/edit"),),
    "people.unit_remove_form": (Visit("/units/{claims}/remove"),),
    "people.teams": (Visit("/teams"),),
    "people.team": (Visit("/teams/{team}"),),
    "people.team_new": (Visit("/teams/new"),),
    "people.team_edit_form": (Visit("/teams/{team}/edit"),),
    "interchange.imports_list": (Visit("/imports"),),
    "interchange.new": (Visit("/imports/new"),),
    "interchange.show": (Visit("/imports/{import}"), Visit("/imports/{imported}")),
    "interchange.rows": (Visit("/imports/{import}/rows"),),
    "accounts.account": (Visit("/account", "ada"),),
    "accounts.browsers": (Visit("/account/browsers", "ada"),),
    "accounts.sign_in": (Visit("/sign-in", ""),),
    "audit.log": (
        Visit("/audit?event=metric.added"),
        Visit("/audit"),
        Visit("/audit?event=nonsense", status=422),
    ),
    "audit.entry": (Visit("/audit/{entry}"), Visit("/audit/{newest_entry}")),
    "audit.erase": (Visit("/audit/{entry}/erase"), Visit("/audit/{erasable}/erase")),
    "audit.verification": (Visit("/audit/verification"),),
    "worker.jobs": (Visit("/jobs"),),
    "notices.inbox": (Visit("/notices"), Visit("/notices?unread=yes", "otto")),
    "notices.choice": (Visit("/account/notices", "ada"),),
    "notices.mail": (Visit("/mail"),),
    "notices.usual": (Visit("/mail/usual"),),
    "mlflow.servers": (Visit("/mlflow"),),
    "mlflow.new": (Visit("/mlflow/new"),),
    "mlflow.server": (
        Visit("/mlflow/{mlflow}"),
        Visit("/mlflow/{mlflow}?only=open"),
        Visit("/mlflow/{broken_mlflow}"),
    ),
    "mlflow.edit": (Visit("/mlflow/{mlflow}/edit"),),
    "mlflow.model": (Visit("/mlflow/models/{mlflow_model}"),),
    "notices.hooks": (Visit("/webhooks"),),
    "notices.new_hook": (Visit("/webhooks/new"),),
    "notices.hook": (Visit("/webhooks/{hook}"), Visit("/webhooks/{silent_hook}?only=dead")),
    "notices.hook_form": (Visit("/webhooks/{hook}/edit"),),
    "notices.delivery": (Visit("/webhooks/deliveries/{delivery}"),),
}

# Refusals have a page too, whatever was asked for.
REFUSALS = (
    Visit("/nothing/here", "otto", 404),
    Visit("/systems/{sentinel}", "otto", 404),
    Visit("/audit", "otto", 403),
    Visit("/nothing/here", "", 404),
    Visit("/feedback/nobody-was-given-this", "", 404),
)

# Steps of an incident or of what follows it: one template with a form of a field or two. Every day the ones with most in
# them stand for the rest (a judgement, a move, an action, a report, an entry of the timeline).
ALIKE = {
    f"incidents.{step}"
    for step in (
        *("close", "cause", "link", "spread", "involve", "merge", "recurrence", "hold", "release"),
        *("edit_action", "done", "verify", "reopen", "drop", "move_report", "report_sent"),
        *("take_off", "uninvolve", "drop_report", "take_up_report", "correct_report"),
    )
} | {
    f"reviews.{step}"
    for step in (
        *("submit_again", "give", "frameworks", "met", "add_finding", "resolve_finding", "verify_finding"),
        *("reopen_finding", "sign", "decide_waiver", "revoke_waiver"),
    )
}

# GET addresses that are no page for a person, and why; beside all of the API, which programs read.
NO_PAGES = {
    "patterns.patterns": "looked at in the same ways, and more closely, by tests/web/test_patterns_page.py",
    "identity.begin": "leads on to the provider",
    "identity.confirm": "leads on to the provider",
    "identity.answer": "the provider's answer, which leads on",
    **dict.fromkeys(
        (
            f"scim.{each}"
            for each in ("service", "types", "user_type", "schemas_list", "user_schema", "users", "user")
        ),
        "JSON for directory services",
    ),
    "static": "style sheets, scripts and pictures; the pages that use them are looked at",
    "audit.entry_proof": "JSON, handed out as a file",
    "audit.checkpoint": "a signed note, handed out as a file",
    "cards.card_pdf": "a PDF, handed out as a file",
    "cards.schema": "JSON for programs, without an account",
    "cards.card_facts": "JSON, handed out as a file",
    "cards.edition_file": "a PDF, handed out as a file",
    "cards.edition_facts": "JSON, handed out as a file",
    "portfolio.report_file": "a PDF or a workbook, handed out as a file",
    "cards.bundle_file": "a ZIP, handed out as a file",
    "cards.card_as": "a card in a format that others read, handed out as a file",
    "interchange.report_csv": "CSV, handed out as a file",
    "interchange.report_json": "JSON, handed out as a file",
    "evidence.download": "a file somebody sent, handed out as a file",
    "declarations.file_schema": "JSON for editors",
    "feeds.calendar": "iCalendar for calendar programs",
    "feeds.changes": "Atom for feed readers",
    "reviews.sheet": "leads on to what stands of its system",
    "frameworks.statement": "CSV, handed out as a file",
    "packs.text": "YAML, handed out as a file",
    "health.alive": "one word for a supervisor",
    "health.ready": "a line per check for a supervisor",
    "operations.metrics": "numbers for a machine that watches",
}


def places(session: Session, cast: Cast) -> dict[str, object]:
    """What addresses name: the key or number of one thing of each kind."""

    def newest(kind: type, **wanted: object) -> int:
        return max(row.id for row in session.exec(select(kind).filter_by(**wanted)))

    triage, linked = cast.triage.id, session.exec(select(MlflowLink)).one().model_id
    metrics = session.exec(select(SuccessMetric).filter_by(system_id=triage).order_by(SuccessMetric.id)).all()
    source = session.get_one(DataSource, session.exec(select(QualityCheck)).one().data_source_id)
    retired = session.exec(select(DataSource).where(DataSource.id != source.id)).one()
    return {
        "triage": cast.triage.key,
        "sentinel": cast.sentinel.key,
        "pricing": cast.pricing.key,
        "source": source.key,
        "retired": retired.key,
        "check": newest(QualityCheck),
        "use": session.exec(select(DataUse).filter_by(system_id=triage, to_at=None)).one().id,
        "dependency": newest(Dependency, system_id=triage),
        "feature": session.exec(select(Baseline).filter_by(ended_at=None)).one().feature_id,
        "bare_feature": newest(Feature),
        "reconsideration": newest(Reconsideration, settled_at=None),
        "autonomy": newest(AutonomyRequest),
        "run": newest(ClassificationRun, system_id=triage),
        "metric": metrics[0].slug,
        "retired_metric": metrics[-1].slug,
        "alert": newest(Alert, state=AlertState.OPEN),
        "resolved_alert": newest(Alert, state=AlertState.RESOLVED),
        "incident": newest(Incident, status=Status.MITIGATED),
        "closed_incident": newest(Incident, status=Status.CLOSED),
        "action": newest(CorrectiveAction, state=ActionState.OPEN),
        "verified_action": newest(CorrectiveAction, state=ActionState.VERIFIED),
        "report": newest(AuthorityReport),
        "review": newest(Review, state=ReviewState.SUBMITTED),
        "decided_review": newest(Review, state=ReviewState.CONDITIONAL),
        "finding": newest(Finding, state=FindingState.OPEN),
        "resolved_finding": newest(Finding, state=FindingState.RESOLVED),
        "condition": newest(ReviewCondition),
        "sheet": newest(SignOff),
        "waiver": newest(Waiver, granted=None),
        "granted_waiver": newest(Waiver, granted=True),
        "view": newest(SavedView),
        "offer": newest(Handover, system_id=triage, state=HandoverState.OFFERED),
        "answered": newest(Handover, system_id=triage, state=HandoverState.DECLINED),
        "tag": newest(Tag),
        "version": newest(ModelVersion, state=State.CANDIDATE),
        "live": newest(ModelVersion, state=State.LIVE),
        "before": newest(ModelVersion, state=State.APPROVED),
        "withdrawn": newest(ModelVersion, state=State.WITHDRAWN),
        "passkey": newest(Passkey),
        "note": newest(Note, withdrawn_at=None),
        "person": session.exec(select(Person).filter_by(email="noor@example.org")).one().id,
        "ada": cast.number("ada"),
        "unit": newest(BusinessUnit),
        "claims": cast.units["claims"].id,
        "team": newest(Team),
        "upload": newest(PeopleUpload),
        "import": newest(InventoryImport, state=ImportState.CHECKED),
        "imported": newest(InventoryImport, state=ImportState.IMPORTED),
        "import_profile": newest(SavedProfile),
        "edition": 1,
        "filed_report": newest(PortfolioReport, state=ReportState.FILED),
        "asked_report": newest(PortfolioReport, state=ReportState.ASKED),
        "letter": newest(Mailing, state=Sent.DEAD),
        "mlflow": session.get_one(MlflowModel, linked).server_id,
        "mlflow_model": linked,
        "broken_mlflow": newest(MlflowServer, is_on=True),
        "hook": newest(Webhook, state=HookState.ON),
        "silent_hook": newest(Webhook, state=HookState.DISABLED),
        "delivery": newest(Delivery, state=Sent.DEAD),
        "bundle": newest(CardBundle, state=BundleState.MAKING),
        "ready_bundle": newest(CardBundle, state=BundleState.READY),
        "door": session.exec(select(FeedbackDoor)).one().public_code,
        "answer_code": ANSWER_CODE,
        "feedback": session.exec(select(Feedback).filter_by(client_key="answered")).one().id,
        "theme": session.exec(select(Feedback).filter_by(client_key="answered")).one().theme_id,
        "limitation": newest(KnownLimitation, ended=None),
        "dossier": newest(Dossier),
        "test_case": newest(DossierCase),
        "risk": newest(Risk),
        "closed_risk": newest(Risk, status=RiskStatus.CLOSED),
        # The first has another revision and supports something; the last was withdrawn.
        "evidence": newest(Evidence) - 2,
        "withdrawn_evidence": newest(Evidence),
        "evidence_file": newest(EvidenceRevision),
        "checkpoint": session.exec(select(LedgerCheckpoint)).one().size,
        # The last that a checkpoint covers, and the newest, which none does.
        "entry": session.exec(select(LedgerCheckpoint)).one().size,
        "newest_entry": last_seq(session),
        # It changed no record, so nothing stands that says the same.
        "erasable": session.exec(select(LedgerEntry.seq).filter_by(event=Event.CARDS_ASKED.value)).first(),
    }

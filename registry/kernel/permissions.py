"""Role, Seat and Permission: what people are, what they answer for, and what may be done."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the whole organisation. Everybody who signs in is a member."""

    MEMBER = "member"
    REVIEWER = "reviewer"
    EXECUTIVE = "executive"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Seat(StrEnum):
    """What a person answers for on one system."""

    OWNER = "accountable_owner"
    DEPUTY = "deputy"
    BUSINESS_LEAD = "business_lead"
    DATA_STEWARD = "data_steward"
    ENGINEERING_LEAD = "engineering_lead"
    COMPLIANCE_LEAD = "compliance_lead"
    OVERSEER = "overseer"


class Permission(StrEnum):
    """What may be done. Each view and each action names exactly one."""

    DESK_READ = "desk.read"
    SYSTEM_READ = "system.read"
    REGISTER_EXPORT = "register.export"
    VIEW_SAVE = "view.save"
    SYSTEM_REGISTER = "system.register"
    SYSTEM_EDIT = "system.edit"
    SYSTEM_CLASSIFY = "system.classify"
    TIER_LOWER = "tier.lower"
    QUESTIONNAIRE_ADD = "questionnaire.add"
    CLASSIFICATION_CHASE = "classification.chase"
    SEAT_FILL = "seat.fill"
    OWNER_CONFIRM = "owner.confirm"
    CONFIRMATION_CHASE = "confirmation.chase"
    HANDOVER_OFFER = "handover.offer"
    HANDOVER_ANSWER = "handover.answer"
    SYSTEM_TAG = "system.tag"
    TAGS_MANAGE = "tags.manage"
    NOTE_WRITE = "note.write"
    OBJECTIVE_EDIT = "objective.edit"
    DATA_SOURCE_READ = "data_source.read"
    DATA_SOURCE_EDIT = "data_source.edit"
    DATA_USE_EDIT = "data_use.edit"
    DEPENDENCY_EDIT = "dependency.edit"
    VERSION_EDIT = "version.edit"
    SNAPSHOT_PUSH = "snapshot.push"
    BASELINE_SET = "baseline.set"
    ALERT_ANSWER = "alert.answer"
    ALERT_CHASE = "alert.chase"
    FEEDBACK_SEND = "feedback.send"
    FEEDBACK_ANSWER = "feedback.answer"
    INCIDENT_OPEN = "incident.open"
    INCIDENT_WORK = "incident.work"
    INCIDENT_CLOSE = "incident.close"
    INCIDENT_CHASE = "incident.chase"
    INCIDENT_IMPORT = "incident.import"
    REPORT_MOVE = "report.move"
    ACTION_ANSWER = "action.answer"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_ADD = "evidence.add"
    EVIDENCE_WITHDRAW = "evidence.withdraw"
    RISK_EDIT = "risk.edit"
    RISK_ACCEPT = "risk.accept"
    DOSSIER_EDIT = "dossier.edit"
    DOSSIER_TEST = "dossier.test"
    DOSSIER_SIGN = "dossier.sign"
    OVERSIGHT_EDIT = "oversight.edit"
    STAGE_ADVANCE = "stage.advance"
    STAGE_LOWER = "stage.lower"
    STAGE_BRING = "stage.bring"
    SYSTEM_RETIRE = "system.retire"
    SYSTEM_STOP = "system.stop"
    STOP_LIFT = "stop.lift"
    AUTONOMY_ASK = "autonomy.ask"
    AUTONOMY_DECIDE = "autonomy.decide"
    AUTONOMY_LOWER = "autonomy.lower"
    COMPLIANCE_NOTE = "compliance.note"
    REVIEW_SUBMIT = "review.submit"
    REVIEW_WORK = "review.work"
    REVIEW_DECIDE = "review.decide"
    REVIEW_CHASE = "review.chase"
    FINDING_ANSWER = "finding.answer"
    SYSTEM_ATTEST = "system.attest"
    SIGN_OFF_OPEN = "sign_off.open"
    SIGN_OFF_SIGN = "sign_off.sign"
    WAIVER_ASK = "waiver.ask"
    WAIVER_DECIDE = "waiver.decide"
    CARD_READ = "card.read"
    CARD_EXPORT = "card.export"
    CARD_BUNDLE = "card.bundle"
    CARD_PUT_FORWARD = "card.put_forward"
    CARD_APPROVE = "card.approve"
    CARD_ISSUE = "card.issue"
    PORTFOLIO_REPORT = "portfolio.report"
    PEOPLE_READ = "people.read"
    PEOPLE_EDIT = "people.edit"
    AUDIT_READ = "audit.read"
    LEDGER_KEEP = "ledger.keep"
    ENTRY_ERASE = "entry.erase"
    OWN_ACCOUNT = "account.own"
    ACCOUNTS_MANAGE = "accounts.manage"
    INVENTORY_IMPORT = "inventory.import"
    JOBS_READ = "jobs.read"
    NOTICES_MANAGE = "notices.manage"
    MLFLOW_MANAGE = "mlflow.manage"
    FRAMEWORK_READ = "framework.read"
    APPLICABILITY_STATE = "applicability.state"
    PACK_ADOPT = "pack.adopt"


LOOKS = frozenset(
    {
        Permission.SYSTEM_READ,
        Permission.DATA_SOURCE_READ,
        Permission.EVIDENCE_READ,
        Permission.CARD_READ,
        Permission.CARD_EXPORT,
        Permission.PEOPLE_READ,
        Permission.AUDIT_READ,
        Permission.FRAMEWORK_READ,
        Permission.REGISTER_EXPORT,
    }
)
"""What is left of anybody's permissions where a past day is looked at: to look, and to take away what is looked at.

What there is to do is of today.
"""

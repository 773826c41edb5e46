"""TELLINGS: which events are worth a notice, of which kind, to whom, in which words. Every other event is in SILENT, with why."""

from collections.abc import Mapping
from typing import Final

from registry.kernel.events import Event
from registry.notices.rules.choices import Kind
from registry.notices.rules.own_account import OWN_ACCOUNT
from registry.notices.rules.telling import Telling, Whom

_OWNERS = (Whom.OWNERS,)
_SEATED, _SEAT = ("assignment.person_id",), "assignment.seat"
_LEAD, _INCIDENT, _AUTHORITY = ("incident.lead_id",), "incident.title", "authority_report.authority"
_DOER, _ACTION = ("corrective_action.owner_id",), "corrective_action.title"
_FINDING, _WAIVER = "review_finding.title", "waiver.subject"
_SEATS = (Whom.EVERY_SEAT,)
_SEATS_OF_ALL = (*_SEATS, Whom.CONCERNED)
_ADMINISTRATORS = (Whom.ADMINISTRATORS,)

TELLINGS: Final[Mapping[Event, Telling]] = {
    # Seats and hand-overs.
    Event.SYSTEM_REGISTERED: Telling(
        Kind.OWNERSHIP, "{actor} registered it and names you its owner", named=_SEATED
    ),
    Event.SYSTEM_IMPORTED: Telling(Kind.OWNERSHIP, "An import names you its owner", named=_SEATED),
    Event.HANDOVER_OFFERED: Telling(
        Kind.OWNERSHIP,
        "{actor} offers you the accountable seat",
        named=("handover.to_id",),
        unseen="{actor} offers you a system; read the offer to learn which",
    ),
    Event.HANDOVER_ACCEPTED: Telling(
        Kind.OWNERSHIP,
        "{actor} accepted the accountable seat",
        _SEATS,
        ("handover.from_id", "handover.offered_by_id"),
    ),
    Event.HANDOVER_DECLINED: Telling(
        Kind.OWNERSHIP,
        "{actor} declined the accountable seat",
        named=("handover.from_id", "handover.offered_by_id"),
    ),
    Event.HANDOVER_WITHDRAWN: Telling(
        Kind.OWNERSHIP, "The offer of the accountable seat was withdrawn", named=("handover.to_id",)
    ),
    Event.HANDOVER_EXPIRED: Telling(
        Kind.OWNERSHIP,
        "Nobody answered the offer of the accountable seat in time",
        named=("handover.to_id", "handover.from_id", "handover.offered_by_id"),
    ),
    Event.SEAT_FILLED: Telling(
        Kind.OWNERSHIP, "{actor} gave you a seat: {about}", named=_SEATED, about=_SEAT
    ),
    Event.SEAT_VACATED: Telling(Kind.OWNERSHIP, "A seat of yours ended: {about}", named=_SEATED, about=_SEAT),
    Event.SEAT_PASSED: Telling(Kind.OWNERSHIP, "A seat was passed on: {about}", named=_SEATED, about=_SEAT),
    Event.SEATS_TRANSFERRED: Telling(
        Kind.OWNERSHIP, "Seats of somebody who leaves were passed on", named=_SEATED
    ),
    Event.CONFIRMATION_REMINDED: Telling(
        Kind.OWNERSHIP,
        "Say again that it is yours and its record true",
        named=("confirmation_notice.person_id",),
    ),
    # What nobody answered.
    Event.CONFIRMATION_ESCALATED: Telling(
        Kind.ESCALATION,
        "The owner has not confirmed that it is theirs",
        named=("confirmation_notice.person_id",),
    ),
    Event.ALERT_ESCALATED: Telling(
        Kind.ESCALATION,
        "Nobody has answered an alert: {about}",
        named=("alert_notice.person_id",),
        about="alert.says",
    ),
    Event.REVIEW_ESCALATED: Telling(
        Kind.ESCALATION, "A review waits past its day", named=("review.escalated_to_id",)
    ),
    Event.CORRECTIVE_ACTION_ESCALATED: Telling(
        Kind.ESCALATION,
        "A corrective action is late: {about}",
        named=("corrective_action.escalated_to_id",),
        about=_ACTION,
    ),
    Event.FEEDBACK_ESCALATED: Telling(
        Kind.ESCALATION, "{actor} passes feedback on to you", named=("feedback.escalated_to_id",)
    ),
    # Alerts: most arise while readings are taken in.
    Event.ALERT_RAISED: Telling(Kind.ALERT, "Alert: {about}", _SEATS, about="alert.says"),
    Event.SNAPSHOTS_RECORDED: Telling(
        Kind.ALERT, "Alert: {about}", _SEATS, about="alert.says", only_new=True
    ),
    # Incidents and what is done about them.
    Event.INCIDENT_OPENED: Telling(
        Kind.INCIDENT, "Incident opened: {about}", _SEATS_OF_ALL, _LEAD, _INCIDENT
    ),
    Event.INCIDENT_ASSIGNED: Telling(
        Kind.INCIDENT,
        "{actor} named you to lead an incident or to be told of it: {about}",
        named=(*_LEAD, "incident_involved.person_id"),
        about=_INCIDENT,
    ),
    Event.INCIDENT_SPREAD: Telling(
        Kind.INCIDENT, "An incident touches other systems now: {about}", _SEATS_OF_ALL, _LEAD, _INCIDENT
    ),
    Event.INCIDENT_MOVED: Telling(
        Kind.INCIDENT, "An incident has moved on: {about}", (*_OWNERS, Whom.CONCERNED), _LEAD, _INCIDENT
    ),
    Event.INCIDENT_CLOSED: Telling(
        Kind.INCIDENT, "Incident closed: {about}", _SEATS_OF_ALL, _LEAD, _INCIDENT
    ),
    Event.AUTHORITY_REPORT_SET: Telling(
        Kind.INCIDENT,
        "A report to an authority is due: {about}",
        (*_OWNERS, Whom.COMPLIANCE),
        about=_AUTHORITY,
    ),
    Event.AUTHORITY_REPORT_MOVED: Telling(
        Kind.INCIDENT,
        "The day of a report to an authority has moved: {about}",
        (*_OWNERS, Whom.COMPLIANCE),
        about=_AUTHORITY,
    ),
    Event.EVIDENCE_HELD: Telling(Kind.INCIDENT, "Evidence is frozen for an incident", _SEATS),
    Event.CORRECTIVE_ACTION_SET: Telling(
        Kind.ACTION, "A corrective action is yours: {about}", named=_DOER, about=_ACTION
    ),
    Event.CORRECTIVE_ACTION_EDITED: Telling(
        Kind.ACTION, "A corrective action of yours has changed: {about}", named=_DOER, about=_ACTION
    ),
    Event.CORRECTIVE_ACTION_DONE: Telling(
        Kind.ACTION,
        "Done and to be verified by somebody else: {about}",
        _OWNERS,
        ("corrective_action.set_by_id",),
        _ACTION,
    ),
    Event.CORRECTIVE_ACTION_REOPENED: Telling(
        Kind.ACTION, "A corrective action is open again: {about}", named=_DOER, about=_ACTION
    ),
    Event.FINDING_ADDED: Telling(
        Kind.ACTION, "A finding is yours to mend: {about}", named=("review_finding.owner_id",), about=_FINDING
    ),
    Event.FINDING_RESOLVED: Telling(
        Kind.ACTION,
        "A finding is resolved and to be verified: {about}",
        named=("review_finding.found_by_id",),
        about=_FINDING,
    ),
    Event.FINDING_REOPENED: Telling(
        Kind.ACTION, "A finding is open again: {about}", named=("review_finding.owner_id",), about=_FINDING
    ),
    Event.RISK_ADDED: Telling(
        Kind.ACTION, "A risk is yours to watch: {about}", named=("risk.owner_id",), about="risk.title"
    ),
    # Reviews, signatures, exceptions.
    Event.REVIEW_OPENED: Telling(Kind.REVIEW, "A review is due: submit the record", _OWNERS),
    Event.REVIEW_SUBMITTED: Telling(Kind.REVIEW, "A record is submitted for review", (Whom.REVIEWERS,)),
    Event.REVIEW_ASSIGNED: Telling(Kind.REVIEW, "A review is given to you", named=("review.assigned_to_id",)),
    Event.REVIEW_REMINDED: Telling(
        Kind.REVIEW, "A review waits for you", _OWNERS, ("review.assigned_to_id",)
    ),
    Event.REVIEW_FREED: Telling(Kind.REVIEW, "A review is without a reviewer again", (Whom.REVIEWERS,)),
    Event.REVIEW_DECIDED: Telling(
        Kind.REVIEW,
        "A review is decided: {about}",
        _OWNERS,
        ("review_decision.submitted_by_id",),
        "review_decision.decision",
    ),
    Event.SIGN_OFF_OPENED: Telling(Kind.REVIEW, "A sheet waits for signatures", _SEATS),
    Event.WAIVER_ASKED: Telling(
        Kind.REVIEW, "A waiver is asked for: {about}", (Whom.REVIEWERS,), about=_WAIVER
    ),
    Event.WAIVER_DECIDED: Telling(
        Kind.REVIEW, "A waiver is decided: {about}", _OWNERS, ("waiver.asked_by_id",), _WAIVER
    ),
    Event.WAIVER_REVOKED: Telling(
        Kind.REVIEW, "A waiver is revoked: {about}", _OWNERS, ("waiver.asked_by_id",), _WAIVER
    ),
    # Where systems stand.
    Event.SYSTEM_STOPPED: Telling(
        Kind.STAGE,
        "{actor} stopped it at once: {about}",
        (*_SEATS, Whom.REVIEWERS),
        about="emergency_stop.reason",
    ),
    Event.STOP_LIFTED: Telling(Kind.STAGE, "It may go on after it was stopped", _SEATS),
    Event.STAGE_ADVANCED: Telling(
        Kind.STAGE, "It is at another stage: {about}", _SEATS, about="stage_change.to_stage"
    ),
    Event.STAGE_LOWERED: Telling(
        Kind.STAGE, "It is at an earlier stage: {about}", _SEATS, about="stage_change.to_stage"
    ),
    Event.SYSTEM_RETIRED: Telling(Kind.STAGE, "It is retired", _SEATS),
    Event.AUTONOMY_ASKED: Telling(Kind.STAGE, "More autonomy is asked for", (Whom.REVIEWERS,)),
    Event.AUTONOMY_DECIDED: Telling(
        Kind.STAGE, "The request for more autonomy is decided", _OWNERS, ("autonomy_request.asked_by_id",)
    ),
    Event.AUTONOMY_LOWERED: Telling(Kind.STAGE, "It decides less by itself from now on", _SEATS),
    # What a record lacks.
    Event.COMPLIANCE_LOST: Telling(
        Kind.RECORD, "It is live and out of compliance", (*_OWNERS, Whom.COMPLIANCE)
    ),
    Event.CLASSIFICATION_OUTDATED: Telling(
        Kind.RECORD,
        "Its classification comes to something else by another edition",
        (*_OWNERS, Whom.COMPLIANCE),
    ),
    Event.RECONSIDERATION_ASKED: Telling(
        Kind.RECORD,
        "Look at it again, for something it relies on has changed: {about}",
        _SEATS,
        about="reconsideration.detail",
    ),
    Event.SYSTEM_PUT_BACK: Telling(Kind.RECORD, "An import that changed it was taken back", _OWNERS),
    Event.NOTE_WRITTEN: Telling(Kind.RECORD, "{actor} wrote a note", _OWNERS),
    Event.FEEDBACK_RECEIVED: Telling(Kind.FEEDBACK, "Somebody gave feedback", _OWNERS),
    # Cards and reports.
    Event.CARD_PUT_FORWARD: Telling(Kind.CARD, "A card is put forward for approval", (Whom.REVIEWERS,)),
    Event.CARD_RETURNED: Telling(Kind.CARD, "A card came back", _OWNERS, ("card_edition.put_forward_by_id",)),
    Event.CARD_ISSUED: Telling(Kind.CARD, "A card is issued", _SEATS, ("card_edition.put_forward_by_id",)),
    **OWN_ACCOUNT,
    # The house.
    Event.LEDGER_VERIFIED: Telling(
        Kind.HOUSE, "The ledger was verified and is not whole", _ADMINISTRATORS, unless="whole"
    ),
    Event.WEBHOOK_ADDED: Telling(
        Kind.HOUSE, "{actor} added a webhook: {about}", _ADMINISTRATORS, about="webhook.label"
    ),
    Event.WEBHOOK_SECRET_REPLACED: Telling(
        Kind.HOUSE,
        "{actor} replaced the secret of a webhook: {about}",
        _ADMINISTRATORS,
        about="webhook.label",
    ),
    Event.WEBHOOK_DISABLED: Telling(
        Kind.HOUSE,
        "A webhook was switched off after days without an answer: {about}",
        _ADMINISTRATORS,
        about="webhook.label",
    ),
    Event.BACKUP_RESTORED: Telling(Kind.HOUSE, "A backup was restored", _ADMINISTRATORS, even_self=True),
    Event.SIGNING_KEY_ROTATED: Telling(
        Kind.HOUSE, "The ledger's signing key was replaced", _ADMINISTRATORS, even_self=True
    ),
    Event.ENTRY_ERASED: Telling(
        Kind.HOUSE, "An entry of the ledger was erased", _ADMINISTRATORS, even_self=True
    ),
}

"""The words of reviews: kinds, where one stands, answers, findings, decisions, seats of a sign-off."""

from enum import StrEnum
from typing import Final

REVIEW_PREFIX: Final = "REV"
SIGN_OFF_PREFIX: Final = "SGN"
WAIVER_PREFIX: Final = "WVR"
NAME_LIMIT: Final = 200


class Kind(StrEnum):
    """Why a system is reviewed."""

    INITIAL = "initial"
    PERIODIC = "periodic"
    CHANGE = "change"
    INCIDENT = "incident"
    DECOMMISSION = "decommission"

    @property
    def said(self) -> str:
        return {
            Kind.INITIAL: "Initial: before it is first used",
            Kind.PERIODIC: "Periodic: because it is time",
            Kind.CHANGE: "Change: because something material changes",
            Kind.INCIDENT: "Incident: because something went wrong",
            Kind.DECOMMISSION: "Decommission: before it is retired",
        }[self]


class State(StrEnum):
    """Where a review stands."""

    WANTED = "wanted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    CONDITIONAL = "conditional"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def said(self) -> str:
        return {
            State.WANTED: "to be submitted by its owner",
            State.SUBMITTED: "with the reviewers",
            State.RETURNED: "changes requested",
            State.APPROVED: "approved",
            State.CONDITIONAL: "approved with conditions",
            State.REJECTED: "rejected",
            State.WITHDRAWN: "withdrawn",
        }[self]


UNDECIDED: Final = frozenset({State.WANTED, State.SUBMITTED, State.RETURNED})
WITH_OWNER: Final = frozenset({State.WANTED, State.RETURNED})
APPROVING: Final = frozenset({State.APPROVED, State.CONDITIONAL})


class Decision(StrEnum):
    """What a reviewer can decide."""

    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"

    @property
    def said(self) -> str:
        return {
            Decision.APPROVE: "Approve",
            Decision.APPROVE_WITH_CONDITIONS: "Approve with conditions",
            Decision.REQUEST_CHANGES: "Request changes",
            Decision.REJECT: "Reject",
        }[self]

    @property
    def leads_to(self) -> State:
        """Where the review stands afterwards."""
        return {
            Decision.APPROVE: State.APPROVED,
            Decision.APPROVE_WITH_CONDITIONS: State.CONDITIONAL,
            Decision.REQUEST_CHANGES: State.RETURNED,
            Decision.REJECT: State.REJECTED,
        }[self]


class Answer(StrEnum):
    """What a reviewer found of one control."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    UNVERIFIABLE = "unverifiable"

    @property
    def said(self) -> str:
        return {
            Answer.MET: "Met",
            Answer.PARTLY: "Partly met",
            Answer.NOT_MET: "Not met",
            Answer.NOT_APPLICABLE: "Does not apply",
            Answer.UNVERIFIABLE: "Cannot be verified",
        }[self]


# Answers that a plain approval cannot stand beside, and that need a note.
WANTING: Final = frozenset({Answer.PARTLY, Answer.NOT_MET, Answer.UNVERIFIABLE})


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FindingState(StrEnum):
    """Where a finding stands: verified by somebody else than who resolved it."""

    OPEN = "open"
    RESOLVED = "resolved"
    VERIFIED = "verified"


class Signed(StrEnum):
    """The seats of a sign-off."""

    BUSINESS = "business"
    DATA = "data"
    ENGINEERING = "engineering"
    COMPLIANCE = "compliance"
    EXECUTIVE = "executive"


class WaiverState(StrEnum):
    """Where a waiver stands on a day. Only asked, granted, refused and revoked are somebody's word; expired is the calendar's."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"
    EXPIRED = "expired"

"""Note what a review finds wanting; resolve it; verify that it is resolved, or say that it is not."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.people.queries import is_active_person
from registry.reviews.models.reviews import Finding, Review
from registry.reviews.queries.knowing import who_may_know
from registry.reviews.queries.separating import involved_in_finding, require_answers, require_has
from registry.reviews.rules.findings import (
    FindingFacts,
    problems_with_finding,
    problems_with_resolving,
    problems_with_verifying,
)
from registry.reviews.rules.kinds import UNDECIDED, FindingState, Severity
from registry.reviews.rules.separation import require_separation
from registry.systems.models import System


def add_finding(session: Session, actor: Actor, review: Review, facts: FindingFacts) -> Finding:
    """Note what is wanting, who mends it and until when. For the reviewer who has the review. Raises RuleBroken."""
    require(actor, Permission.REVIEW_WORK)
    require_has(session, actor, review)
    if review.state not in UNDECIDED:
        raise RuleBroken([Problem("", "This review is over; what comes up now belongs to a further one.")])
    today = clock.today()
    is_here = is_active_person(session, facts.owner_id, today)
    knowing = who_may_know(session, session.get_one(System, review.system_id))
    may_know = knowing is None or facts.owner_id in knowing
    refuse_if(problems_with_finding(facts, today, owner_is_here=is_here, owner_may_know=may_know))
    finding = Finding(
        review_id=review.id or 0,
        system_id=review.system_id,
        title=clean(facts.title),
        detail=clean(facts.detail),
        severity=facts.severity or Severity.LOW,
        owner_id=facts.owner_id or 0,
        due_on=facts.due_on or today,
        found_at=clock.now(),
        found_by_id=actor.person_id or 0,
    )
    session.add(finding)
    record(session, actor, Event.FINDING_ADDED, finding, system_id=review.system_id)
    return finding


def resolve_finding(session: Session, actor: Actor, finding: Finding, note: str) -> Finding:
    """Say that what was wanting is mended, and how. For who mends it and for owner and deputy. Raises RuleBroken."""
    require(actor, Permission.FINDING_ANSWER)
    require_answers(session, actor, finding)
    refuse_if(problems_with_resolving(finding.state, note))
    finding.state = FindingState.RESOLVED
    finding.resolved_at, finding.resolved_by_id = clock.now(), actor.person_id
    finding.resolved_note = clean(note)
    record(session, actor, Event.FINDING_RESOLVED, finding, system_id=finding.system_id)
    return finding


def verify_finding(session: Session, actor: Actor, finding: Finding, note: str = "") -> Finding:
    """Agree that a finding is mended. For a reviewer who has no part in the system, was not to mend it and did not resolve it."""
    require(actor, Permission.REVIEW_WORK)
    _require_other(session, actor, finding)
    refuse_if(problems_with_verifying(finding.state, note))
    finding.state = FindingState.VERIFIED
    finding.verified_at, finding.verified_by_id = clock.now(), actor.person_id
    finding.verified_note = clean(note)
    record(session, actor, Event.FINDING_VERIFIED, finding, system_id=finding.system_id)
    return finding


def reopen_finding(session: Session, actor: Actor, finding: Finding, note: str) -> Finding:
    """Say that a finding is not mended after all, and why. Raises RuleBroken."""
    require(actor, Permission.REVIEW_WORK)
    _require_other(session, actor, finding)
    missing = [] if note.strip() else [Problem("note", "Say what is still wanting.")]
    refuse_if([*problems_with_verifying(finding.state, note), *missing])
    finding.state, finding.verified_note = FindingState.OPEN, clean(note)
    finding.resolved_at = finding.resolved_by_id = None
    record(session, actor, Event.FINDING_REOPENED, finding, system_id=finding.system_id)
    return finding


def _require_other(session: Session, actor: Actor, finding: Finding) -> None:
    require_separation(actor, involved_in_finding(session, finding))

"""Who allowed it: classification, reviews, sign-offs, findings, risks, tests and waivers as facts of a gate, for many systems at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from registry.classification.models import ClassificationChange, ClassificationRun
from registry.classification.queries.runs import standing_of as classified_as
from registry.classification.rules.questionnaire import Outcome
from registry.dossiers.models import Dossier
from registry.dossiers.queries import covered_by
from registry.dossiers.queries import signatures_of as dossier_signatures
from registry.dossiers.rules.cases import CaseType
from registry.kernel import clock
from registry.lifecycle.rules.gates import Waived
from registry.reviews.models.reviews import (
    Finding,
    Review,
    ReviewCondition,
    ReviewDecision,
    ReviewSubmission,
)
from registry.reviews.models.words import SignOff, Waiver
from registry.reviews.queries.content import content_of, contents_of
from registry.reviews.queries.reviews import newest_approvals
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.queries.words import signatures_of
from registry.reviews.rules.cadence import months_for, validity
from registry.reviews.rules.content import changed, content_from
from registry.reviews.rules.kinds import Decision, FindingState, Severity
from registry.reviews.rules.kinds import Kind as ReviewKind
from registry.risks import rules as risks
from registry.risks.models import Risk
from registry.risks.queries import as_accepted, newest_acceptances
from registry.risks.queries import facts_of as risk_facts
from registry.risks.rules import Status
from registry.systems.models import System
from registry.systems.rules.record import Tier
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State


def assured(session: Session, systems: Sequence[System]) -> dict[int, dict[str, bool]]:
    """The facts of a gate about who allowed it, by the number of each of these systems; in a fixed number of statements."""
    numbers, today = [system.id or 0 for system in systems], clock.today()
    classified, prohibited = _classified(session, numbers)
    reviewed, signed = _agreed(session, systems, today)
    wanting, tested = _wanting(session, numbers), _tested(session, numbers)
    accepted = _accepted(session, numbers, today)
    return {
        system.id or 0: {
            "classified": system.id in classified,
            "not_prohibited": system.id not in prohibited and system.tier is not Tier.PROHIBITED,
            "reviewed": system.id in reviewed,
            "signed_off": system.id in signed,
            "no_grave_finding": system.id not in wanting,
            "risks_accepted": system.id in accepted,
            "tests_signed": system.id in tested,
        }
        for system in systems
    }


def is_reviewed_since(session: Session, system: System, at: datetime) -> bool:
    """Whether the newest word of the reviewers since that instant lets the system go on: a review of an incident or of a
    change that was handed in since, approved, and on what the record states today. A rejection in any review takes it
    back; an approval in one of another kind says nothing of what went wrong.
    """
    deciding = [each for each in Decision if each is not Decision.REQUEST_CHANGES]
    after_harm = col(Review.kind).in_([ReviewKind.INCIDENT, ReviewKind.CHANGE])
    query: Any = (
        select(ReviewDecision, ReviewSubmission)
        .join(Review, col(Review.id) == col(ReviewDecision.review_id))
        .join(ReviewSubmission, col(ReviewSubmission.id) == col(ReviewDecision.submission_id))
    )
    query = query.where(
        col(ReviewDecision.system_id) == system.id,
        col(ReviewDecision.at) >= at,
        col(ReviewDecision.decision).in_(deciding),
        # Not to take it out of use says nothing of whether it may go on.
        col(Review.kind) != ReviewKind.DECOMMISSION,
        or_(after_harm, col(ReviewDecision.decision) == Decision.REJECT),
    )
    found = session.exec(query.order_by(col(ReviewDecision.id).desc()).limit(1)).first()
    if found is None:
        return False
    decision, handed_in = found
    if decision.decision is Decision.REJECT or handed_in.at < at:
        return False
    return not changed(content_from(handed_in.content), content_of(session, system))


def waived_of(session: Session, numbers: Collection[int], on: date) -> dict[int, dict[str, Waived]]:
    """What of each of these systems need not be met on that day, by the id of the criterion, in one statement."""
    query = select(Waiver).where(
        col(Waiver.system_id).in_(sorted(numbers)),
        col(Waiver.granted).is_(True),
        col(Waiver.revoked_at).is_(None),
        col(Waiver.until) >= on,
    )
    found: dict[int, dict[str, Waived]] = {number: {} for number in numbers}
    for each in session.exec(query.order_by(col(Waiver.until), col(Waiver.id))):
        found[each.system_id][each.subject] = Waived(each.until, each.key)
    return found


def _classified(session: Session, numbers: Sequence[int]) -> tuple[set[int], set[int]]:
    """The systems whose run stands and comes to the same by every newer edition; and those found to be prohibited."""
    newest = select(func.max(ClassificationRun.id)).where(col(ClassificationRun.system_id).in_(numbers))
    newest = newest.group_by(col(ClassificationRun.system_id))
    runs = session.exec(select(ClassificationRun).where(col(ClassificationRun.id).in_(newest))).all()
    changed_runs = select(ClassificationChange.run_id).where(
        col(ClassificationChange.run_id).in_(sorted(run.id or 0 for run in runs))
    )
    outdated = set(session.exec(changed_runs)) if runs else set()
    prohibited = {run.system_id for run in runs if Outcome.PROHIBITED in classified_as(run).outcomes}
    return {run.system_id for run in runs if run.id not in outdated}, prohibited


def _agreed(session: Session, systems: Sequence[System], today: date) -> tuple[set[int], set[int]]:
    """The systems whose approval holds on what they state now, no condition of it overdue; and those signed for by all."""
    numbers = [system.id or 0 for system in systems]
    _, rule = rule_on(session, today)
    approvals, sheets = newest_approvals(session, numbers), _sheets(session, numbers)
    given = signatures_of(session, list(sheets.values()))
    contents = contents_of(session, systems) if approvals or sheets else {}
    late = _late(session, numbers, today)

    def holds(
        system: System, at: datetime, kept: Mapping[str, Any] | None, months: Mapping[str, int]
    ) -> bool:
        stale = kept is not None and bool(changed(content_from(kept), contents[system.id or 0]))
        tier = system.tier.value if system.tier else None
        return validity(at, months_for(months, tier), today, warn_days=0, is_stale=stale).holds

    reviewed, signed = set(), set()
    for system in systems:
        number = system.id or 0
        if (found := approvals.get(number)) and number not in late:
            decision, handed_in = found
            if holds(system, decision.at, handed_in.content, rule.months):
                reviewed.add(number)
        sheet = sheets.get(number)
        whole = sheet and set(sheet.seats) <= {seat.value for seat in given[sheet.id or 0]}
        if sheet and whole and holds(system, sheet.opened_at, sheet.content, rule.sign_off_months):
            signed.add(number)
    return reviewed, signed


def _sheets(session: Session, numbers: Sequence[int]) -> dict[int, SignOff]:
    newest = select(func.max(SignOff.id)).where(col(SignOff.system_id).in_(numbers))
    newest = newest.group_by(col(SignOff.system_id))
    return {each.system_id: each for each in session.exec(select(SignOff).where(col(SignOff.id).in_(newest)))}


def _late(session: Session, numbers: Sequence[int], today: date) -> set[int]:
    query = select(ReviewCondition.system_id).where(
        col(ReviewCondition.system_id).in_(numbers),
        col(ReviewCondition.met_at).is_(None),
        col(ReviewCondition.due_on) < today,
    )
    return set(session.exec(query.distinct()))


def _wanting(session: Session, numbers: Sequence[int]) -> set[int]:
    query = select(Finding.system_id).where(
        col(Finding.system_id).in_(numbers),
        Finding.severity == Severity.HIGH,
        Finding.state != FindingState.VERIFIED,
    )
    return set(session.exec(query.distinct()))


def _accepted(session: Session, numbers: Sequence[int], today: date) -> set[int]:
    """The systems that name a risk which is still there, and of which what is left of each such risk is accepted today.

    A risk that is closed shows nothing: whoever names one and closes it at once has named none.
    """
    found = session.exec(select(Risk).where(col(Risk.system_id).in_(numbers))).all()
    accepted = newest_acceptances(session, [risk.id or 0 for risk in found]) if found else {}
    standing: dict[int, set[Status]] = {}
    for risk in found:
        said = as_accepted(accepted.get(risk.id or 0))
        status = risks.standing(risk_facts(risk), said, today).status
        standing.setdefault(risk.system_id, set()).add(status)
    return {number for number, held in standing.items() if held - {Status.CLOSED} == {Status.ACCEPTED}}


def _tested(session: Session, numbers: Sequence[int]) -> set[int]:
    """The systems of which every version that is live passed tests of every type, none failed, and that is signed; where none
    is live yet, one that is approved did.
    """
    query: Any = select(ModelVersion.system_id, ModelVersion.state, ModelVersion.id, Dossier.id)
    query = query.join(Dossier, col(Dossier.version_id) == col(ModelVersion.id), isouter=True)
    query = query.where(
        col(ModelVersion.system_id).in_(numbers), col(ModelVersion.state).in_([State.APPROVED, State.LIVE])
    )
    rows = session.execute(query).all()
    whole = _whole(session, {dossier: number for number, _, _, dossier in rows if dossier is not None})
    # By system and state, each version with whether its tests are whole.
    versions: dict[int, dict[State, dict[int, bool]]] = {}
    for number, state, version, dossier in rows:
        of = versions.setdefault(number, {}).setdefault(state, {})
        of[version] = of.get(version, False) or dossier in whole
    return {number for number, by_state in versions.items() if _shown(by_state)}


def _shown(versions: Mapping[State, Mapping[int, bool]]) -> bool:
    live = versions.get(State.LIVE)
    return all(live.values()) if live else any(versions.get(State.APPROVED, {}).values())


def _whole(session: Session, dossiers: Mapping[int, int]) -> set[int]:
    """Of these dossiers (each with its system) those with tests of every type passed, none failed, and a signature that holds."""
    covered, signed = covered_by(session, dossiers), dossier_signatures(session, dossiers)
    return {
        number
        for number, found in covered.items()
        if {each.type for each in found if each.passed} == set(CaseType)
        and not any(each.failed for each in found)
        and any(not each.has_changed for each in signed.get(number, ()))
    }

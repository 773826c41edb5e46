"""What others have looked at, signed and kept of a system, as the part of a card; in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, func, select

from registry.cards.rules import facts as card
from registry.dossiers import queries as dossiers
from registry.evidence import queries as evidence
from registry.evidence.models import EvidenceUse
from registry.evidence.rules.record import SUBJECTS, subject_said
from registry.kernel.text import public_key
from registry.people.models import Person
from registry.reviews.models.reviews import Finding, Review, ReviewDecision
from registry.reviews.models.words import Waiver
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.queries.standing import OnContent, SystemStanding, standing_of
from registry.reviews.queries.words import names_of
from registry.reviews.rules.cadence import months_for
from registry.reviews.rules.kinds import REVIEW_PREFIX, FindingState
from registry.risks import queries as risks
from registry.risks.models import RiskAcceptance
from registry.risks.rules import Status
from registry.systems.models import System

MOST_EVIDENCE = 300
MOST_TESTED = 200


def assured(session: Session, system: System, on: date, *, names_evidence: bool) -> card.Assurance:
    """How reviews, signatures, risks, tests and evidence of a system stand on the day of its record.

    Evidence goes without its titles unless `names_evidence`: they are for fewer people than a card is.
    """
    number, stands = system.id or 0, standing_of(session, system, on)
    pack, rule = rule_on(session, on)
    lines, accepted = risks.lines_of(session, number, on), {}
    if lines:
        accepted = risks.newest_acceptances(session, [each.risk.id or 0 for each in lines])
    waived = sorted(stands.waivers.values(), key=lambda each: (each.until, each.id or 0))
    people = {each.accepted_by_id for each in accepted.values()}
    people |= {by for each in waived for by in (each.asked_by_id, each.decided_by_id) if by}
    names = names_of(session, set(people))
    tested = dossiers.lines_page(session, number, limit=MOST_TESTED).items
    kept = evidence.evidence_page(session, number, limit=MOST_EVIDENCE).items
    standing_evidence = [each for each in kept if each.evidence.withdrawn_at is None]
    return card.Assurance(
        edition=pack.said,
        months=months_for(rule.months, system.tier),
        due_on=stands.review.validity.until,
        changed=_labels(stands.review),
        reviews=_reviews(session, number),
        conditions=tuple(
            card.ConditionOpen(each.text, each.due_on, public_key(REVIEW_PREFIX, each.review_id))
            for each in stands.unmet
        ),
        sign_off=_sheet(stands),
        attested=_attested(stands),
        waivers=tuple(_waiver(each, names) for each in waived),
        risks=tuple(_risk(each, accepted.get(each.risk.id or 0), names) for each in lines),
        more_risks=risks.count(session, number) - len(lines),
        tests=tuple(_tested(each) for each in tested if each.signed),
        unsigned_tests=sum(not each.signed for each in tested),
        evidence=_pieces(session, standing_evidence, names_evidence=names_evidence),
        more_evidence=evidence.count(session, number) - len(standing_evidence),
    )


def _labels(on: OnContent) -> tuple[str, ...]:
    return tuple(each.label for each in on.changes)


def _reviews(session: Session, system_id: int) -> tuple[card.ReviewHeld, ...]:
    """The reviews of a system, newest first, each with its newest decision and what it found that is not verified."""
    query = select(Review, Person.name).join(
        Person, col(Person.id) == col(Review.assigned_to_id), isouter=True
    )
    found = session.exec(query.where(Review.system_id == system_id).order_by(col(Review.id).desc())).all()
    decided = select(ReviewDecision).where(ReviewDecision.system_id == system_id)
    newest = {each.review_id: each for each in session.exec(decided.order_by(col(ReviewDecision.id)))}
    open_ones = select(Finding.review_id, func.count()).where(
        Finding.system_id == system_id, Finding.state != FindingState.VERIFIED
    )
    findings = dict(session.exec(open_ones.group_by(col(Finding.review_id))).all())
    return tuple(
        _review(row, name or "", newest.get(row.id or 0), findings.get(row.id or 0, 0)) for row, name in found
    )


def _review(row: Review, reviewer: str, given: ReviewDecision | None, findings: int) -> card.ReviewHeld:
    return card.ReviewHeld(
        key=row.key,
        kind=row.kind,
        state=row.state,
        frameworks=tuple(row.packs),
        opened_at=row.opened_at,
        due_on=row.due_on,
        reviewer=reviewer,
        decision=given.decision if given else None,
        decided_by=given.printed_name if given else "",
        decided_at=given.at if given else None,
        reason=given.reason if given else "",
        findings=findings,
    )


def _sheet(stands: SystemStanding) -> card.SignOffSheet | None:
    sheet = stands.sheet
    if sheet is None:
        return None
    return card.SignOffSheet(
        key=sheet.key,
        edition=sheet.pack,
        opened_at=sheet.opened_at,
        content_sha256=sheet.content_sha256,
        until=stands.signed.validity.until,
        changed=_labels(stands.signed),
        signed=tuple(
            card.SeatSigned(seat, each.printed_name, each.meaning, each.at)
            for seat, each in stands.signatures.items()
        ),
        unsigned=stands.unsigned,
    )


def _attested(stands: SystemStanding) -> card.Attested | None:
    given = stands.attestation
    if given is None:
        return None
    return card.Attested(
        edition=given.pack,
        meaning=given.meaning,
        printed_name=given.printed_name,
        at=given.at,
        until=stands.attested.validity.until,
        changed=_labels(stands.attested),
    )


def _waiver(row: Waiver, names: Mapping[int, str]) -> card.WaiverHeld:
    return card.WaiverHeld(
        key=row.key,
        subject=row.subject_said or row.subject,
        edition=row.pack,
        because=row.because,
        until=row.until,
        asked_by=names[row.asked_by_id],
        granted_by=names[row.decided_by_id] if row.decided_by_id else "",
        granted_at=row.decided_at,
        reason=row.decided_because,
    )


def _risk(line: risks.Line, accepted: RiskAcceptance | None, names: Mapping[int, str]) -> card.RiskStated:
    row = line.risk
    bears = accepted if line.standing.status is Status.ACCEPTED else None
    return card.RiskStated(
        key=row.key,
        title=row.title,
        cause=row.cause,
        event=row.event,
        consequence=row.consequence,
        likelihood=row.likelihood,
        impact=row.impact,
        controls=row.controls,
        left_likelihood=line.likelihood,
        left_impact=line.impact,
        owner=line.owner.name,
        status=line.standing.status,
        says=line.standing.says,
        pattern=row.pattern,
        review_on=row.review_on,
        borne=card.RiskBorne(names[bears.accepted_by_id], bears.accepted_at, bears.until, bears.because)
        if bears
        else None,
        closed_because=row.closed_because,
    )


def _tested(line: dossiers.Line) -> card.VersionTested:
    return card.VersionTested(
        key=line.dossier.key,
        version=line.model.label,
        cases=line.cases,
        passed=line.passed,
        failed=line.failed,
        tries=tuple(each.type for each in line.covered if each.cases),
        signatures=tuple(
            card.SignedFor(
                each.person.name,
                each.signature.words,
                each.signature.signed_at,
                each.signature.sha256,
                each.signature.cases,
                each.signature.runs,
                not each.has_changed,
            )
            for each in line.signed
        ),
    )


def _pieces(
    session: Session, kept: Sequence[evidence.Shown], *, names_evidence: bool
) -> tuple[card.EvidenceKept, ...]:
    numbers = [each.evidence.id for each in kept]
    supports: dict[int, list[str]] = {}
    query = select(EvidenceUse).where(
        col(EvidenceUse.evidence_id).in_(numbers), col(EvidenceUse.subject_kind).in_(sorted(SUBJECTS))
    )
    for use in session.exec(query.order_by(col(EvidenceUse.id))) if numbers else ():
        supports.setdefault(use.evidence_id, []).append(subject_said(use.subject_kind, use.subject_id))
    return tuple(
        card.EvidenceKept(
            key=each.evidence.key,
            kind=each.evidence.kind,
            sha256=each.revision.sha256,
            added_at=each.revision.added_at,
            title=each.evidence.title if names_evidence else "",
            valid_until=each.evidence.valid_until,
            supports=tuple(dict.fromkeys(supports.get(each.evidence.id or 0, ()))),
        )
        for each in kept
    )

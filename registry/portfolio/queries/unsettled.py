"""What waits on a desk beside each feature's own list: for reviewers, for who watches risks, for who fills seats, for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, or_
from sqlmodel import Session, col, func, select

from registry.interchange.models import InventoryImport
from registry.interchange.rules.imports import ImportState
from registry.kernel.actor import Actor, Permission, Role, Seat, may
from registry.ownership.rules import GapKind
from registry.portfolio.queries import findings
from registry.portfolio.queries.findings import Scope
from registry.reviews.models.reviews import Finding, ReviewCondition, ReviewDecision
from registry.reviews.models.words import Waiver
from registry.reviews.rules.kinds import FindingState
from registry.risks.models import Risk, RiskAcceptance
from registry.risks.rules import Status
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.queries.remembering import remembered_for

MOST = 50
SOON = timedelta(days=14)
_WAIT_FOR_PERSON = (ImportState.MAPPING, ImportState.CHECKED)


@dataclass(frozen=True, slots=True)
class ToSettle:
    """What waits for a reviewer's word: waivers asked for, findings said to be mended, conditions to be called met."""

    waivers: Sequence[tuple[Waiver, System]] = ()
    findings: Sequence[tuple[Finding, System]] = ()
    conditions: Sequence[tuple[ReviewCondition, System]] = ()


def for_reviewer(session: Session, actor: Actor, today: date, ahead: timedelta = SOON) -> ToSettle:
    """What a reviewer may settle who has no part in the system and did not do it themselves, in three statements.

    Of conditions those that are overdue, and those due so far ahead that they set. Nothing for anybody else.
    """
    if Role.REVIEWER not in actor.roles:
        return ToSettle()
    return remembered_for(
        session, actor, "settles", (today, ahead), lambda: _to_settle(session, actor, today, ahead)
    )


def _to_settle(session: Session, actor: Actor, today: date, ahead: timedelta) -> ToSettle:
    waivers = (col(Waiver.granted).is_(None), col(Waiver.asked_by_id) != actor.person_id)
    mended = (
        col(Finding.state) == FindingState.RESOLVED,
        col(Finding.resolved_by_id).is_distinct_from(actor.person_id),
        col(Finding.owner_id) != actor.person_id,
    )
    set_by_them = select(ReviewDecision.id).where(ReviewDecision.decided_by_id == actor.person_id)
    due = or_(
        col(ReviewCondition.due_on) < today,
        and_(col(ReviewCondition.decision_id).in_(set_by_them), col(ReviewCondition.due_on) <= today + ahead),
    )
    unmet = (col(ReviewCondition.met_at).is_(None), due)
    return ToSettle(
        _of_others(session, actor, Waiver, *waivers),
        _of_others(session, actor, Finding, *mended),
        _of_others(session, actor, ReviewCondition, *unmet),
    )


def _of_others(session: Session, actor: Actor, kind: Any, *only: Any) -> Sequence[Any]:
    query: Any = select(kind, System).join(System, col(System.id) == kind.system_id)
    query = query.where(*only, visible_to(actor), ~among(col(System.id), actor.seats))
    return [tuple(row) for row in session.execute(query.order_by(kind.id).limit(MOST))]


def risks_for(
    session: Session, actor: Actor, today: date, ahead: timedelta = SOON
) -> Sequence[tuple[Risk, System, date | None]]:
    """The risks somebody has to look at again within two weeks, or as far ahead as is asked, the earliest first, at most fifty; in one statement.

    Those they watch whose day of review comes, and accepted ones of systems they answer for whose acceptance runs out:
    with its last day, None where it is the review that is due.
    """
    return remembered_for(
        session, actor, "risks", (today, ahead), lambda: _risks_for(session, actor, today, ahead)
    )


def _risks_for(
    session: Session, actor: Actor, today: date, ahead: timedelta
) -> Sequence[tuple[Risk, System, date | None]]:
    owned = [number for number, held in actor.seats.items() if held & {Seat.OWNER, Seat.DEPUTY}]
    newest = select(func.max(RiskAcceptance.id)).group_by(col(RiskAcceptance.risk_id))
    runs_out = and_(
        col(Risk.status) == Status.ACCEPTED,
        among(col(Risk.system_id), owned),
        col(RiskAcceptance.until) <= today + ahead,
    )
    review = and_(
        col(Risk.status) != Status.CLOSED,
        col(Risk.owner_id) == actor.person_id,
        col(Risk.review_on) <= today + ahead,
    )
    accepted = and_(
        col(RiskAcceptance.risk_id) == col(Risk.id),
        col(RiskAcceptance.id).in_(newest),
        col(Risk.status) == Status.ACCEPTED,
    )
    # Whose acceptance runs out and whose review comes is looked at on the earlier of the two days.
    ends = case((runs_out, RiskAcceptance.until))
    comes = case((review, Risk.review_on))
    query: Any = select(Risk, System, ends, comes)
    query = query.join(System, col(System.id) == col(Risk.system_id)).outerjoin(RiskAcceptance, accepted)
    query = query.where(or_(runs_out, review), visible_to(actor))
    first = case((comes.is_(None), ends), (ends.is_(None), comes), (ends < comes, ends), else_=comes)
    rows = session.execute(query.order_by(first, col(Risk.id)).limit(MOST))
    return [
        (risk, system, None if until and day and day < until else until) for risk, system, until, day in rows
    ]


def seats_for(session: Session, actor: Actor) -> Sequence[findings.Finding]:
    """The seats on systems the actor answers for whose holder has left, or whose team is empty; the longest first.

    At most fifty, in at most six statements; none for who answers for nothing.
    """
    owned = frozenset(number for number, held in actor.seats.items() if held & {Seat.OWNER, Seat.DEPUTY})
    if not owned:
        return []
    scope = Scope(system_ids=owned, kinds=frozenset({GapKind.HOLDER_LEFT, GapKind.EMPTY_TEAM}))

    def find() -> Sequence[findings.Finding]:
        return findings.findings_page(session, actor, scope, limit=MOST).items

    return remembered_for(session, actor, "seats", None, find)


def imports_for(session: Session, actor: Actor) -> Sequence[InventoryImport]:
    """The imports somebody began that wait for their next step, the longest first, at most fifty; in one statement."""
    if not may(actor, Permission.INVENTORY_IMPORT):
        return []
    query = select(InventoryImport).where(
        InventoryImport.uploaded_by_id == actor.person_id, col(InventoryImport.state).in_(_WAIT_FOR_PERSON)
    )
    return session.exec(query.order_by(col(InventoryImport.changed_at)).limit(MOST)).all()

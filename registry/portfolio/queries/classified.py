"""What classifications leave to somebody: systems found to be prohibited, and tiers that only a reviewer can lower."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from registry.accounts.models import RoleGrant
from registry.classification.models import ClassificationRun
from registry.classification.rules.tiers import waits_for_reviewer
from registry.kernel.actor import Actor, Role, Seat
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.queries.remembering import remembered_for
from registry.systems.rules.record import Stage, Tier

_ANSWERING = frozenset({Seat.OWNER, Seat.COMPLIANCE_LEAD})
# Nobody uses these.
_AT_REST = (Stage.SUSPENDED, Stage.RETIRED)


def prohibited_told_to(session: Session, actor: Actor, most: int) -> tuple[Sequence[System], int]:
    """The systems of the prohibited tier that are neither stopped nor retired and that this person is told of: the first so
    many by number, and how many there are; in one statement.

    A reviewer is told of all they may know of; others of those whose owner or compliance lead they are.
    """
    return remembered_for(session, actor, "prohibited", most, lambda: _prohibited(session, actor, most))


def _prohibited(session: Session, actor: Actor, most: int) -> tuple[Sequence[System], int]:
    query = select(System, func.count().over()).where(
        visible_to(actor), System.tier == Tier.PROHIBITED, col(System.stage).not_in(_AT_REST)
    )
    if Role.REVIEWER not in actor.roles:
        own = [number for number, seats in actor.seats.items() if seats & _ANSWERING]
        if not own:
            return [], 0
        query = query.where(among(col(System.id), own))
    found = session.exec(query.order_by(col(System.id)).limit(most)).all()
    return [system for system, _ in found], found[0][1] if found else 0


def tiers_waiting(
    session: Session, actor: Actor, most: int
) -> tuple[list[tuple[ClassificationRun, System]], int]:
    """The systems whose answers come to less than their tier, which nobody who may lower it has looked at: the first so many
    by number, and how many there are.

    For reviewers, of systems they hold no seat on; nothing for others. Two statements.
    """
    if Role.REVIEWER not in actor.roles:
        return [], 0
    return remembered_for(session, actor, "tiers", most, lambda: _tiers_waiting(session, actor, most))


def _tiers_waiting(
    session: Session, actor: Actor, most: int
) -> tuple[list[tuple[ClassificationRun, System]], int]:
    newest = select(func.max(ClassificationRun.id)).group_by(col(ClassificationRun.system_id))
    before = aliased(ClassificationRun)
    query = (
        sa.select(
            col(ClassificationRun.id),
            col(ClassificationRun.proposed_tier),
            col(ClassificationRun.tier),
            col(ClassificationRun.rationale),
            col(before.proposed_tier),
        )
        .join(System, col(System.id) == col(ClassificationRun.system_id))
        .outerjoin(before, col(before.id) == col(ClassificationRun.supersedes_id))
        .where(
            visible_to(actor),
            col(ClassificationRun.id).in_(newest),
            col(ClassificationRun.tier) != col(ClassificationRun.proposed_tier),
            col(System.stage) != Stage.RETIRED,
            ~among(col(System.id), actor.seats),
            or_(col(ClassificationRun.made_by_id).is_(None), _by_nobody_who_may()),
        )
    )
    found = session.execute(query.order_by(col(System.id)))
    numbers = [number for number, *tiers in found if waits_for_reviewer(*tiers)]
    first = select(ClassificationRun, System).join(System, col(System.id) == col(ClassificationRun.system_id))
    first = first.where(col(ClassificationRun.id).in_(numbers[:most])).order_by(col(System.id))
    return [(run, system) for run, system in session.exec(first)], len(numbers)


def _by_nobody_who_may() -> ColumnElement[bool]:
    reviewers = select(RoleGrant.person_id).where(RoleGrant.role == Role.REVIEWER)
    return col(ClassificationRun.made_by_id).not_in(reviewers)

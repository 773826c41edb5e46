"""What classifications leave to somebody: systems found to be prohibited, and tiers that only a reviewer can lower."""

from collections.abc import Sequence

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
from registry.systems.rules.record import Stage, Tier

_ANSWERING = frozenset({Seat.OWNER, Seat.COMPLIANCE_LEAD})
# Nobody uses these.
_AT_REST = (Stage.SUSPENDED, Stage.RETIRED)


def prohibited_told_to(session: Session, actor: Actor) -> Sequence[System]:
    """The systems of the prohibited tier that are neither stopped nor retired and that this person is told of, by number.

    A reviewer is told of all they may know of; others of those whose owner or compliance lead they are.
    """
    query = select(System).where(
        visible_to(actor), System.tier == Tier.PROHIBITED, col(System.stage).not_in(_AT_REST)
    )
    if Role.REVIEWER not in actor.roles:
        own = [number for number, seats in actor.seats.items() if seats & _ANSWERING]
        if not own:
            return []
        query = query.where(among(col(System.id), own))
    return session.exec(query.order_by(col(System.id))).all()


def tiers_waiting(session: Session, actor: Actor) -> list[tuple[ClassificationRun, System]]:
    """The systems whose answers come to less than their tier, which nobody who may lower it has looked at; by number.

    For reviewers, of systems they hold no seat on; nothing for others. One statement.
    """
    if Role.REVIEWER not in actor.roles:
        return []
    newest = select(func.max(ClassificationRun.id)).group_by(col(ClassificationRun.system_id))
    before = aliased(ClassificationRun)
    query = (
        select(ClassificationRun, System, before)
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
    found = session.exec(query.order_by(col(System.id))).all()
    return [
        (run, system)
        for run, system, earlier in found
        if waits_for_reviewer(
            run.proposed_tier, run.tier, run.rationale, earlier.proposed_tier if earlier else None
        )
    ]


def _by_nobody_who_may() -> ColumnElement[bool]:
    reviewers = select(RoleGrant.person_id).where(RoleGrant.role == Role.REVIEWER)
    return col(ClassificationRun.made_by_id).not_in(reviewers)

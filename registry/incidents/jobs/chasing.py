"""Tell the head of a unit of each corrective action that nobody finished in time."""

from contextlib import suppress
from typing import Any

from sqlmodel import Session

from registry.incidents.actions import corrective as actions
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries import corrective as queries
from registry.incidents.rules.corrective import is_to_be_escalated
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound, RuleBroken
from registry.ownership.rules import head_above
from registry.packs.queries import alerts_on
from registry.portfolio.queries import tree_and_heads
from registry.store.session import Database


def chase_actions(database: Database, _payload: dict[str, Any]) -> None:
    """Tell the head of the unit of each action that is longer overdue than its system's tier allows; once per due day.

    Each in a transaction of its own. The owner has it on their desk all along.
    """
    with database.transaction(read_only=True) as session:
        waiting = [
            action.id or 0 for action, tier in queries.overdue(session) if _is_late(session, action, tier)
        ]
    for number in waiting:
        with suppress(RuleBroken, NotFound), database.transaction() as session:
            _tell(session, number)


def _is_late(session: Session, action: CorrectiveAction, tier: str | None) -> bool:
    today = clock.today()
    return is_to_be_escalated(queries.deed_of(action), alerts_on(session, today).days_for(tier), today)


def _tell(session: Session, number: int) -> None:
    worker = the_registry("worker")
    action, system, _ = queries.action_by_number(session, worker, number, lock=True)
    # Done, moved, or told by another worker, while this one was on its way.
    if not _is_late(session, action, system.tier):
        return
    told = head_above(system.unit_id, *tree_and_heads(session), action.owner_id)
    actions.escalate(session, worker, action, told)

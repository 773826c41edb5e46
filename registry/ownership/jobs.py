"""Close hand-overs nobody answered in time or can answer; tell who is to know of confirmations that are due."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import RuleBroken
from registry.ownership import actions, queries
from registry.portfolio.queries import Chase, to_chase
from registry.store.session import Database


def expire_handovers(database: Database, _payload: dict[str, Any]) -> None:
    """Close every offer that has run out or whose recipient has left, each in a transaction of its own."""
    with database.transaction(read_only=True) as session:
        lapsed = queries.lapsed_handovers(session, clock.now())
    _close(database, lapsed)


def on_person_left(database: Database, payload: dict[str, Any]) -> None:
    """Close the offers that wait for somebody whose last day was noted, once that day is over.

    A last day still to come closes nothing yet: until then they may answer, and `expire_handovers` comes round.
    """
    with database.transaction(read_only=True) as session:
        waiting = queries.handovers_for(session, payload["subject_id"])
        numbers = [handover.id or 0 for handover in waiting]
    _close(database, numbers)


def _close(database: Database, numbers: Iterable[int]) -> None:
    for number in numbers:
        # Answered or withdrawn in the meantime: then there is nothing left to close. A job may run twice.
        with suppress(RuleBroken), database.transaction() as session:
            handover = queries.handover_by_id(session, number, lock=True)
            actions.expire_handover(session, the_registry("worker"), handover)


def chase_confirmations(database: Database, _payload: dict[str, Any]) -> None:
    """Take every step that is due for confirmations that are: each once, each in a transaction of its own."""
    with database.transaction(read_only=True) as session:
        waiting = to_chase(session)
    for chase in waiting:
        with suppress(RuleBroken), database.transaction() as session:
            _tell(session, chase)


def _tell(session: Session, chase: Chase) -> None:
    asked = chase.asked
    owner = queries.assignment_by_id(session, asked.owner.system_id, asked.owner.id or 0)
    noted = queries.steps_noted(session, {owner.id or 0}).get(owner.id or 0, set())
    # Confirmed, or told by another worker, while this one was on its way.
    if queries.last_word_of(session, owner) == asked.last and (asked.due.on, chase.step) not in noted:
        actions.note_step(session, the_registry("worker"), owner, chase.step, asked.due.on, chase.told_id)

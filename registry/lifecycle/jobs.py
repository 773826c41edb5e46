"""Note day by day which live systems are below what their gate asks, and which are not any more."""

from typing import Any

from sqlmodel import Session

from registry.kernel.actor import the_registry
from registry.lifecycle.actions.compliance import note_left, note_lost, note_regained
from registry.lifecycle.queries.gates import gates
from registry.lifecycle.queries.stages import spells_among, system_numbers_to_check
from registry.lifecycle.rules.stages import COUNTED
from registry.store.session import Database
from registry.systems import queries as systems
from registry.systems.rules.record import Stage

_WORKER = the_registry("worker")
_AT_ONCE = 100


def note_compliance(database: Database, payload: dict[str, Any]) -> None:  # noqa: ARG001
    """Check every live system, a hundred in a transaction. A check that runs twice notes nothing twice."""
    after = 0
    while True:
        with database.transaction() as session:
            numbers = system_numbers_to_check(session, after=after, limit=_AT_ONCE)
            if not numbers:
                return
            _check(session, numbers)
        after = numbers[-1]


def _check(session: Session, numbers: list[int]) -> None:
    # What was taken off the register in the meantime is found no more; a spell of it ends like any other.
    found = systems.by_numbers(session, _WORKER, set(numbers))
    spells = spells_among(session, numbers)
    # Restricted it is still used: its days go on. Out of use there is nothing to count.
    used = [
        each
        for each in found.values()
        if each.stage is Stage.LIVE or (each.stage in COUNTED and each.id in spells)
    ]
    asked = gates(session, used, {system.id or 0: Stage.LIVE for system in used}) if used else {}
    for number in numbers:
        gate, spell = asked.get(number), spells.get(number)
        if gate is not None and not gate.holds and spell is None:
            note_lost(session, _WORKER, number, gate)
        elif spell is not None and gate is None:
            note_left(session, _WORKER, spell)
        elif spell is not None and gate is not None and gate.holds:
            note_regained(session, _WORKER, spell)

"""What stands above every page of a system, and what the register adds to its lines."""

from typing import Any

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Seat, may
from registry.lifecycle.queries.record import has_left, read, standing
from registry.lifecycle.queries.stages import spell_of, stop_of
from registry.lifecycle.rules.stages import COUNTED, problems_with_stop
from registry.ownership import queries as ownership
from registry.packs import queries as packs
from registry.systems.models import System


def header(session: Session, actor: Actor, system: System) -> dict[str, Any]:
    """What stands above every page of a system: who answers for it, how complete its record is, whether it was stopped."""
    number = system.id or 0
    held = ownership.held_on(session, number)
    owner = next((each for each in held if each.assignment.seat is Seat.OWNER), None)
    unconfirmed = owner is None or owner.assignment.to_be_confirmed or owner.assignment.accepted_at is None
    stated = read(session, [number], held)
    record = standing(system, held, stated, packs.current(session, "baseline", clock.today()).record)
    stop = stop_of(session, number)
    spell = spell_of(session, number) if system.stage in COUNTED else None
    can_stop = not problems_with_stop(system.stage, "asked", is_stopped=stop is not None)
    return {
        "system": system,
        "held": held,
        "owner": owner.person if owner else None,
        "owner_unconfirmed": unconfirmed,
        "owner_left": bool(owner and owner.person and has_left(owner.person)),
        "record": record,
        "standing": (record.done, record.total),
        # Read for the standing; a page that shows them need not read them again.
        "stated_read": stated,
        "objective_read": stated.objectives.get(number),
        "metrics_read": stated.metrics.get(number, ()),
        "stop": stop,
        "days_out": (clock.today() - spell.since).days + 1 if spell else None,
        "may_stop": can_stop and may(actor, Permission.SYSTEM_STOP, number),
    }

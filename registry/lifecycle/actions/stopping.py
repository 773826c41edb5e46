"""Stop a system at once, from any stage but retired; let it go on, by a reviewer's decision."""

from datetime import datetime

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Forbidden, refuse_if
from registry.kernel.events import Event
from registry.lifecycle.actions.stages import change_row, cleaned, kept_of
from registry.lifecycle.models import EmergencyStop
from registry.lifecycle.queries.assurance import is_reviewed_since
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.queries.stages import stop_of
from registry.lifecycle.rules import autonomy
from registry.lifecycle.rules import stages as rules
from registry.lifecycle.rules.autonomy import OWNER_SEATS
from registry.lifecycle.rules.stages import Move
from registry.ownership.queries import seated_since
from registry.systems.models import System
from registry.systems.rules.record import Stage


def stop(session: Session, actor: Actor, system: System, reason: str) -> EmergencyStop:
    """Stop a system now. A program may do this too, with a token for it. The caller holds the system's row locked.

    Raises RuleBroken without a reason, where nothing runs, and where it is stopped already.
    """
    require(actor, Permission.SYSTEM_STOP, system.id)
    reason, number = cleaned(reason), system.id or 0
    standing = stop_of(session, number)
    refuse_if(rules.problems_with_stop(system.stage, reason, is_stopped=standing is not None))
    row = EmergencyStop(
        system_id=number,
        from_stage=system.stage,
        stopped_at=clock.now(),
        stopped_by_id=actor.person_id,
        by_machine=actor.token is not None,
        reason=reason,
    )
    session.add(row)
    if system.stage is not Stage.SUSPENDED:
        change_row(session, actor.person_id, system, Move.STOPPED, Stage.SUSPENDED, reason=reason)
    record(session, actor, Event.SYSTEM_STOPPED, row, system_id=number)
    return row


def lift(
    session: Session,
    actor: Actor,
    system: System,
    standing: EmergencyStop,
    to: Stage | None,
    because: str,
    *,
    confirmed_at: datetime | None,
) -> EmergencyStop:
    """Let a stopped system go on: where it was if the gate there holds, somewhere narrower, or back. What does not hold is
    kept with the decision. `confirmed_at`: when the reviewer last gave their password again. The caller holds the system's row locked.

    Raises Forbidden for whoever has owned it at any time since it was stopped, Conflict where somebody has lifted it
    meanwhile, and RuleBroken.
    """
    require(actor, Permission.STOP_LIFT, system.id)
    owners = seated_since(session, system.id or 0, OWNER_SEATS, standing.stopped_at)
    if objection := autonomy.objection_to_decider(actor, owners, system.id or 0, None):
        raise Forbidden(objection)
    if standing.lifted_at is not None:
        raise Conflict("Somebody has lifted this stop already.", standing.version)
    because = cleaned(because)
    reviewed = is_reviewed_since(session, system, standing.stopped_at)
    asked = rules.gate_kept(standing.from_stage, to)
    found = gate_of(session, system, asked) if asked else None
    open_ids = [line.id for line in found.open] if found else []
    problems = rules.problems_with_lifting(standing.from_stage, to, because, open_ids, is_reviewed=reviewed)
    refuse_if([*problems, *confirmation_problems(confirmed_at, now := clock.now())])
    standing.lifted_at, standing.lifted_by_id = now, actor.person_id
    standing.lifted_to, standing.lifted_because = to, because
    if to is not None and to is not system.stage:
        change_row(session, actor.person_id, system, Move.LIFTED, to, reason=because, **kept_of(found))
    record(session, actor, Event.STOP_LIFTED, standing, system_id=system.id)
    return standing

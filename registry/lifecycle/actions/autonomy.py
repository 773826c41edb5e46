"""Ask for one level of autonomy more, decide on it, lower it at once."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Forbidden, refuse_if
from registry.kernel.events import Event
from registry.lifecycle.actions.stages import cleaned
from registry.lifecycle.models import AutonomyLowering, AutonomyRequest
from registry.lifecycle.queries.stages import request_open, stop_of
from registry.lifecycle.queries.touching import numbers_of
from registry.lifecycle.rules import autonomy as rules
from registry.lifecycle.rules.autonomy import OWNER_SEATS, Evidence
from registry.ownership.queries import seated_since
from registry.systems.models import System


def ask(session: Session, actor: Actor, system: System, evidence: Evidence) -> AutonomyRequest:
    """Ask that a system may decide one level more by itself. What monitoring says now is kept with it.

    The caller holds the system's row locked, here and below. Raises RuleBroken; Forbidden for a program.
    """
    require(actor, Permission.AUTONOMY_ASK, system.id)
    if actor.person_id is None:
        raise Forbidden("A person asks for this.")
    number = system.id or 0
    evidence = Evidence(cleaned(evidence.text), evidence.links)
    waits = request_open(session, number) is not None
    refuse_if(rules.problems_with_asking(system.autonomy, system.stage, evidence, waits=waits))
    level = system.autonomy or 0
    row = AutonomyRequest(
        system_id=number,
        from_level=level,
        to_level=level + 1,
        evidence=evidence.text,
        links=list(evidence.links),
        numbers=numbers_of(session, number),
        asked_at=clock.now(),
        asked_by_id=actor.person_id,
    )
    session.add(row)
    record(session, actor, Event.AUTONOMY_ASKED, row, system_id=number)
    return row


def decide(
    session: Session,
    actor: Actor,
    system: System,
    asked: AutonomyRequest,
    because: str,
    *,
    granted: bool,
    confirmed_at: datetime | None,
) -> AutonomyRequest:
    """Grant or refuse one level more. `confirmed_at`: when the reviewer last gave their password again.

    Raises Forbidden for whoever asked or has owned the system since, Conflict where somebody
    has decided meanwhile, and RuleBroken.
    """
    require(actor, Permission.AUTONOMY_DECIDE, system.id)
    number = system.id or 0
    owners = seated_since(session, number, OWNER_SEATS, asked.asked_at)
    if objection := rules.objection_to_decider(actor, owners, number, asked.asked_by_id):
        raise Forbidden(objection)
    if asked.decided_at is not None:
        raise Conflict("Somebody has decided this already.", asked.version)
    because = cleaned(because)
    stopped = stop_of(session, number) is not None
    problems = rules.problems_with_decision(
        system.autonomy, asked.from_level, because, granted=granted, is_stopped=stopped
    )
    refuse_if([*problems, *confirmation_problems(confirmed_at, now := clock.now())])
    decided: dict[str, Any] = {
        "granted": granted,
        "decided_at": now,
        "decided_by_id": actor.person_id,
        "because": because,
    }
    for name, value in decided.items():
        setattr(asked, name, value)
    if granted:
        system.autonomy = asked.to_level
    record(session, actor, Event.AUTONOMY_DECIDED, asked, system_id=number)
    return asked


def lower(session: Session, actor: Actor, system: System, to: int | None, reason: str) -> AutonomyLowering:
    """Let a system decide less by itself from now on. Raises RuleBroken."""
    require(actor, Permission.AUTONOMY_LOWER, system.id)
    reason, level = cleaned(reason), system.autonomy or 0
    refuse_if(rules.problems_with_lowering(system.autonomy, to, reason))
    system.autonomy = to
    row = AutonomyLowering(
        system_id=system.id or 0,
        from_level=level,
        to_level=to or level,
        lowered_at=clock.now(),
        lowered_by_id=actor.person_id,
        reason=reason,
    )
    session.add(row)
    record(session, actor, Event.AUTONOMY_LOWERED, row, system_id=system.id)
    return row

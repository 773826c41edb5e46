"""Let a system go on, send it back, restrict, suspend or retire it; note where one stood before it came here."""

from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, require
from registry.kernel.errors import Forbidden, Problem, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.lifecycle.models import StageChange
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.queries.stages import (
    changes_of,
    held_by_reviewer,
    held_from,
    moved_among,
    stop_of,
)
from registry.lifecycle.queries.touching import is_relied_on_unseen, relied_on_by
from registry.lifecycle.rules import stages as rules
from registry.lifecycle.rules.autonomy import OWNER_SEATS, objection_to_decider
from registry.lifecycle.rules.gates import Gate, frozen
from registry.lifecycle.rules.stages import HELD, Move, next_stage
from registry.ownership.queries import seated_since
from registry.systems.models import System
from registry.systems.rules.record import Stage
from registry.versions.queries import held_among


def advance(session: Session, actor: Actor, system: System, reason: str = "") -> StageChange:
    """Let a system go on to its next stage, or back to where it was held from; the criteria are kept as they stand now.

    The caller holds the system's row locked, here and in every action below. Raises RuleBroken where the gate does
    not hold, and Forbidden where a reviewer restricted or suspended it.
    """
    require(actor, Permission.STAGE_ADVANCE, system.id)
    if held_by_reviewer(session, system) is not None:
        raise Forbidden(rules.OF_A_REVIEWER)
    change = _gone_on(session, actor, system, reason)
    record(session, actor, Event.STAGE_ADVANCED, change, system_id=system.id)
    return change


def release(session: Session, actor: Actor, system: System, reason: str = "") -> StageChange:
    """Let a system that a reviewer restricted or suspended go on to where it was held from, if the gate there holds.

    Raises Forbidden for whoever has owned it at any time since, and where no reviewer holds it; and RuleBroken.
    """
    require(actor, Permission.STOP_LIFT, system.id)
    held = held_by_reviewer(session, system)
    if held is None:
        raise Forbidden("Its owner or deputy lets it go on.")
    owners = seated_since(session, system.id or 0, OWNER_SEATS, held.changed_at)
    if objection := objection_to_decider(actor, owners, system.id or 0, None):
        raise Forbidden(objection)
    change = _gone_on(session, actor, system, reason)
    record(session, actor, Event.STAGE_ADVANCED, change, system_id=system.id)
    return change


def _gone_on(session: Session, actor: Actor, system: System, reason: str) -> StageChange:
    following = next_stage(system.stage, held_from(session, system))
    found = gate_of(session, system, following) if following else None
    open_ids = [line.id for line in found.open] if found else []
    stopped = stop_of(session, system.id or 0) is not None
    refuse_if(rules.problems_with_advance(system.stage, following, open_ids, is_stopped=stopped))
    move, to = Move.RESUMED if system.stage in HELD else Move.ADVANCED, following or system.stage
    kept = kept_of(found)
    return change_row(session, actor.person_id, system, move, to, reason=cleaned(reason), **kept)


def lower(
    session: Session, actor: Actor, system: System, move: Move, to: Stage | None, reason: str
) -> StageChange:
    """Send a system back, restrict or suspend it. Needs a reason and no gate. Raises RuleBroken."""
    require(actor, Permission.STAGE_LOWER, system.id)
    reason = cleaned(reason)
    stopped = stop_of(session, system.id or 0) is not None
    others = Role.REVIEWER not in actor.roles and held_by_reviewer(session, system) is not None
    refuse_if(
        rules.problems_with_lowering(move, system.stage, to, reason, is_stopped=stopped, is_reviewers=others)
    )
    change = change_row(session, actor.person_id, system, move, to or system.stage, reason=reason)
    record(session, actor, Event.STAGE_LOWERED, change, system_id=system.id)
    return change


def retire(
    session: Session, actor: Actor, system: System, reason: str, plan: str, *, told: bool
) -> StageChange:
    """Take a system out of use for good, also one that is stopped: that ends the stop. `told`: those who rely on it know.

    Raises RuleBroken.
    """
    require(actor, Permission.SYSTEM_RETIRE, system.id)
    reason, plan, number = cleaned(reason), cleaned(plan), system.id or 0
    refuse_if(
        rules.problems_with_retiring(
            system.stage,
            reason,
            plan,
            dependents=[other.name for other in relied_on_by(session, actor, system)],
            unseen=is_relied_on_unseen(session, actor, system),
            told=told,
            is_held=bool(held_among(session, [number])),
        )
    )
    if (standing := stop_of(session, number, lock=True)) is not None:
        # Nothing goes on by this, so no reviewer has to let it.
        standing.lifted_at, standing.lifted_by_id = clock.now(), actor.person_id
        standing.lifted_to, standing.lifted_because = Stage.RETIRED, reason
    change = change_row(
        session, actor.person_id, system, Move.RETIRED, Stage.RETIRED, reason=reason, plan=plan
    )
    record(session, actor, Event.SYSTEM_RETIRED, change, system_id=system.id)
    return change


def bring(session: Session, actor: Actor, system: System, stage: Stage, reason: str) -> StageChange:
    """Note the stage a system was in before it was registered here: a fact about the past, and said to be one.

    Only once, before anything else has happened to its stage. Raises RuleBroken.
    """
    require(actor, Permission.STAGE_BRING)
    reason = cleaned(reason)
    problems = rules.problems_with_reason("reason", reason, "Say where this is known from.")
    if (
        moved_among(session, [system.id or 0])
        or changes_of(session, system.id or 0, limit=1)
        or system.stage is not Stage.PROPOSED
        or stage is Stage.PROPOSED
    ):
        problems.append(Problem("stage", "Its stage has a history here already; that goes on from there."))
    refuse_if(problems)
    change = change_row(session, actor.person_id, system, Move.BROUGHT, stage, reason=reason)
    record(session, actor, Event.STAGE_BROUGHT, change, system_id=system.id)
    return change


def change_row(
    session: Session, by_id: int | None, system: System, move: Move, to: Stage, **told: Any
) -> StageChange:
    """The change itself, with its row. Part of an action, which asks and records."""
    row = StageChange(
        system_id=system.id or 0,
        move=move,
        from_stage=system.stage,
        to_stage=to,
        changed_at=clock.now(),
        changed_by_id=by_id,
        **told,
    )
    system.stage = to
    session.add(row)
    return row


def kept_of(found: Gate | None) -> dict[str, Any]:
    """A gate as the change of stage it was computed for keeps it."""
    if found is None:
        return {}
    return {"criteria": frozen(found), "pack_id": found.pack, "pack_edition": found.edition}


def cleaned(text: str) -> str:
    """The text in its storable form; one that has none is left for the rules to refuse."""
    try:
        return clean(text)
    except ValueError:
        return text

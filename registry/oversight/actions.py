"""Set the bounds of the override rate; record what overseers were trained in; record drills of the stop."""

from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Seat, require
from registry.kernel.errors import Conflict, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.oversight import queries, rules
from registry.oversight.models import Drill, OverrideBounds, OverseerTraining
from registry.oversight.rules import Bounds, DrillFacts, Training
from registry.ownership.queries import is_held
from registry.people.queries import is_active_person


def set_bounds(
    session: Session, actor: Actor, system_id: int, bounds: Bounds, *, version: int
) -> OverrideBounds:
    """Say between which shares people may override the system unasked. `version` is the revision read, 0 where there was none.

    Raises RuleBroken, or Conflict where somebody set them meanwhile.
    """
    require(actor, Permission.OVERSIGHT_EDIT, system_id)
    because = _cleaned(bounds.because)
    refuse_if(rules.problems_with_bounds(Bounds(bounds.low, bounds.high, because)))
    row = queries.bounds_of(session, system_id, lock=True)
    if version != (row.version if row else 0):
        raise Conflict(
            "Somebody else set the bounds while you were looking at them.", row.version if row else 0
        )
    stated: dict[str, Any] = {"low": bounds.low, "high": bounds.high, "because": because}
    if row is None:
        row = OverrideBounds(system_id=system_id, set_at=clock.now(), set_by_id=actor.person_id, **stated)
        session.add(row)
    else:
        for name, value in stated.items():
            setattr(row, name, value)
        row.set_at, row.set_by_id = clock.now(), actor.person_id
    record(session, actor, Event.OVERRIDE_BOUNDS_SET, row, system_id=system_id)
    return row


def record_training(session: Session, actor: Actor, system_id: int, training: Training) -> OverseerTraining:
    """Record what an overseer was trained in. Raises RuleBroken, also for somebody who does not hold the seat, and for
    whoever records of themselves that they may stop it.
    """
    require(actor, Permission.OVERSIGHT_EDIT, system_id)
    training = Training(
        training.person_id,
        _cleaned(training.what),
        training.on_day,
        training.valid_until,
        training.may_stop,
    )
    person = training.person_id or 0
    overseer = is_held(session, system_id, Seat.OVERSEER, person, None)
    own = actor.person_id is not None and person == actor.person_id
    refuse_if(rules.problems_with_training(training, is_overseer=overseer, is_own=own, today=clock.today()))
    row = OverseerTraining(
        system_id=system_id,
        person_id=person,
        what=training.what,
        on_day=training.on_day or clock.today(),
        valid_until=training.valid_until,
        may_stop=training.may_stop,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(row)
    record(session, actor, Event.OVERSEER_TRAINED, row, system_id=system_id)
    return row


def record_drill(session: Session, actor: Actor, system_id: int, drill: DrillFacts) -> Drill:
    """Record one try of stopping the system. Raises RuleBroken."""
    require(actor, Permission.OVERSIGHT_EDIT, system_id)
    tried = _cleaned(drill.tried)
    stated = DrillFacts(drill.on_day, tried, drill.worked, drill.seconds, drill.led_by_id)
    here = drill.led_by_id is None or is_active_person(session, drill.led_by_id, clock.today())
    refuse_if(rules.problems_with_drill(stated, leader_is_here=here, today=clock.today()))
    row = Drill(
        system_id=system_id,
        on_day=drill.on_day or clock.today(),
        tried=tried,
        worked=bool(drill.worked),
        seconds=drill.seconds,
        led_by_id=drill.led_by_id,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(row)
    record(session, actor, Event.DRILL_RECORDED, row, system_id=system_id)
    return row


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        # The rules refuse it in words.
        return text

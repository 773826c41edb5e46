"""What happened since in the demonstration: confirmations, offers and answers, stages, feedback, leavers, alerts, incidents."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.demo.actions.alerting import alert_steps
from registry.demo.actions.classifying import classification_steps
from registry.demo.actions.incidents import incident_steps
from registry.demo.actions.overseeing import lifecycle_steps
from registry.demo.actions.reviewing import review_steps
from registry.demo.actions.said import what_was_said
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.kernel.actor import Actor, Seat, the_registry
from registry.ownership import actions as ownership
from registry.ownership.models import Assignment, Handover
from registry.ownership.queries import pending_handover
from registry.people import actions as people
from registry.people.models import Person
from registry.portfolio.queries import to_chase
from registry.systems.models import System

_CHASED_EVERY, _CHASED = 14, 500


def following_steps(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """Everything that happened once the systems were there, each step as (days ago, what is done then)."""
    yield from (
        *_leavings(stage, told["people"], loaded),
        *classification_steps(loaded),
        *(step for system in told["systems"] for step in _of_system(system, loaded)),
        *(
            step
            for system in told["systems"]
            for step in lifecycle_steps(stage, system, loaded, partial(_found, system, loaded))
        ),
        *(step for system in told["systems"] for step in alert_steps(system, loaded)),
        *(step for system in told["systems"] for step in incident_steps(stage, system, loaded)),
        *(step for system in told["systems"] for step in review_steps(stage, system, loaded)),
    )
    for days_ago in (1, *range(_CHASED_EVERY, _CHASED, _CHASED_EVERY)):
        yield days_ago, partial(chase, stage.door)


def chase(door: Actor, session: Session) -> None:
    """Ask for the confirmations that are due by now, as the worker does."""
    for each in to_chase(session):
        owner = session.get_one(Assignment, each.asked.owner.id)
        ownership.note_step(session, door, owner, each.step, each.asked.due.on, each.told_id)


def _leavings(stage: Stage, told: list[dict[str, Any]], loaded: Loaded) -> Iterator[Step]:
    for one in told:
        if "left_days_ago" not in one:
            continue

        def leave(session: Session, one: dict[str, Any] = one) -> None:
            left = session.merge(loaded.people[one["id"]])
            people.mark_as_left(session, stage.door, left, stage.day(one["left_days_ago"]))

        yield one["left_days_ago"], leave


def _of_system(told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """Its owner confirms it; people say what they think of it; it is offered, and the offer declined or left to lapse."""

    def confirm(session: Session, note: str) -> None:
        actor, number = _owner_of(session, told, loaded)
        ownership.reconfirm(session, actor, number, note)

    for word in told.get("confirmed", ()):
        yield word["days_ago"], partial(confirm, note=word.get("note", ""))
    yield from what_was_said(told.get("feedback", {}), lambda session: _owner_of(session, told, loaded))
    if offer := told.get("handover"):
        yield from _of_offer(told, offer, loaded)


def _of_offer(told: dict[str, Any], offer: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    def to() -> Person:
        return loaded.people[offer["to"]]

    def pending(session: Session) -> Handover:
        found = pending_handover(session, _owner_of(session, told, loaded)[1])
        if found is None:
            raise LookupError(f"nobody offered {told['name']}")
        return found

    def make(session: Session) -> None:
        actor, number = _owner_of(session, told, loaded)
        ownership.offer_handover(session, actor, number, to().id, offer["reason"])

    def decline(session: Session) -> None:
        asked = actor_for(session, to(), via="session")
        ownership.decline_handover(session, asked, pending(session), offer["answer"])

    def expire(session: Session) -> None:
        ownership.expire_handover(session, the_registry("demo"), pending(session))

    yield offer["days_ago"], make
    if "declined_days_ago" in offer:
        yield offer["declined_days_ago"], decline
    if "expired_days_ago" in offer:
        yield offer["expired_days_ago"], expire


def _owner_of(session: Session, told: dict[str, Any], loaded: Loaded) -> tuple[Actor, int]:
    """The owner of a system as they act, and the system's number."""
    actor = actor_for(session, loaded.people[told["owner"]], via="session")
    owned = (key for key, held in actor.seats.items() if Seat.OWNER in held)
    return actor, next(key for key in owned if _is(session, key, told["name"]))


def _found(told: dict[str, Any], loaded: Loaded, session: Session) -> tuple[Actor, int]:
    return _owner_of(session, told, loaded)


def _is(session: Session, number: int, name: str) -> bool:
    return session.get_one(System, number).name == name

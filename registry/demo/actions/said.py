"""What people said of the systems in the demonstration, and what became of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from registry.demo.actions.stage import Step
from registry.feedback import actions as feedback
from registry.feedback import queries
from registry.feedback.actions import Incoming
from registry.feedback.rules.doors import DoorFacts
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts, Outcome
from registry.feedback.rules.figures import week_of
from registry.feedback.rules.readings import WEEKS
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry

OwnerOf = Callable[[Session], tuple[Actor, int]]


def what_was_said(told: dict[str, Any], owner_of: OwnerOf) -> Iterator[Step]:
    """The door is opened, outcomes come in by the week, people send feedback and are answered the next day."""
    if "door" in told:
        yield told["door"]["days_ago"], partial(_open, told["door"], owner_of)
    for days_ago, ratings, outcomes in told.get("batches", ()):
        yield days_ago, partial(_pass_on, ratings, outcomes, owner_of)
    if "batches" in told:
        # As the worker does from the next Monday on.
        yield 1, partial(_measure, owner_of)
    for each in told.get("said", ()):
        key: list[str] = []
        yield each["days_ago"], partial(_send, each, key, owner_of)
        if each.keys() & {"theme", "answer", "limitation", "escalate"}:
            yield max(each["days_ago"] - 1, 1), partial(_sort, each, key, owner_of)


def _open(door: dict[str, Any], owner_of: OwnerOf, session: Session) -> None:
    actor, number = owner_of(session)
    feedback.set_door(session, actor, number, DoorFacts(door["title"], door["words"]), version=0)


def _pass_on(ratings: list[int], outcomes: list[str], owner_of: OwnerOf, session: Session) -> None:
    _, number = owner_of(session)
    said = [FeedbackFacts(rating=each) for each in ratings]
    said += [FeedbackFacts(outcome=Outcome(each)) for each in outcomes]
    feedback.receive(session, the_registry("demo"), number, Door.TOKEN, [Incoming(each) for each in said])


def _measure(owner_of: OwnerOf, session: Session) -> None:
    _, number = owner_of(session)
    monday = week_of(clock.today())
    first, last = monday - timedelta(weeks=WEEKS), monday - timedelta(days=1)
    feedback.write_figures(session, the_registry("demo"), number, first, last)


def _send(told: dict[str, Any], key: list[str], owner_of: OwnerOf, session: Session) -> None:
    _, number = owner_of(session)
    door = queries.door_of(session, number, lock=True)
    if door is None:
        raise LookupError("feedback was sent where no door is open")
    facts = FeedbackFacts(
        told.get("rating"),
        category=Category(told["category"]) if "category" in told else None,
        comment=told["comment"],
        reference=told.get("reference", ""),
        contact=told.get("contact", ""),
    )
    key.append(
        feedback.receive_from_link(session, the_registry("demo"), door, facts, sender=told["comment"][:64])
    )


def _sort(told: dict[str, Any], key: list[str], owner_of: OwnerOf, session: Session) -> None:
    actor, number = owner_of(session)
    said = queries.told_by_code(session, key[0]).feedback
    if "theme" in told:
        feedback.put_under(session, actor, said, told["theme"])
    if "limitation" in told:
        known = feedback.add_limitation(session, actor, number, told["limitation"])
        feedback.link_limitation(session, actor, said, known)
    if "escalate" in told:
        feedback.escalate(session, actor, said, told["escalate"])
    if "answer" in told:
        feedback.answer(session, actor, said, told["answer"])

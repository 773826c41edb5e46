"""set_bound(): state what is acceptable between the groups of one attribute, with the reasons."""

from dataclasses import fields, replace
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.fairness.models import FairnessBound
from registry.fairness.queries.reading import bound_on, facts_of
from registry.fairness.rules.bounds import BoundFacts, moved_without_reason, problems_with
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.monitoring.actions.storing import hold_system

_TEXTS = ("attribute", "reference", "why_groups", "reason")


def set_bound(
    session: Session, actor: Actor, system_id: int, facts: BoundFacts, *, version: int | None = None
) -> FairnessBound:
    """State the bound on one attribute, or change it. What was sent is weighed anew by the follow-up.

    `version` is the revision the editor had before them, None for a first bound. Raises RuleBroken, and Conflict
    with what differs where somebody else has set it meanwhile.
    """
    require(actor, Permission.BASELINE_SET, system_id)
    texts: dict[str, Any] = {name: _tidy(name, getattr(facts, name)) for name in _TEXTS}
    facts = replace(facts, **texts)
    refuse_if(problems_with(facts))
    values: dict[str, Any] = {each.name: getattr(facts, each.name) for each in fields(facts)}
    hold_system(session.connection(), system_id)
    bound = bound_on(session, system_id, facts.attribute)
    if bound is None:
        bound = FairnessBound(system_id=system_id, set_at=clock.now(), **values)
        session.add(bound)
    elif bound.version != version:
        raise _conflict(bound, values)
    elif moved_without_reason(facts_of(bound), facts):
        raise RuleBroken([Problem("reason", "The bound changes. Say why it is this one now.")])
    # Only what differs, so that an unchanged bound keeps its revision, and whose it is.
    differing = {name: value for name, value in values.items() if getattr(bound, name) != value}
    if differing or bound.id is None:
        differing |= {"set_at": clock.now(), "set_by_id": actor.person_id}
    for name, value in differing.items():
        setattr(bound, name, value)
    record(session, actor, Event.FAIRNESS_BOUND_SET, bound, system_id=system_id)
    return bound


def _conflict(bound: FairnessBound, values: dict[str, Any]) -> Conflict:
    differing = [
        Difference(name, getattr(bound, name), value)
        for name, value in values.items()
        if getattr(bound, name) != value
    ]
    return Conflict("Somebody has set a bound on this attribute meanwhile.", bound.version, differing)


def _tidy(name: str, text: str) -> str:
    try:
        return clean(text).strip()
    except ValueError as error:
        raise RuleBroken([Problem(name, f"The text {error}.")]) from None

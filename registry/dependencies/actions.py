"""Add, edit and end dependencies; record tests; ask for a system to be reconsidered, and settle that."""

from dataclasses import fields, replace
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.dependencies import queries
from registry.dependencies.models import Dependency, DependencyTest, Reconsideration
from registry.dependencies.rules import dependency as rules
from registry.dependencies.rules.dependency import FIXED, LINES, TEXTS, DependencyFacts, Direction, TrialFacts
from registry.dependencies.rules.reconsider import Ask, problems_with_words
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.people.queries import is_active_person


def add_dependency(session: Session, actor: Actor, system_id: int, facts: DependencyFacts) -> Dependency:
    """State what a system relies on or what relies on it. Raises RuleBroken.

    The caller holds the system's row locked, so that the same is not stated twice at once, and has made sure that
    the actor may know of the other system.
    """
    require(actor, Permission.DEPENDENCY_EDIT, system_id)
    facts = _tidy(facts)
    here = facts.owner_id is None or is_active_person(session, facts.owner_id, clock.today())
    refuse_if(rules.problems_with(facts, own_id=system_id, owner_is_active=here))
    refuse_if(rules.problems_with_twin(is_stated=queries.is_stated(session, system_id, facts)))
    found = Dependency(
        system_id=system_id,
        added_at=clock.now(),
        **_values(facts) | {"direction": facts.direction or Direction.UPSTREAM},
    )
    session.add(found)
    record(session, actor, Event.DEPENDENCY_ADDED, found, system_id=system_id)
    return found


def edit_dependency(
    session: Session, actor: Actor, dependency: Dependency, facts: DependencyFacts, *, version: int
) -> Dependency:
    """Write what a dependency now states. Its two ends stay: another end is another dependency.

    `version` is the revision the editor had before them. Raises RuleBroken, or Conflict with both sides when the
    record has moved on since.
    """
    require(actor, Permission.DEPENDENCY_EDIT, dependency.system_id)
    _refuse_ended(dependency)
    facts = replace(_tidy(facts), **{name: getattr(dependency, name) for name in FIXED})
    if version != dependency.version:
        raise _conflict(dependency, facts)
    # Somebody who has left stays named until another is; only a new choice must be here.
    here = facts.owner_id in {None, dependency.owner_id} or is_active_person(
        session, facts.owner_id, clock.today()
    )
    refuse_if(rules.problems_with(facts, own_id=dependency.system_id, owner_is_active=here))
    twin = queries.is_stated(session, dependency.system_id, facts, besides=dependency.id)
    refuse_if(rules.problems_with_twin(is_stated=twin))
    for name, value in _values(facts).items():
        # Only what differs, so that an unchanged record keeps its revision.
        if getattr(dependency, name) != value:
            setattr(dependency, name, value)
    record(session, actor, Event.DEPENDENCY_EDITED, dependency, system_id=dependency.system_id)
    return dependency


def end_dependency(session: Session, actor: Actor, dependency: Dependency, because: str) -> Dependency:
    """Say that one no longer relies on the other, with the reason. Raises RuleBroken."""
    require(actor, Permission.DEPENDENCY_EDIT, dependency.system_id)
    _refuse_ended(dependency)
    because = _cleaned(because)
    missing = [] if because else [Problem("because", "Say what takes its place, or why nothing has to.")]
    refuse_if([*missing, *rules.prose_problems("because", because)])
    dependency.ended_at, dependency.ended_because = clock.now(), because
    record(session, actor, Event.DEPENDENCY_ENDED, dependency, system_id=dependency.system_id)
    return dependency


def record_test(session: Session, actor: Actor, dependency: Dependency, facts: TrialFacts) -> DependencyTest:
    """Add a dated test of a dependency. Raises RuleBroken."""
    require(actor, Permission.DEPENDENCY_EDIT, dependency.system_id)
    _refuse_ended(dependency)
    facts = replace(facts, tried=_cleaned(facts.tried), note=_cleaned(facts.note))
    refuse_if(rules.problems_with_test(facts, today=clock.today()))
    test = DependencyTest(
        dependency_id=dependency.id or 0,
        tested_on=facts.tested_on or clock.today(),
        passed=bool(facts.passed),
        tried=facts.tried,
        note=facts.note,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(test)
    record(session, actor, Event.DEPENDENCY_TESTED, test, system_id=dependency.system_id)
    return test


def ask_again(session: Session, actor: Actor, system_id: int, ask: Ask) -> Reconsideration:
    """Ask for a system to be reconsidered. Where the same is asked already, that tells of the latest and stays one.

    The caller holds the system's row locked. Raises RuleBroken when this entry of the ledger, or a later one, has
    asked for it before.
    """
    require(actor, Permission.DEPENDENCY_EDIT, system_id)
    if queries.asked_already(session, system_id, ask):
        raise RuleBroken([Problem("", "This was asked for already.")])
    found = queries.open_for(session, system_id, ask)
    if found is None:
        found = Reconsideration(
            system_id=system_id,
            cause=ask.cause,
            data_source_id=ask.data_source_id,
            dependency_id=ask.dependency_id,
            entry_seq=ask.entry_seq,
            since=clock.now(),
        )
        session.add(found)
    found.detail, found.entry_seq = ask.detail, ask.entry_seq
    record(session, actor, Event.RECONSIDERATION_ASKED, found, system_id=system_id)
    return found


def settle(
    session: Session, actor: Actor, asked: Reconsideration, words: str, *, version: int
) -> Reconsideration:
    """Say what came of reconsidering a system. `version` is the revision the person had read. Raises RuleBroken."""
    require(actor, Permission.DEPENDENCY_EDIT, asked.system_id)
    if asked.settled_at is not None:
        raise RuleBroken([Problem("", "Somebody has settled this already.")])
    if version != asked.version:
        says = "More has happened since you opened this page. It is shown above; read it and save again."
        raise RuleBroken([Problem("", says)])
    words = _cleaned(words)
    refuse_if(problems_with_words(words))
    asked.settled_at, asked.settled_by_id, asked.words = clock.now(), actor.person_id, words
    record(session, actor, Event.RECONSIDERATION_SETTLED, asked, system_id=asked.system_id)
    return asked


def _tidy(facts: DependencyFacts) -> DependencyFacts:
    texts: dict[str, Any] = {name: _cleaned(getattr(facts, name)) for name in (*LINES, *TEXTS)}
    return replace(facts, **texts)


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        return text


def _values(facts: DependencyFacts) -> dict[str, Any]:
    return {each.name: getattr(facts, each.name) for each in fields(facts)}


def _refuse_ended(dependency: Dependency) -> None:
    if dependency.ended_at is not None:
        raise RuleBroken([Problem("", "This dependency has ended. Add a new one if it is there again.")])


def _conflict(dependency: Dependency, facts: DependencyFacts) -> Conflict:
    """Both sides of an edit that came too late: what stands now beside what was about to be written."""
    differences = [
        Difference(name, getattr(dependency, name), value)
        for name, value in _values(facts).items()
        if getattr(dependency, name) != value
    ]
    says = "Somebody else changed this dependency while you were editing."
    return Conflict(says, dependency.version, differences)

"""Apply files to the register in one transaction: all of them, or with every objection none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from registry.declarations import queries
from registry.declarations.actions.carrying import Hand
from registry.declarations.actions.placing import placed
from registry.declarations.actions.remembering import Origin, is_remembered, remember
from registry.declarations.queries.meaning import renamed
from registry.declarations.rules.declared import Declared
from registry.declarations.rules.plan import Plan, Standing, digest_of, plan_of
from registry.kernel.actor import Actor, Permission, Seat, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import by_keys
from registry.systems.rules.record import Registration, Visibility


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of one document: its plan, and the system it is of."""

    plan: Plan
    system: System
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Ready:
    """One document with everything that is known before anything is changed."""

    meant: queries.Meant
    system: System
    is_new: bool
    plan: Plan
    now: Standing


def apply(
    session: Session,
    actor: Actor,
    documents: Sequence[Declared],
    origin: Origin,
    *,
    overwrite: bool = False,
    expects: str = "",
) -> list[Applied]:
    """Make the register state what the documents state, by the same actions that people take, under their permissions.

    What people changed since a file set it is written over only with `overwrite`. `expects` is the digest of plans that
    were shown (rules.plan.digest_of): where others would be carried out now, nothing is. Raises RuleBroken with every
    objection and its place, Forbidden, and Conflict.
    """
    found, problems = _bound(session, actor, documents)
    refuse_if(problems)
    for system in found.values():
        require(actor, Permission.SYSTEM_EDIT, system.id)
    actor, own, new = _registered(session, actor, documents, found)
    ready = _planned(session, actor, documents, own, new)
    if expects and digest_of([each.plan for each in ready]) != expects:
        raise Conflict(
            "The register or the files have changed since this plan was made. Make it again and look.", 0
        )
    if not overwrite:
        refuse_if([each for one in ready for each in _drifted(one)])
    for each in ready:
        try:
            _carried_out(session, actor, each, origin, {name: own[name].key for name in new})
        except RuleBroken as refused:
            # Of the others it is told as well what cannot stand.
            problems += refused.problems
    refuse_if(problems)
    return [Applied(each.plan, each.system, each.is_new) for each in ready]


def _bound(
    session: Session, actor: Actor, documents: Sequence[Declared]
) -> tuple[dict[str, System], list[Problem]]:
    """The systems that are on the register already, locked, by the ids of their documents."""
    names = queries.by_name(session, {each.id for each in documents})
    keys = {each.key for each in documents if each.key} | {_key(number) for number in names.values()}
    locked = {system.key: system for system in by_keys(session, actor, sorted(keys), lock=True)}
    kept = queries.named_by_number(session, {system.id or 0 for system in locked.values()})
    found: dict[str, System] = {}
    problems: list[Problem] = []
    for each in documents:
        number = names.get(each.id)
        meant = _key(number) if number else each.key
        system = locked.get(meant)
        if says := _objection(each, meant, system, kept, found):
            problems.append(each.problem("key" if each.key else "id", says))
        elif system is not None:
            found[each.id] = system
    twice = {name for name, times in Counter(each.id for each in documents).items() if times > 1}
    problems += [each.problem("id", "Two documents have this id.") for each in documents if each.id in twice]
    return found, problems


def _key(number: int) -> str:
    return public_key(SYSTEM_PREFIX, number)


def _objection(
    each: Declared, meant: str, system: System | None, kept: Mapping[int, str], found: Mapping[str, System]
) -> str:
    if meant and system is None:
        # Whose it is stays unsaid to who may not see that.
        is_asked_for = meant == each.key
        return (
            "There is no system of this id that you may see."
            if is_asked_for
            else "This id is another system's."
        )
    if each.key and meant != each.key:
        return f"The id {each.id} is that of {meant}, not of {each.key}."
    if system is None:
        return ""
    name = kept.get(system.id or 0, each.id)
    if name != each.id:
        return f"{system.key} is kept in a file as {name}; an id stays."
    return "Two documents are of this system." if system in found.values() else ""


def _registered(
    session: Session, actor: Actor, documents: Sequence[Declared], found: Mapping[str, System]
) -> tuple[Actor, dict[str, System], set[str]]:
    """Whoever acts, with the seats they took by registering; every system by its document's id; and which are new."""
    own, new = dict(found), {each.id for each in documents} - found.keys()
    problems: list[Problem] = []
    wanted: list[tuple[Declared, Registration]] = []
    for each in documents:
        if each.id in new:
            registration, objections = _registration(session, actor, each)
            problems += objections
            wanted.append((each, registration))
    refuse_if(problems)
    for each, registration in wanted:
        try:
            with placed(each, ""):
                system = systems.register(session, actor, registration)
        except RuleBroken as refused:
            problems += refused.problems
            continue
        own[each.id] = system
        if registration.owner_id == actor.person_id:
            seats = {**actor.seats, system.id or 0: frozenset({Seat.OWNER})}
            actor = replace(actor, seats=seats)
    refuse_if(problems)
    return actor, own, new


def _registration(session: Session, actor: Actor, each: Declared) -> tuple[Registration, list[Problem]]:
    # What it depends on may be registered by the same files, a moment later: it is looked at then.
    meant, problems = queries.meant(session, actor, replace(each, items={}), {})
    values = each.values
    missing = [name for name in ("name", "summary", "unit") if not values.get(name)]
    missing += [] if each.owner else ["owner"]
    problems += [each.problem(name, "A system that is new states this.") for name in missing]
    name = str(values.get("name") or "")
    for known in queries.systems_called(session, actor, name):
        says = f"“{name}” is on the register as {known.key}. Where it is the same, add “key: {known.key}”."
        problems.append(each.problem("name", says))
    registration = Registration(
        name,
        str(values.get("summary") or ""),
        meant.unit_id,
        meant.people.get(each.owner or ""),
        Visibility(str(values.get("visibility") or Visibility.COMPANY)),
    )
    return registration, problems


def _planned(
    session: Session, actor: Actor, documents: Sequence[Declared], own: Mapping[str, System], new: set[str]
) -> list[_Ready]:
    ready: list[_Ready] = []
    problems: list[Problem] = []
    for each in documents:
        meant, objections = queries.meant(session, actor, each, own, new)
        problems += objections
        system, is_new = own[each.id], each.id in new
        now = renamed(queries.standing_of(session, actor, system), {own[name].key: name for name in new})
        last = queries.last_of(queries.file_of(session, system.id or 0))
        plan = plan_of(
            each.id,
            "" if is_new else system.key,
            meant.standing,
            None if is_new else now,
            last,
            owner=each.owner or "",
        )
        ready.append(_Ready(meant, system, is_new, plan, now))
    refuse_if(problems)
    return ready


def _drifted(one: _Ready) -> list[Problem]:
    says = "This was changed in the register after the file had set it. Take it over into the file, or overwrite it."
    return [one.meant.declared.problem(step.field, says) for step in one.plan.steps if step.changed_since]


def _carried_out(
    session: Session, actor: Actor, one: _Ready, origin: Origin, keys: Mapping[str, str]
) -> None:
    declared, standing = one.meant.declared, renamed(one.meant.standing, keys)
    from_commit = f" at {origin.commit[:12]}" if origin.commit else ""
    because = f"No longer stated in {declared.path}{from_commit}."
    Hand(session, actor, one.system, one.meant, one.now, because).carry_out(one.plan)
    row = queries.file_of(session, one.system.id or 0)
    if one.plan.steps or not is_remembered(row, declared, standing, origin):
        steps = len(one.plan.steps)
        remember(session, actor, one.system.id or 0, declared, standing, origin, steps=steps)

"""Add, edit, mark as left; units and teams."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, refuse_if
from registry.kernel.events import Event
from registry.people import queries, rules
from registry.people.models import BusinessUnit, Membership, Person, Team
from registry.people.rules import Function, PersonFacts
from registry.people.rules.unit_removal import hindrances
from registry.store.columns import Revised


def add_person(session: Session, actor: Actor, facts: PersonFacts) -> Person:
    """Add somebody to the directory. Raises RuleBroken."""
    require(actor, Permission.PEOPLE_EDIT)
    facts = _tidy(facts)
    refuse_if(rules.problems_with_person(facts, email_taken=queries.email_taken(session, facts.email)))
    person = Person(**asdict(facts))
    session.add(person)
    record(session, actor, Event.PERSON_ADDED, person)
    return person


def edit_person(
    session: Session, actor: Actor, person: Person, facts: PersonFacts, *, version: int | None = None
) -> Person:
    """Change what is recorded of somebody, apart from their last day, which `mark_as_left` notes.

    `version` is the revision the editor had before them; whoever read the person in this very transaction needs none.
    Raises RuleBroken, or Conflict when the record has moved on.
    """
    require(actor, Permission.PEOPLE_EDIT)
    _refuse_stale(person, version)
    facts = replace(_tidy(facts), active_to=person.active_to)
    taken = queries.email_taken(session, facts.email, besides=person.id)
    # Who never came has a last day before their first, and stays as they are until a day is changed.
    is_as_kept = facts.active_from == person.active_from
    judged = replace(facts, active_to=None) if is_as_kept else facts
    refuse_if(rules.problems_with_person(judged, email_taken=taken))
    _write(person, asdict(facts))
    record(session, actor, Event.PERSON_EDITED, person)
    return person


def mark_as_left(session: Session, actor: Actor, person: Person, last_day: date | None) -> Person:
    """Note somebody's last day. Their seats stay visible as gaps until they are handed over. Raises RuleBroken."""
    require(actor, Permission.PEOPLE_EDIT)
    oneself = actor.person_id is not None and actor.person_id == person.id
    refuse_if(rules.problems_with_leaving(person.active_from, last_day, oneself=oneself))
    person.active_to = last_day
    record(session, actor, Event.PERSON_LEFT, person)
    return person


def mark_as_gone(session: Session, actor: Actor, person: Person) -> Person:
    """Note that somebody is here no longer from this moment on: their last day was yesterday. Raises RuleBroken for oneself.

    Also where their first day is today or still to come: it stays as it was recorded, and they never came.
    """
    require(actor, Permission.PEOPLE_EDIT)
    oneself = actor.person_id is not None and actor.person_id == person.id
    yesterday = clock.today() - timedelta(days=1)
    refuse_if(rules.problems_with_leaving(None, yesterday, oneself=oneself))
    person.active_to = yesterday
    record(session, actor, Event.PERSON_LEFT, person)
    return person


def mark_as_here(session: Session, actor: Actor, person: Person) -> Person:
    """Take back somebody's last day: it was noted by mistake, or they have come back."""
    require(actor, Permission.PEOPLE_EDIT)
    person.active_to = None
    record(session, actor, Event.PERSON_EDITED, person)
    return person


def add_unit(
    session: Session, actor: Actor, name: str, parent_id: int | None = None, head_id: int | None = None
) -> BusinessUnit:
    """Add a unit under another, or at the top. Raises RuleBroken."""
    require(actor, Permission.PEOPLE_EDIT)
    name = rules.tidy_line(name)
    _refuse_unit(session, None, name, parent_id, head_id)
    unit = BusinessUnit(name=name, parent_id=parent_id, head_id=head_id)
    session.add(unit)
    record(session, actor, Event.UNIT_ADDED, unit)
    return unit


def edit_unit(
    session: Session,
    actor: Actor,
    unit: BusinessUnit,
    name: str,
    parent_id: int | None,
    head_id: int | None,
    *,
    version: int | None = None,
) -> BusinessUnit:
    """Rename or move a unit, or give it another head. Raises RuleBroken, or Conflict when it has moved on."""
    require(actor, Permission.PEOPLE_EDIT)
    _refuse_stale(unit, version)
    name = rules.tidy_line(name)
    _refuse_unit(session, unit, name, parent_id, head_id)
    _write(unit, {"name": name, "parent_id": parent_id, "head_id": head_id})
    record(session, actor, Event.UNIT_EDITED, unit)
    return unit


def remove_unit(session: Session, actor: Actor, unit: BusinessUnit) -> None:
    """Remove a unit that was made by mistake. Raises RuleBroken where anything is or ever was in it.

    The caller holds the unit, so that nothing is put in it between the question and the removal.
    """
    require(actor, Permission.PEOPLE_EDIT)
    in_the_way = hindrances(queries.traces_of(session, unit))
    refuse_if([Problem("", f"{each.says} {each.mend}") for each in in_the_way])
    session.delete(unit)
    record(
        session, actor, Event.UNIT_REMOVED, None, subject_kind="business_unit", note={"removed": unit.name}
    )


def add_team(
    session: Session,
    actor: Actor,
    name: str,
    function: Function,
    *,
    leader_id: int | None,
    deputy_id: int | None = None,
    unit_id: int | None = None,
    member_ids: frozenset[int] = frozenset(),
) -> Team:
    """Add a team with its people; leader and deputy are always among them. Raises RuleBroken."""
    require(actor, Permission.PEOPLE_EDIT)
    name = rules.tidy_line(name)
    _refuse_team(session, None, name, leader_id, deputy_id)
    team = Team(name=name, function=function, leader_id=leader_id, deputy_id=deputy_id, unit_id=unit_id)
    session.add(team)
    session.flush()
    _set_members(session, team, member_ids | _present(leader_id, deputy_id))
    record(session, actor, Event.TEAM_ADDED, team)
    return team


def edit_team(
    session: Session,
    actor: Actor,
    team: Team,
    name: str,
    function: Function,
    *,
    leader_id: int | None,
    deputy_id: int | None = None,
    unit_id: int | None,
    member_ids: frozenset[int],
    version: int | None = None,
) -> Team:
    """Change a team and who is in it. Raises RuleBroken, or Conflict when it has moved on."""
    require(actor, Permission.PEOPLE_EDIT)
    _refuse_stale(team, version)
    name = rules.tidy_line(name)
    _refuse_team(session, team, name, leader_id, deputy_id)
    stated = {"name": name, "function": function, "leader_id": leader_id, "deputy_id": deputy_id}
    _write(team, {**stated, "unit_id": unit_id})
    if _set_members(session, team, member_ids | _present(leader_id, deputy_id)):
        # Who is in a team is part of its record: the revision rises also when no column of the team changes.
        flag_modified(team, "name")
    record(session, actor, Event.TEAM_EDITED, team)
    return team


def _refuse_stale(row: Revised, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Conflict("Somebody else changed this while you were editing.", row.version)


def _write(row: Revised, stated: Mapping[str, Any]) -> None:
    # Only what differs, so that an unchanged record keeps its revision.
    for name, value in stated.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _refuse_unit(
    session: Session, unit: BusinessUnit | None, name: str, parent_id: int | None, head_id: int | None
) -> None:
    # Two moves at once could close a loop that neither makes alone, so the tree is held while one is judged.
    parents = queries.parents(session, lock=unit is not None and unit.parent_id != parent_id)
    namesake = queries.unit_named(session, name, parent_id)
    kept = unit is not None and unit.head_id == head_id
    refuse_if(
        rules.problems_with_unit(
            name,
            unit.id if unit else None,
            parent_id,
            parents,
            name_taken=namesake is not None and (unit is None or namesake.id != unit.id),
            head_is_here=head_id is None or kept or _is_here(session, head_id),
        )
    )


def _refuse_team(
    session: Session, team: Team | None, name: str, leader_id: int | None, deputy_id: int | None
) -> None:
    namesake = queries.team_named(session, name)
    # Whoever leads already may stay named after leaving: the rest of the team can still be edited.
    kept = _present(team.leader_id, team.deputy_id) if team else frozenset()
    refuse_if(
        rules.problems_with_team(
            name,
            name_taken=namesake is not None and (team is None or namesake.id != team.id),
            leader_is_here=leader_id is None or leader_id in kept or _is_here(session, leader_id),
            deputy_is_here=deputy_id is None or deputy_id in kept or _is_here(session, deputy_id),
            same_person=leader_id is not None and leader_id == deputy_id,
        )
    )


def _set_members(session: Session, team: Team, wanted: frozenset[int]) -> bool:
    held = {row.person_id: row for row in queries.memberships(session, team.id or 0)}
    for person_id in sorted(wanted - held.keys()):
        session.add(Membership(team_id=team.id or 0, person_id=person_id))
    for person_id in sorted(held.keys() - wanted):
        session.delete(held[person_id])
    return wanted != held.keys()


def _is_here(session: Session, person_id: int) -> bool:
    return queries.is_active_person(session, person_id, clock.today())


def _present(*ids: int | None) -> frozenset[int]:
    return frozenset(each for each in ids if each is not None)


def _tidy(facts: PersonFacts) -> PersonFacts:
    return replace(
        facts,
        name=rules.tidy_line(facts.name),
        email=rules.same_email(facts.email),
        job_title=rules.tidy_line(facts.job_title),
    )

"""Who is told of entries: by the seats and roles they hold now, and by being named; each only where they may know of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from registry.accounts.queries import actor_for, staying_holders
from registry.audit.queries import HistoryItem
from registry.audit.queries.follow import Left, rows_left
from registry.evidence.queries import ledger as evidence
from registry.incidents.models.incidents import Incident
from registry.incidents.queries import ledger as incidents
from registry.kernel import clock
from registry.kernel.actor import Actor, Role, Seat
from registry.kernel.events import Event
from registry.notices.rules.table import TELLINGS
from registry.notices.rules.telling import Changed, Telling, Whom, applies, named_in
from registry.ownership.queries.seats import held_on_many
from registry.people.models import Membership, Person
from registry.people.queries import people_by_id
from registry.people.rules import is_active
from registry.systems import queries as systems
from registry.systems.models import System

_SEATS: Mapping[Whom, frozenset[Seat]] = {
    Whom.OWNERS: frozenset({Seat.OWNER, Seat.DEPUTY}),
    Whom.EVERY_SEAT: frozenset(Seat),
    Whom.COMPLIANCE: frozenset({Seat.COMPLIANCE_LEAD}),
}
_ROLES = {Whom.REVIEWERS: Role.REVIEWER, Whom.ADMINISTRATORS: Role.ADMINISTRATOR}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that is worth a notice, the line of the table that says so, and the rows it changed."""

    item: HistoryItem
    telling: Telling
    rows: Sequence[Changed]

    @property
    def subject(self) -> tuple[str, int | None]:
        """The thing it is about."""
        return self.item.subject_kind, self.item.subject_id


def worth_telling(session: Session, items: Collection[HistoryItem]) -> list[Entry]:
    """Those of the entries that the table means, oldest first; in one statement."""
    meant = sorted((item for item in items if Event(item.event) in TELLINGS), key=lambda item: item.seq)
    left = rows_left(session, [item.seq for item in meant])
    found = [Entry(item, TELLINGS[Event(item.event)], _changed(left.get(item.seq, ()))) for item in meant]
    return [each for each in found if applies(each.telling, each.item.said, each.rows)]


def _changed(left: Sequence[Left]) -> list[Changed]:
    return [Changed(one.kind, one.is_new, one.after) for one in left]


def named_by(entries: Sequence[Entry]) -> dict[int, set[int]]:
    """By the number of an entry the people whom it names itself."""
    return {each.item.seq: named_in(each.telling, each.subject, each.rows) for each in entries}


def recipients(session: Session, entries: Sequence[Entry]) -> dict[int, set[int]]:
    """By the number of an entry the people who are told of it: not whoever did it, unless the table says so."""
    numbers = {each.item.seq: _incident_of(each) for each in entries}
    meant = {number for number in numbers.values() if number is not None}
    touched = incidents.touched_by_each(session, meant)
    concerned = incidents.concerned_by_each(session, meant)
    about = {
        each.item.seq: {each.item.system_id or 0} | touched.get(numbers[each.item.seq] or 0, set())
        for each in entries
    }
    seated = _seated(session, set().union(*about.values()) - {0})
    roles = {role: staying_holders(session, role) for role in _roles_in(entries)}
    named = named_by(entries)
    found: dict[int, set[int]] = {}
    for each in entries:
        seq, told = each.item.seq, set(named[each.item.seq])
        told |= concerned.get(numbers[seq] or 0, set())
        seats = [one for system_id in about[seq] for one in seated.get(system_id, ())]
        for whom in each.telling.to:
            if whom in _ROLES:
                told |= roles[_ROLES[whom]]
            else:
                told |= {number for seat, number in seats if seat in _SEATS.get(whom, ())}
        found[seq] = told if each.telling.even_self else told - {each.item.actor_id or 0}
    return found


def _incident_of(each: Entry) -> int | None:
    """The incident whose people and systems are to hear of it, by the line of the table."""
    kind, number = each.subject
    return number if Whom.CONCERNED in each.telling.to and kind == Incident.__tablename__ else None


def _roles_in(entries: Sequence[Entry]) -> set[Role]:
    return {_ROLES[whom] for each in entries for whom in each.telling.to if whom in _ROLES}


def _seated(session: Session, system_ids: set[int]) -> dict[int, list[tuple[Seat, int]]]:
    """Who sits on these systems, everybody of a team that does."""
    held = held_on_many(session, sorted(system_ids))
    teams = {each.team.id or 0 for many in held.values() for each in many if each.team is not None}
    members: dict[int, list[int]] = {}
    if teams:
        query = select(Membership.team_id, Membership.person_id).where(
            col(Membership.team_id).in_(sorted(teams))
        )
        for team_id, person_id in session.exec(query):
            members.setdefault(team_id, []).append(person_id)
    return {
        system_id: [
            (each.assignment.seat, number)
            for each in many
            for number in (
                [each.person.id or 0] if each.person else members.get(each.assignment.team_id or 0, [])
            )
        ]
        for system_id, many in held.items()
    }


def actors_now(session: Session, numbers: Collection[int]) -> dict[int, tuple[Person, Actor]]:
    """Those of the people who are here today, with what each may do and know at this moment."""
    today = clock.today()
    return {
        number: (person, actor_for(session, person, via="notice"))
        for number, person in people_by_id(session, set(numbers)).items()
        if is_active(person.active_from, person.active_to, today)
    }


def known_systems(session: Session, actor: Actor, entries: Sequence[Entry]) -> dict[int, System]:
    """The systems these entries are about, as far as the actor may know of them now."""
    about = {each.item.system_id for each in entries if each.item.system_id is not None}
    return systems.by_numbers(session, actor, about)


def may_hear(
    session: Session, actor: Actor, entries: Sequence[Entry], known: Mapping[int, System]
) -> dict[int, bool]:
    """By the number of an entry whether the actor may hear all of it (True), or only that there is something (False).

    An entry they may hear nothing of is left out. Asked when somebody is told, and again whenever it is shown or sent.
    """
    items = [each.item for each in entries]
    whole = {item.seq for item in incidents.told_to(session, actor, evidence.told_to(actor, items))}
    named = named_by(entries)
    found: dict[int, bool] = {}
    for each in entries:
        if each.item.seq not in whole:
            continue
        if each.item.system_id is None or each.item.system_id in known:
            found[each.item.seq] = True
        elif each.telling.unseen and actor.person_id in named[each.item.seq]:
            found[each.item.seq] = False
    return found

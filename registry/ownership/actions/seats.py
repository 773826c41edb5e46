"""Seat the first owner; fill, vacate and pass on the other seats."""

from datetime import datetime

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Seat, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.ownership import queries, rules
from registry.ownership.models import Assignment
from registry.people.queries import is_active_person, team_exists


def seat_first_owner(
    session: Session,
    system_id: int,
    person_id: int,
    *,
    accepted: bool,
    to_be_confirmed: bool = False,
    at: datetime | None = None,
) -> Assignment:
    """Put the first accountable owner of a new system in their seat, from the instant it is on the register.

    Part of registering, whose ledger entry covers it; no action of its own.
    """
    at = at or clock.now()
    assignment = Assignment(
        system_id=system_id,
        seat=Seat.OWNER,
        person_id=person_id,
        from_at=at,
        accepted_at=at if accepted else None,
        to_be_confirmed=to_be_confirmed,
    )
    session.add(assignment)
    return assignment


def fill_seat(
    session: Session,
    actor: Actor,
    system_id: int,
    seat: Seat,
    *,
    person_id: int | None = None,
    team_id: int | None = None,
    reason: str = "",
) -> Assignment:
    """Put a person or a team in a seat other than the owner's. Raises RuleBroken.

    Whoever names themselves has accepted by doing so; of anybody else the register says only that they were named.
    """
    require(actor, Permission.SEAT_FILL, system_id)
    reason = tidy_text(reason)
    owner = queries.open_owner(session, system_id, lock=True)
    refuse_if(
        rules.problems_with_seat(
            seat,
            person_id=person_id,
            team_id=team_id,
            holder_is_active=_holder_is_here(session, person_id, team_id),
            already_held=queries.is_held(session, system_id, seat, person_id, team_id),
            is_owner=person_id is not None and person_id == owner.person_id,
            reason=reason,
        )
    )
    at = clock.now()
    assignment = Assignment(
        system_id=system_id,
        seat=seat,
        person_id=person_id,
        team_id=team_id,
        from_at=at,
        # What a token takes on for its person they have not said.
        accepted_at=at if _is_own_word(actor, person_id) else None,
        reason=reason,
    )
    session.add(assignment)
    record(session, actor, Event.SEAT_FILLED, assignment, system_id=system_id)
    return assignment


def _is_own_word(actor: Actor, person_id: int | None) -> bool:
    return person_id is not None and person_id == actor.person_id and actor.token is None


def vacate_seat(session: Session, actor: Actor, assignment: Assignment) -> Assignment:
    """End somebody's time in a seat other than the owner's. Raises RuleBroken."""
    require(actor, Permission.SEAT_FILL, assignment.system_id)
    if assignment.seat is Seat.OWNER:
        raise RuleBroken([Problem("seat", "A system is never without an owner. Hand it over instead.")])
    if assignment.to_at is not None:
        raise RuleBroken([Problem("seat", "This seat was already vacated.")])
    assignment.to_at = rules.moment_of_change(assignment.from_at, clock.now())
    record(session, actor, Event.SEAT_VACATED, assignment, system_id=assignment.system_id)
    return assignment


def pass_seat(session: Session, actor: Actor, assignment: Assignment, to_id: int, reason: str) -> Assignment:
    """Pass a seat other than the owner's from its holder to another person, without an instant between. Raises RuleBroken."""
    require(actor, Permission.SEAT_FILL, assignment.system_id)
    owner = queries.open_owner(session, assignment.system_id, lock=True)
    reason = tidy_text(reason)
    refuse_if(
        rules.problems_with_seat(
            assignment.seat,
            person_id=to_id,
            team_id=None,
            holder_is_active=_holder_is_here(session, to_id, None),
            already_held=queries.is_held(session, assignment.system_id, assignment.seat, to_id, None),
            is_owner=to_id == owner.person_id,
            reason=reason,
        )
    )
    if assignment.to_at is not None:
        raise RuleBroken([Problem("seat", "This seat was already vacated.")])
    assignment.to_at = rules.moment_of_change(assignment.from_at, clock.now())
    after = Assignment(
        system_id=assignment.system_id,
        seat=assignment.seat,
        person_id=to_id,
        from_at=assignment.to_at,
        reason=reason,
    )
    session.add(after)
    session.flush()
    record(session, actor, Event.SEAT_PASSED, after, system_id=assignment.system_id)
    return after


def _holder_is_here(session: Session, person_id: int | None, team_id: int | None) -> bool:
    if team_id is not None:
        return team_exists(session, team_id)
    return is_active_person(session, person_id, clock.today())


def tidy_text(text: str) -> str:
    """The text in its storable form; one that has none is left for the rules to refuse."""
    try:
        return clean(text)
    except ValueError:
        return text

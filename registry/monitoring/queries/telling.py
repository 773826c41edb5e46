"""Who is told of an alert on a system that nobody answers."""

from collections.abc import Collection

from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Seat
from registry.ownership.models import Assignment
from registry.ownership.queries import owners_of
from registry.people.models import Person, Team
from registry.people.queries import active_clause


def owner_numbers(session: Session, system_ids: Collection[int]) -> dict[int, int]:
    """The person who answers for each of these systems, in one statement."""
    owners = owners_of(session, sorted(system_ids))
    return {number: held.assignment.person_id or 0 for number, held in owners.items()}


def deputies_of(session: Session, system_ids: Collection[int]) -> dict[int, int]:
    """Who acts for the owner of each system and is here: a deputy, or the leader of a team that is; in one statement.

    Systems without one are left out.
    """
    acts = func.coalesce(col(Assignment.person_id), col(Team.leader_id))
    query = (
        select(Assignment.system_id, Person.id)
        .join(Team, col(Team.id) == col(Assignment.team_id), isouter=True)
        .join(Person, col(Person.id) == acts)
        .where(
            col(Assignment.system_id).in_(sorted(system_ids)),
            col(Assignment.seat) == Seat.DEPUTY,
            col(Assignment.to_at).is_(None),
            active_clause(clock.today()),
        )
    )
    found: dict[int, int] = {}
    for system_id, person_id in session.exec(query.order_by(col(Assignment.id))):
        found.setdefault(system_id, person_id or 0)
    return found

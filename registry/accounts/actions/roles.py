"""Give people roles in the whole organisation, and take them away."""

from sqlmodel import Session

from registry.accounts import queries, rules
from registry.accounts.models import RoleGrant
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, require
from registry.kernel.errors import refuse_if
from registry.kernel.events import Event
from registry.people.models import Person
from registry.people.rules import is_active


def grant_role(session: Session, actor: Actor, person: Person, role: Role) -> None:
    """Give a person an organisation-wide role; does nothing if they hold it. The ledger shows who gave it to whom.

    Raises RuleBroken.
    """
    require(actor, Permission.ACCOUNTS_MANAGE)
    oneself = actor.person_id is not None and actor.person_id == person.id
    here = is_active(person.active_from, person.active_to, clock.today())
    refuse_if(rules.problems_with_grant(role, to_oneself=oneself, is_here=here))
    if role in {grant.role for grant in queries.open_roles(session, person.id or 0)}:
        return
    session.add(RoleGrant(person_id=person.id or 0, role=role, from_at=clock.now()))
    record(session, actor, Event.ROLE_GRANTED, person, note={"role": role.value})


def withdraw_role(session: Session, actor: Actor, person: Person, role: Role) -> None:
    """Take an organisation-wide role away, from the next request on."""
    require(actor, Permission.ACCOUNTS_MANAGE)
    for grant in queries.open_roles(session, person.id or 0):
        if grant.role is role:
            grant.to_at = clock.now()
    record(session, actor, Event.ROLE_WITHDRAWN, person, note={"role": role.value})

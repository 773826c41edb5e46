"""Who may know of a system: for giving work to people who can see it."""

from sqlmodel import Session

from registry.accounts.queries import staying_holders
from registry.kernel.actor import SEES_RESTRICTED
from registry.ownership.queries import held_on
from registry.people.queries import units
from registry.systems.models import System
from registry.systems.rules.record import Visibility


def who_may_know(session: Session, system: System) -> frozenset[int] | None:
    """The people who may know of a restricted system, whether they are here or not; None where everybody may.

    The same as `systems.queries.visible_to` lets through: whoever holds a seat, the heads of its unit and of those above,
    reviewers, auditors and administrators.
    """
    if system.visibility is not Visibility.RESTRICTED:
        return None
    known = {each.assignment.person_id for each in held_on(session, system.id or 0)}
    tree = {unit.id: unit for unit in units(session)}
    above = tree.get(system.unit_id)
    while above is not None:
        known.add(above.head_id)
        above = tree.get(above.parent_id)
    for role in SEES_RESTRICTED:
        known |= staying_holders(session, role)
    return frozenset(number for number in known if number is not None)

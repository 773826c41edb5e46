"""Change one's own password."""

from sqlmodel import Session

from registry.accounts import queries
from registry.accounts.actions.passwords import refuse_guessed, set_password
from registry.accounts.actions.proving import prove
from registry.accounts.rules import NOTHING_OF_THE_HOUSE, Guessed
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.people.models import Person
from registry.second_steps.actions import Typed

_NOT_THE_PRESENT = Problem("current", "This is not your present password.")


def change_password(
    session: Session,
    actor: Actor,
    person: Person,
    current: str,
    wanted: str,
    typed: Typed | None = None,
    guessed: Guessed = NOTHING_OF_THE_HOUSE,
) -> None:
    """Change one's own password by giving the present one, and a code where one has a second step.

    Wrong ones count towards the lock-out of the sign-in, so the caller commits also when this refuses. Raises RuleBroken.
    """
    require(actor, Permission.OWN_ACCOUNT)
    credential = queries.credential_of(session, person.id or 0)
    if credential is None:
        raise RuleBroken([_NOT_THE_PRESENT])
    # First of all, so that a code is not spent on a password that is refused.
    refuse_guessed(person, wanted, guessed)
    given, wrong = (current, typed), (_NOT_THE_PRESENT, "own_code")
    prove(session, actor, person, credential, given, wrong)
    set_password(session, actor, person, wanted, guessed)

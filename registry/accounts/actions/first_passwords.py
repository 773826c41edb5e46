"""Draw a first password for somebody, and let them choose their own with it: it opens nothing else, and not for long."""

from datetime import timedelta

from sqlmodel import Session

from registry.accounts import queries, rules
from registry.accounts.actions.passwords import matches, refuse_guessed, set_password
from registry.accounts.actions.proving import NOT_THE_CODE, Attempt
from registry.accounts.actions.signing_in import TOO_LATE, Halfway, Next, enter
from registry.accounts.models import UserSession
from registry.accounts.rules import NOTHING_OF_THE_HOUSE, Guessed
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require, the_registry
from registry.kernel.errors import Problem, RuleBroken
from registry.people.models import Person
from registry.second_steps import queries as steps
from registry.second_steps.actions import Typed

_NOT_A_FIRST_ONE = "You have chosen your password by now. Sign in with it."
_THE_SAME = "This is the password that was drawn for you. Choose another, which nobody has seen."


def draw_password(session: Session, actor: Actor, person: Person) -> str:
    """Give a person a drawn password and end their sessions; returns it, for whoever hands it over. It is kept nowhere else.

    It opens for three days, and only the page where they choose their own (ASVS 6.4.1).
    """
    require(actor, Permission.ACCOUNTS_MANAGE)
    drawn, until = rules.drawn_password(), clock.now() + timedelta(hours=rules.FIRST_HOURS)
    set_password(session, actor, person, drawn, opens_until=until)
    return drawn


def choose_password(
    session: Session,
    person_id: int,
    wanted: str,
    typed: Typed,
    *,
    device: str,
    request_id: str,
    replaces: str = "",
    guessed: Guessed = NOTHING_OF_THE_HOUSE,
) -> tuple[str, UserSession] | Halfway:
    """Set the own password of somebody whose drawn one was right a moment ago, and let them in.

    Takes a code where they have a second step; returns what sign_in() does. Raises RuleBroken; the caller commits also then.
    """
    door, person = the_registry("sign-in", request_id), session.get_one(Person, person_id)
    credential = queries.credential_of(session, person_id)
    first = queries.first_password_of(session, person_id)
    if credential is None or first is None:
        raise RuleBroken([Problem("", _NOT_A_FIRST_ONE)])
    attempt = Attempt(session, door, person)
    attempt.check_first(first, Problem("", TOO_LATE))
    # Before the code, so that none is spent on a password that is refused.
    refuse_guessed(person, wanted, guessed)
    if matches(credential.password_hash, wanted):
        raise RuleBroken([Problem("password", _THE_SAME)])
    if steps.factor_of(session, person_id) is not None:
        attempt.check_code(typed, Problem("own_code", NOT_THE_CODE))
    who = queries.actor_for(session, person, via="sign-in", request_id=request_id)
    set_password(session, who, person, wanted, guessed)
    attempt.succeed()
    due = steps.due_of(session, person_id, queries.roles_now(session, person_id))
    if due is not None and due.enrols:
        return Halfway(person_id, Next.SET_UP, credential.set_at)
    return enter(session, door, person, device, replaces)

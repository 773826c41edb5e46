"""Proving who one is: one try by password and code, counted and recorded where it fails."""

from sqlmodel import Session

from registry.accounts import queries, rules
from registry.accounts.actions.passwords import matches, renew_hash
from registry.accounts.models import Credential, FirstPassword, SignInTries
from registry.accounts.rules import Tries
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.errors import NotProven, Problem
from registry.kernel.events import Event
from registry.people.models import Person
from registry.people.rules import is_active
from registry.second_steps import queries as steps
from registry.second_steps.actions import Typed, spend

NOT_THE_CODE = "This code does not hold: it is another one by now, or was used already."
_DRAWN = "This password was drawn for you, and opens nothing but the page where you choose your own: sign in with it first."
_LOCKED = f"Too many tries. Wait {rules.LOCK_MINUTES} minutes, then try again."


def prove(
    session: Session,
    door: Actor,
    person: Person,
    credential: Credential,
    given: tuple[str, Typed | None],
    wrong: tuple[Problem, str],
    *,
    drawn: str = _DRAWN,
) -> None:
    """Check a password, and a code where there is a second step; `given` is both as they were typed.

    `wrong` are the objection to the password and the field of the code. A password that was drawn for the person proves nothing,
    for whoever drew it knows it too: `drawn` says so. Raises RuleBroken; the caller commits also then.
    """
    password, typed = given
    attempt = Attempt(session, door, person)
    attempt.check_password(credential, password, wrong[0])
    if queries.first_password_of(session, person.id or 0) is not None:
        attempt.refuse(Problem(wrong[0].field, drawn))
    if steps.factor_of(session, person.id or 0) is not None:
        attempt.check_code(typed, Problem(wrong[1], NOT_THE_CODE))
    attempt.succeed(credential, password)


class Attempt:
    """One try at proving who somebody is. Refusals are counted and recorded; enough of them lock the account."""

    def __init__(self, session: Session, door: Actor, person: Person) -> None:
        self.session, self.door, self.person = session, door, person
        found = queries.tries_of(session, person.id or 0)
        self.row = found or SignInTries(person_id=person.id or 0)
        if found is None:
            session.add(self.row)

    def check_here(self, wrong: Problem) -> None:
        """For somebody whose password was right a moment ago: still here, and not locked since."""
        self._refuse_locked(wrong.field)
        self._judge(fits=True, wrong=wrong)

    def check_password(self, credential: Credential, password: str, wrong: Problem) -> None:
        self._refuse_locked(wrong.field)
        self._judge(matches(credential.password_hash, password), wrong)

    def check_first(self, first: FirstPassword, wrong: Problem) -> None:
        """For a password that was drawn for them: not yet too long ago."""
        self._refuse_locked(wrong.field)
        self._judge(clock.now() < first.opens_until, wrong)

    def refuse(self, wrong: Problem) -> None:
        """Count and record a refusal for another reason."""
        self._judge(fits=False, wrong=wrong)

    def check_code(self, typed: Typed | None, wrong: Problem) -> None:
        self._refuse_locked(wrong.field)
        self._judge(typed is not None and spend(self.session, self.person.id or 0, typed), wrong)

    def succeed(self, credential: Credential | None = None, password: str = "") -> None:
        self.row.failed, self.row.locked_until = 0, None
        if credential is not None:
            renew_hash(credential, password)

    def _refuse_locked(self, field: str) -> None:
        if rules.is_locked(self._tries, clock.now()):
            record(self.session, self.door, Event.SIGN_IN_LOCKED, self.person)
            raise NotProven([Problem(field, _LOCKED)])

    def _judge(self, fits: bool, wrong: Problem) -> None:
        at = clock.now()
        if fits and is_active(self.person.active_from, self.person.active_to, at.date()):
            return
        counted = rules.after_failure(self._tries, at)
        self.row.failed, self.row.locked_until = counted.failed, counted.locked_until
        record(self.session, self.door, Event.SIGN_IN_REFUSED, self.person)
        raise NotProven([wrong])

    @property
    def _tries(self) -> Tries:
        return Tries(self.row.failed, self.row.locked_until)

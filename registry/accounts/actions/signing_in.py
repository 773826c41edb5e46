"""Sign in, with a second step where there is one; sign out; confirm who one is before what binds."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from registry.accounts import queries, rules
from registry.accounts.actions.passwords import matches, renew_hash
from registry.accounts.models import Credential, IdentityCheck, SignInTries, UserSession
from registry.accounts.rules import Tries
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require, the_registry
from registry.kernel.errors import Forbidden, Problem, RuleBroken
from registry.kernel.events import Event
from registry.people.models import Person
from registry.people.rules import is_active
from registry.second_steps import queries as steps
from registry.second_steps.actions import Typed, spend

_REFUSED = "This e-mail address and password do not belong together."
_NOT_YOURS = Problem("password", "This is not your password.")
_NOT_THEIRS = Problem("their_password", "This e-mail address and this password do not belong together.")
_NOT_THE_CODE = "This code does not hold: it is another one by now, or was used already."
_LOCKED = f"Too many tries. Wait {rules.LOCK_MINUTES} minutes, then try again."


@dataclass(frozen=True, slots=True)
class Halfway:
    """The password was right, and a second step is due: a code, or first the means to make codes where it `enrols`."""

    person_id: int
    enrols: bool


def sign_in(
    session: Session,
    email: str,
    password: str,
    *,
    device: str,
    request_id: str,
    only_for: frozenset[str] = frozenset(),
) -> tuple[str, UserSession] | Halfway:
    """Check a password and open a browser session; returns the secret for the cookie and the session, or what is still due.

    `only_for` are the addresses that may still use a password, where not all may. Raises RuleBroken with one and the same
    sentence for an unknown address, a wrong password and a person who has left, so that nobody learns which addresses
    exist. The caller commits also when this refuses.
    """
    door = the_registry("sign-in", request_id)
    person = queries.person_by_email(session, email)
    credential = queries.credential_of(session, person.id or 0) if person else None
    if person is None or credential is None or (only_for and person.email not in only_for):
        matches(None, password)
        record(session, door, Event.SIGN_IN_REFUSED, None, note={"email": email[:100]})
        raise RuleBroken([Problem("", _REFUSED)])
    due = steps.due_of(session, person.id or 0, queries.roles_now(session, person.id or 0))
    attempt = _Attempt(session, door, person)
    attempt.check_password(credential, password, Problem("", _REFUSED))
    if due is not None:
        # The tries go on counting: whoever knows the password could else guess codes without end.
        return Halfway(person.id or 0, due.enrols)
    attempt.succeed(credential, password)
    return _enter(session, door, person, device)


def take_second_step(
    session: Session, person_id: int, typed: Typed, *, device: str, request_id: str
) -> tuple[str, UserSession]:
    """Check the code of somebody whose password was right, and open their session. Raises RuleBroken; the caller commits."""
    door = the_registry("sign-in", request_id)
    person = session.get_one(Person, person_id)
    attempt = _Attempt(session, door, person)
    attempt.check_code(typed, Problem("code", _NOT_THE_CODE))
    attempt.succeed()
    return _enter(session, door, person, device)


def enter_enrolled(
    session: Session, person: Person, *, device: str, request_id: str
) -> tuple[str, UserSession]:
    """Open the session of somebody whose password was right and who has just set up their second step."""
    door = the_registry("sign-in", request_id)
    attempt = _Attempt(session, door, person)
    attempt.succeed()
    return _enter(session, door, person, device)


def _enter(session: Session, door: Actor, person: Person, device: str) -> tuple[str, UserSession]:
    secret = secrets.token_urlsafe(32)
    opened = open_session(session, person, secret, device)
    record(session, door, Event.SIGN_IN_SUCCEEDED, person)
    return secret, opened


def confirm_identity(
    session: Session, actor: Actor, secret: str, password: str, typed: Typed | None = None
) -> datetime:
    """Check the password of whoever is signed in once more, and their code where they have a second step; returns when.

    `secret` is that of the browser's cookie. Wrong ones count towards the same lock-out as at the sign-in, so the
    caller commits also when this refuses. Raises RuleBroken, or Forbidden for a token: nobody stands behind one.
    """
    require(actor, Permission.OWN_ACCOUNT)
    opened = queries.session_by_secret(session, secret)
    credential = queries.credential_of(session, actor.person_id or 0)
    if actor.token is not None or opened is None or opened.person_id != actor.person_id:
        raise Forbidden("This takes a person who is signed in and gives their password again.")
    if credential is None:
        raise RuleBroken([_NOT_YOURS])
    person = session.get_one(Person, opened.person_id)
    _check(session, actor, person, credential, (password, typed), (_NOT_YOURS, "code"))
    at = clock.now()
    note_identity_check(session, opened, at)
    record(session, actor, Event.IDENTITY_CONFIRMED, person)
    return at


def note_identity_check(session: Session, opened: UserSession, at: datetime) -> None:
    """Remember when whoever is signed in with this browser last proved who they are. Whoever calls records it."""
    check = queries.identity_check_of(session, opened.id or 0)
    if check is None:
        session.add(IdentityCheck(session_id=opened.id or 0, confirmed_at=at))
    else:
        check.confirmed_at = at


def vouch(session: Session, actor: Actor, email: str, password: str, typed: Typed | None = None) -> Person:
    """Check the password of a second person, who stands beside whoever is signed in and gives their word as well.

    Wrong ones count towards that person's lock-out, so the caller commits also when this refuses. Raises RuleBroken with
    one and the same sentence, whatever does not fit.
    """
    require(actor, Permission.OWN_ACCOUNT)
    person = queries.person_by_email(session, email)
    credential = queries.credential_of(session, person.id or 0) if person else None
    if person is None or credential is None:
        matches(None, password)
        record(session, actor, Event.SIGN_IN_REFUSED, None, note={"email": email[:100]})
        raise RuleBroken([_NOT_THEIRS])
    _check(session, actor, person, credential, (password, typed), (_NOT_THEIRS, "their_code"))
    record(session, actor, Event.IDENTITY_CONFIRMED, person)
    return person


def _check(
    session: Session,
    door: Actor,
    person: Person,
    credential: Credential,
    given: tuple[str, Typed | None],
    wrong: tuple[Problem, str],
) -> None:
    password, typed = given
    attempt = _Attempt(session, door, person)
    attempt.check_password(credential, password, wrong[0])
    if steps.factor_of(session, person.id or 0) is not None:
        attempt.check_code(typed, Problem(wrong[1], _NOT_THE_CODE))
    attempt.succeed(credential, password)


class _Attempt:
    """One try at proving who somebody is. Refusals are counted and recorded; enough of them lock the account."""

    def __init__(self, session: Session, door: Actor, person: Person) -> None:
        self.session, self.door, self.person = session, door, person
        found = queries.tries_of(session, person.id or 0)
        self.row = found or SignInTries(person_id=person.id or 0)
        if found is None:
            session.add(self.row)

    def check_password(self, credential: Credential, password: str, wrong: Problem) -> None:
        self._refuse_locked(wrong.field)
        self._judge(matches(credential.password_hash, password), wrong)

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
            raise RuleBroken([Problem(field, _LOCKED)])

    def _judge(self, fits: bool, wrong: Problem) -> None:
        at = clock.now()
        if fits and is_active(self.person.active_from, self.person.active_to, at.date()):
            return
        counted = rules.after_failure(self._tries, at)
        self.row.failed, self.row.locked_until = counted.failed, counted.locked_until
        record(self.session, self.door, Event.SIGN_IN_REFUSED, self.person)
        raise RuleBroken([wrong])

    @property
    def _tries(self) -> Tries:
        return Tries(self.row.failed, self.row.locked_until)


def open_session(session: Session, person: Person, secret: str, device: str) -> UserSession:
    """Remember a signed-in browser by the hash of its secret."""
    at = clock.now()
    opened = UserSession(
        secret_sha256=queries.digest_of(secret),
        person_id=person.id or 0,
        created_at=at,
        seen_at=at,
        authenticated_at=at,
        device=device[:200],
    )
    session.add(opened)
    return opened


def sign_out(session: Session, actor: Actor, secret: str) -> None:
    """End this browser's session."""
    require(actor, Permission.OWN_ACCOUNT)
    found = queries.session_by_secret(session, secret)
    if found is not None:
        session.delete(found)
    record(session, actor, Event.SIGNED_OUT, None)


def sign_out_everywhere(session: Session, actor: Actor, person_id: int) -> int:
    """End every session of oneself, or, as an administrator, of anybody; returns how many there were."""
    require(actor, Permission.OWN_ACCOUNT if person_id == actor.person_id else Permission.ACCOUNTS_MANAGE)
    found = queries.sessions_of(session, person_id)
    for each in found:
        session.delete(each)
    record(
        session, actor, Event.SIGNED_OUT, None, note={"person": str(person_id), "sessions": str(len(found))}
    )
    return len(found)

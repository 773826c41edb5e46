"""Sign in, with a second step where there is one; sign out; confirm who one is before what binds."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from registry.accounts import queries
from registry.accounts.actions.passwords import matches
from registry.accounts.actions.proving import NOT_THE_CODE, Attempt, prove
from registry.accounts.models import IdentityCheck, UserSession
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require, the_registry
from registry.kernel.errors import Forbidden, NotProven, Problem, RuleBroken
from registry.kernel.events import Event
from registry.people.models import Person
from registry.second_steps import queries as steps
from registry.second_steps.actions import Typed, enrol

_REFUSED = "This e-mail address and password do not belong together."
_NOT_YOURS = Problem("password", "This is not your password.")
_NOT_THEIRS = Problem("their_password", "This e-mail address and this password do not belong together.")
_ELSEWHERE = Problem(
    "password", "Here passwords open a few named accounts only, and yours is none of them. Sign in anew."
)
_NOT_DUE = "You have a second step by now, or are asked for none. Sign in with what you have."
TOO_LATE = "Your password was right, but you cannot go on now. Sign in again."
_FIRST_IS_OVER = "This password was drawn for you and opens no longer. Ask for another."
_NOT_OPEN = Problem("which", "This browser is signed in no longer. Look at the list again.")


class Next(StrEnum):
    """What is due of somebody whose password was right."""

    CODE = "code"
    SET_UP = "set up"
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class Halfway:
    """The password was right, and more is due: a code, the means to make codes, or a password of their own for one that was drawn."""

    person_id: int
    due: Next
    password_set_at: datetime

    def said(self) -> str:
        """As a text for the browser to carry, sealed, to that step alone: it is of this password, and of none set since."""
        return f"{self.person_id}:{self.due}:{self.password_set_at.isoformat()}"


def halfway(session: Session, said: str, due: Next) -> int | None:
    """Of whom a text speaks that `Halfway.said()` wrote; None for any other, for another step, and for a password of before."""
    number, _, rest = said.partition(":")
    credential = queries.credential_of(session, int(number)) if number.isdigit() else None
    fits = credential is not None and rest == f"{due}:{credential.set_at.isoformat()}"
    return int(number) if fits else None


def sign_in(
    session: Session,
    email: str,
    password: str,
    *,
    device: str,
    request_id: str,
    replaces: str = "",
    only_for: frozenset[str] = frozenset(),
) -> tuple[str, UserSession] | Halfway:
    """Check a password and open a browser session; returns the secret for the cookie and the session, or what is still due.

    `only_for` are the addresses that may still use a password, where not all may; `replaces` is the secret by which this
    browser was signed in until now. Raises RuleBroken with one and the same
    sentence for an unknown address, a wrong password and a person who has left, so that nobody learns which addresses
    exist. The caller commits also when this refuses.
    """
    door = the_registry("sign-in", request_id)
    person = queries.person_by_email(session, email)
    credential = queries.credential_of(session, person.id or 0) if person else None
    if person is None or credential is None or (only_for and person.email not in only_for):
        matches(None, password)
        record(session, door, Event.SIGN_IN_REFUSED, None, note={"email": email[:100]})
        raise NotProven([Problem("", _REFUSED)])
    due = steps.due_of(session, person.id or 0, queries.roles_now(session, person.id or 0))
    attempt = Attempt(session, door, person)
    attempt.check_password(credential, password, Problem("", _REFUSED))
    first = queries.first_password_of(session, person.id or 0)
    if first is not None:
        attempt.check_first(first, Problem("", _FIRST_IS_OVER))
        return Halfway(person.id or 0, Next.CHOOSE, credential.set_at)
    if due is not None:
        # The tries go on counting: whoever knows the password could else guess codes without end.
        return Halfway(person.id or 0, Next.SET_UP if due.enrols else Next.CODE, credential.set_at)
    attempt.succeed(credential, password)
    return enter(session, door, person, device, replaces)


def take_second_step(
    session: Session, person_id: int, typed: Typed, *, device: str, request_id: str, replaces: str = ""
) -> tuple[str, UserSession]:
    """Check the code of somebody whose password was right, and open their session. Raises RuleBroken; the caller commits."""
    door = the_registry("sign-in", request_id)
    person = session.get_one(Person, person_id)
    attempt = Attempt(session, door, person)
    attempt.check_code(typed, Problem("code", NOT_THE_CODE))
    attempt.succeed()
    return enter(session, door, person, device, replaces)


def enter_enrolling(
    session: Session,
    person_id: int,
    secret: str,
    typed: Typed,
    *,
    device: str,
    request_id: str,
    replaces: str = "",
) -> tuple[str, list[str]]:
    """Set up the second step of somebody whose password was right and who needs one, and open their session.

    Returns the cookie's secret and the recovery codes. Raises RuleBroken where a step is due no longer, or they may not
    come in any more; the caller commits also then.
    """
    door, person = the_registry("sign-in", request_id), session.get_one(Person, person_id)
    due = steps.due_of(session, person_id, queries.roles_now(session, person_id))
    if due is None or not due.enrols:
        raise RuleBroken([Problem("", _NOT_DUE)])
    attempt = Attempt(session, door, person)
    attempt.check_here(Problem("", TOO_LATE))
    who = queries.actor_for(session, person, via="sign-in", request_id=request_id)
    codes = enrol(session, who, person, secret, typed)
    attempt.succeed()
    return enter(session, door, person, device, replaces)[0], codes


def enter(
    session: Session, door: Actor, person: Person, device: str, replaces: str
) -> tuple[str, UserSession]:
    """Open the session of somebody who has proven all that was due; returns the cookie's secret and the session."""
    secret = secrets.token_urlsafe(32)
    opened = open_session(session, person, secret, device, replaces=replaces)
    record(session, door, Event.SIGN_IN_SUCCEEDED, person)
    return secret, opened


def confirm_identity(
    session: Session,
    actor: Actor,
    secret: str,
    password: str,
    typed: Typed | None = None,
    *,
    only_for: frozenset[str] = frozenset(),
) -> tuple[datetime, str]:
    """Check the password of whoever is signed in once more, and their code where they have a second step.

    Returns when that was, and the cookie's new secret. `secret` is that of the browser's cookie until now; `only_for` are
    the addresses that may still use a password, where not all may. Wrong ones count towards the same lock-out as at the sign-in, so the
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
    if only_for and person.email not in only_for:
        raise RuleBroken([_ELSEWHERE])
    prove(session, actor, person, credential, (password, typed), (_NOT_YOURS, "own_code"))
    at = clock.now()
    fresh = note_identity_check(session, opened, at)
    record(session, actor, Event.IDENTITY_CONFIRMED, person)
    return at, fresh


def note_identity_check(session: Session, opened: UserSession, at: datetime) -> str:
    """Remember when whoever is signed in with this browser last proved who they are. Whoever calls records it.

    Returns the cookie's new secret: whoever had read the old one gets nothing of what the proof allows (ASVS 7.2.4).
    """
    fresh = secrets.token_urlsafe(32)
    opened.secret_sha256 = queries.digest_of(fresh)
    check = queries.identity_check_of(session, opened.id or 0)
    if check is None:
        session.add(IdentityCheck(session_id=opened.id or 0, confirmed_at=at))
    else:
        check.confirmed_at = at
    return fresh


def vouch(
    session: Session,
    actor: Actor,
    email: str,
    password: str,
    typed: Typed | None = None,
    *,
    only_for: frozenset[str] = frozenset(),
) -> Person:
    """Check the password of a second person, who stands beside whoever is signed in and gives their word as well.

    Wrong ones count towards that person's lock-out, so the caller commits also when this refuses. Raises RuleBroken with
    one and the same sentence, whatever does not fit.
    """
    require(actor, Permission.OWN_ACCOUNT)
    person = queries.person_by_email(session, email)
    credential = queries.credential_of(session, person.id or 0) if person else None
    if person is None or credential is None or (only_for and person.email not in only_for):
        matches(None, password)
        record(session, actor, Event.SIGN_IN_REFUSED, None, note={"email": email[:100]})
        raise NotProven([_NOT_THEIRS])
    # Nor is it told that a password was drawn for somebody else.
    wrong = (_NOT_THEIRS, "their_code")
    prove(session, actor, person, credential, (password, typed), wrong, drawn=_NOT_THEIRS.message)
    record(session, actor, Event.IDENTITY_CONFIRMED, person)
    return person


def open_session(
    session: Session, person: Person, secret: str, device: str, *, replaces: str = ""
) -> UserSession:
    """Remember a signed-in browser by the hash of its secret. What the secret it `replaces` had opened is over."""
    at, before = clock.now(), queries.session_by_secret(session, replaces) if replaces else None
    if before is not None:
        session.delete(before)
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


def end_session(session: Session, actor: Actor, number: int) -> None:
    """Sign one of one's own browsers out, by the number of its session. Raises RuleBroken where there is none of that number."""
    require(actor, Permission.OWN_ACCOUNT)
    found = queries.session_by_number(session, number)
    if found is None or found.person_id != actor.person_id:
        raise RuleBroken([_NOT_OPEN])
    session.delete(found)
    record(session, actor, Event.SIGNED_OUT, None, note={"person": str(actor.person_id), "sessions": "1"})


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

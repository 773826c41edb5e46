"""Sign in, sign out, confirm who one is, set passwords, grant roles, issue and revoke tokens."""

import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session

from registry.accounts import queries, rules
from registry.accounts.models import (
    ApiToken,
    Credential,
    IdentityCheck,
    RoleGrant,
    SignInTries,
    UserSession,
)
from registry.accounts.rules import Tries
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, require, the_registry
from registry.kernel.errors import Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.people.models import Person
from registry.people.rules import is_active

# Argon2id with the library's defaults: 64 MiB, three passes (RFC 9106, second recommendation).
_hasher = PasswordHasher()
_REFUSED = "This e-mail address and password do not belong together."
_NOT_YOURS = Problem("password", "This is not your password.")
_NOT_THEIRS = Problem("their_password", "This e-mail address and this password do not belong together.")
_LOCKED = f"Too many tries. Wait {rules.LOCK_MINUTES} minutes, then try again."


def sign_in(
    session: Session, email: str, password: str, *, device: str, request_id: str
) -> tuple[str, UserSession]:
    """Check a password and open a browser session; returns the secret for the cookie and the session.

    Raises RuleBroken with one and the same sentence for an unknown address, a wrong password and a person
    who has left, so that nobody learns which addresses exist. The caller commits also when this refuses.
    """
    door = the_registry("sign-in", request_id)
    person = queries.person_by_email(session, email)
    credential = queries.credential_of(session, person.id or 0) if person else None
    if person is None or credential is None:
        _matches(_nobodys_hash(), password)
        record(session, door, Event.SIGN_IN_REFUSED, None, note={"email": email[:100]})
        raise RuleBroken([Problem("", _REFUSED)])
    _check(session, door, person, credential, password, Problem("", _REFUSED))
    secret = secrets.token_urlsafe(32)
    opened = open_session(session, person, secret, device)
    record(session, door, Event.SIGN_IN_SUCCEEDED, person)
    return secret, opened


def confirm_identity(session: Session, actor: Actor, secret: str, password: str) -> datetime:
    """Check the password of whoever is signed in once more; returns when, for the decision it is asked for.

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
    _check(session, actor, person, credential, password, _NOT_YOURS)
    at, check = clock.now(), queries.identity_check_of(session, opened.id or 0)
    if check is None:
        session.add(IdentityCheck(session_id=opened.id or 0, confirmed_at=at))
    else:
        check.confirmed_at = at
    record(session, actor, Event.IDENTITY_CONFIRMED, person)
    return at


def vouch(session: Session, actor: Actor, email: str, password: str) -> Person:
    """Check the password of a second person, who stands beside whoever is signed in and gives their word as well.

    Wrong ones count towards that person's lock-out, so the caller commits also when this refuses. Raises RuleBroken with
    one and the same sentence, whatever does not fit.
    """
    require(actor, Permission.OWN_ACCOUNT)
    person = queries.person_by_email(session, email)
    credential = queries.credential_of(session, person.id or 0) if person else None
    if person is None or credential is None:
        _matches(_nobodys_hash(), password)
        record(session, actor, Event.SIGN_IN_REFUSED, None, note={"email": email[:100]})
        raise RuleBroken([_NOT_THEIRS])
    _check(session, actor, person, credential, password, _NOT_THEIRS)
    record(session, actor, Event.IDENTITY_CONFIRMED, person)
    return person


def _check(
    session: Session, door: Actor, person: Person, credential: Credential, password: str, wrong: Problem
) -> None:
    row = queries.tries_of(session, credential.person_id)
    if row is None:
        row = SignInTries(person_id=credential.person_id)
        session.add(row)
    tries, at = Tries(row.failed, row.locked_until), clock.now()
    if rules.is_locked(tries, at):
        record(session, door, Event.SIGN_IN_LOCKED, person)
        raise RuleBroken([Problem(wrong.field, _LOCKED)])
    matches = _matches(credential.password_hash, password)
    if not matches or not is_active(person.active_from, person.active_to, at.date()):
        counted = rules.after_failure(tries, at)
        row.failed, row.locked_until = counted.failed, counted.locked_until
        record(session, door, Event.SIGN_IN_REFUSED, person)
        raise RuleBroken([wrong])
    row.failed, row.locked_until = 0, None
    if _hasher.check_needs_rehash(credential.password_hash):
        credential.password_hash = _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    """Checked against when nobody has this address, so that the answer takes as long as for a wrong password."""
    return _hasher.hash(secrets.token_urlsafe(24))


def _matches(kept: str, password: str) -> bool:
    try:
        # Longer ones are refused before hashing: nobody can make the server hash megabytes.
        return len(password) <= rules.LONGEST_PASSWORD and _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


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


def set_password(session: Session, actor: Actor, person: Person, password: str) -> None:
    """Give a person a password and end their sessions. Raises RuleBroken when it is too easy to guess."""
    require(actor, Permission.OWN_ACCOUNT if person.id == actor.person_id else Permission.ACCOUNTS_MANAGE)
    refuse_if(rules.problems_with_password(password, name=person.name, email=person.email))
    credential = queries.credential_of(session, person.id or 0)
    hashed = _hasher.hash(password)
    if credential is None:
        session.add(Credential(person_id=person.id or 0, password_hash=hashed, set_at=clock.now()))
    else:
        credential.password_hash, credential.set_at = hashed, clock.now()
    for each in queries.sessions_of(session, person.id or 0):
        session.delete(each)
    record(session, actor, Event.PASSWORD_SET, person)


def change_password(session: Session, actor: Actor, person: Person, current: str, wanted: str) -> None:
    """Change one's own password by giving the present one. Raises RuleBroken."""
    require(actor, Permission.OWN_ACCOUNT)
    credential = queries.credential_of(session, person.id or 0)
    if credential is None or not _matches(credential.password_hash, current):
        raise RuleBroken([Problem("current", "This is not your present password.")])
    set_password(session, actor, person, wanted)


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


def issue_token(
    session: Session,
    actor: Actor,
    person: Person,
    label: str,
    scopes: frozenset[str],
    *,
    system_id: int | None = None,
) -> tuple[str, ApiToken]:
    """Make a token that acts for the person within the scopes; its text is returned once and kept nowhere."""
    require(actor, Permission.OWN_ACCOUNT if person.id == actor.person_id else Permission.ACCOUNTS_MANAGE)
    refuse_if(rules.problems_with_token(label.strip(), scopes))
    prefix, secret, at = secrets.token_hex(6), secrets.token_urlsafe(32), clock.now()
    token = ApiToken(
        person_id=person.id or 0,
        label=label.strip(),
        prefix=prefix,
        secret_sha256=queries.digest_of(secret),
        scopes=sorted(scopes),
        system_id=system_id,
        issued_at=at,
        expires_at=at + timedelta(days=rules.TOKEN_DAYS),
    )
    session.add(token)
    record(session, actor, Event.TOKEN_ISSUED, token, system_id=system_id)
    return f"{rules.TOKEN_PREFIX}{prefix}_{secret}", token


def revoke_token(session: Session, actor: Actor, token: ApiToken) -> None:
    """End a token, from the next request on."""
    require(
        actor, Permission.OWN_ACCOUNT if token.person_id == actor.person_id else Permission.ACCOUNTS_MANAGE
    )
    if token.revoked_at is None:
        token.revoked_at = clock.now()
    record(session, actor, Event.TOKEN_REVOKED, token)

"""Come in by a passkey, and say by one who one is before what binds. It is two factors at once: no code is asked beside."""

from datetime import datetime

from sqlmodel import Session

from registry.accounts.actions import enter, note_identity_check
from registry.accounts.models import UserSession
from registry.accounts.queries import session_by_secret
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require, the_registry
from registry.kernel.errors import Forbidden, NotProven, Problem
from registry.kernel.events import Event
from registry.passkeys import queries, rules
from registry.passkeys.actions.questions import Asked, take
from registry.passkeys.models import Passkey
from registry.passkeys.rules import Purpose, Terms, ceremonies
from registry.passkeys.rules.ceremonies import Answer, Shown, Unproven
from registry.people.models import Person
from registry.people.rules import is_active

DOOR = "sign-in:passkey"
_REFUSED = "This passkey opens nothing here. Try again, or sign in by other means."
_NOT_YOURS = "This passkey does not confirm who you are. Try again, or confirm by other means."
_BY_HAND = "This takes a person who is signed in and shows their passkey again."


class _Refused(Exception):
    """Why an answer is not believed, and whose passkey it is, where that is known."""

    def __init__(
        self, reason: str, person: Person | None = None, event: Event = Event.SIGN_IN_REFUSED
    ) -> None:
        super().__init__(reason)
        self.reason, self.person, self.event = reason, person, event


def sign_in(
    session: Session,
    answer: str,
    terms: Terms,
    *,
    browser: str,
    device: str,
    request_id: str,
    replaces: str = "",
) -> tuple[str, UserSession]:
    """Open a browser session for whoever holds the passkey; returns the cookie's secret and the session.

    Raises RuleBroken with one and the same sentence, whether the passkey is unknown, its person has left or the answer does
    not hold; why is in the ledger. Wrong passwords lock nobody out here, for nothing of a passkey can be guessed. The caller
    commits also when this refuses.
    """
    door = the_registry(DOOR, request_id)
    try:
        person = _proven(session, answer, Purpose.SIGN_IN, Asked(browser), terms)
    except _Refused as refused:
        raise _told(session, door, refused, Problem("", _REFUSED)) from refused
    return enter(session, door, person, device, replaces)


def confirm(
    session: Session, actor: Actor, secret: str, answer: str, terms: Terms, *, browser: str
) -> tuple[datetime, str]:
    """Note that whoever is signed in has just shown a passkey of theirs; returns when, and the cookie's new secret.

    `secret` is that of the browser's cookie until now. Raises RuleBroken, or Forbidden for a token: nobody stands behind one.
    The caller commits also when this refuses.
    """
    require(actor, Permission.OWN_ACCOUNT)
    opened = session_by_secret(session, secret)
    if actor.token is not None or opened is None or opened.person_id != actor.person_id:
        raise Forbidden(_BY_HAND)
    try:
        person = _proven(session, answer, Purpose.CONFIRM, Asked(browser, actor.person_id), terms)
    except _Refused as refused:
        raise _told(session, actor, refused, Problem("password", _NOT_YOURS)) from refused
    at = clock.now()
    fresh = note_identity_check(session, opened, at)
    record(session, actor, Event.IDENTITY_CONFIRMED, person, note={"by": "passkey"})
    return at, fresh


def _told(session: Session, door: Actor, refused: _Refused, says: Problem) -> NotProven:
    """What whoever asked hears; the reason goes to the ledger."""
    record(session, door, refused.event, refused.person, note={"by": "passkey", "reason": refused.reason})
    return NotProven([says])


def _proven(session: Session, answer: str, purpose: Purpose, asked: Asked, terms: Terms) -> Person:
    """Whose passkey has answered, and holds; that it was used is noted. Raises _Refused."""
    try:
        given = ceremonies.read(answer)
        take(session, given, purpose, asked)
    except Unproven as doubt:
        raise _Refused(doubt.reason) from doubt
    passkey = queries.by_credential(session, given.credential_id)
    if passkey is None:
        raise _Refused("nobody has this passkey")
    person = session.get_one(Person, passkey.person_id)
    try:
        shown = _shown(given, passkey, asked, terms)
    except Unproven as doubt:
        raise _Refused(doubt.reason, person) from doubt
    at, use = clock.now(), queries.use_of(session, passkey)
    if rules.went_back(use.sign_count, shown.sign_count):
        counted = f"{passkey.name}: its counter said {shown.sign_count} after {use.sign_count}"
        raise _Refused(counted, person, Event.PASSKEY_DOUBTED)
    if not is_active(person.active_from, person.active_to, at.date()):
        raise _Refused("not here", person)
    if not terms.takes(person.email):
        raise _Refused("only named accounts come in past the provider", person)
    use.sign_count, use.is_synced, use.used_at = shown.sign_count, shown.is_synced, at
    return person


def _shown(given: Answer, passkey: Passkey, asked: Asked, terms: Terms) -> Shown:
    """What the passkey has signed. Raises Unproven, also for one of somebody else than was asked."""
    if asked.person_id not in {None, passkey.person_id}:
        raise Unproven("it is somebody else's")
    # Where nobody was named the authenticator has to say whose it is; where somebody was, it may leave that out.
    if given.user_handle != passkey.user_handle and (given.user_handle or asked.person_id is None):
        raise Unproven("it says that it is somebody else's")
    shown = ceremonies.shown_by(given, passkey.public_key, terms.site)
    if shown.may_sync != passkey.may_sync:
        raise Unproven("what it says of being synced has changed, which it cannot")
    return shown

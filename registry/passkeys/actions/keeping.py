"""Add a passkey of one's own, rename it, remove it; take somebody's away."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.accounts.queries import sessions_of
from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Forbidden, NotProven, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.passkeys import queries, rules
from registry.passkeys.actions.questions import Asked, ask, take
from registry.passkeys.models import Passkey, PasskeyUse
from registry.passkeys.rules import Purpose, Terms, ceremonies, options
from registry.passkeys.rules.ceremonies import Unproven
from registry.people.models import Person

_NOT_TAKEN = "What came back is no passkey that can be taken. Nothing was added; begin again."
_KNOWN = "This passkey is known here already."
_LAST = "It is the only way in that you have. Add another one first."
_NAMED_ALONE = "Here passkeys open a few named accounts only, and yours is none of them."
_OWN = "Remove your own passkeys on your account."
_BY_HAND = "A passkey is added by whoever holds the device, signed in with a browser."


def begin(
    session: Session,
    actor: Actor,
    person: Person,
    name: str,
    terms: Terms,
    browser: str,
    confirmed_at: datetime,
) -> dict[str, Any]:
    """What a browser is asked so that it makes a passkey of this name; returns it as the browser takes it.

    Raises RuleBroken where the name cannot stand, there are too many, or it is too long ago that the person said who they
    are; Forbidden for a program. Whatever is made in answer is recorded then.
    """
    require(actor, Permission.OWN_ACCOUNT)
    _refuse_others(actor, person)
    refuse_if([*confirmation_problems(confirmed_at, clock.now()), *_objections(session, person, name, terms)])
    holder = queries.holder(session, person)
    challenge = ask(session, Purpose.ADD, Asked(browser, person.id), holder.handle)
    return options.to_make(challenge, terms.site, holder, queries.ids_of(session, person.id or 0))


def add(
    session: Session, actor: Actor, person: Person, name: str, terms: Terms, browser: str, answer: str
) -> Passkey:
    """Keep the passkey that was made in answer to `begin()`. Raises RuleBroken; the caller commits also then."""
    require(actor, Permission.OWN_ACCOUNT)
    _refuse_others(actor, person)
    try:
        given = ceremonies.read(answer)
        handle = take(session, given, Purpose.ADD, Asked(browser, person.id))
        made = ceremonies.made_by(given, terms.site)
    except Unproven as doubt:
        raise NotProven([Problem("", _NOT_TAKEN)]) from doubt
    refuse_if(_objections(session, person, name, terms))
    if queries.by_credential(session, made.credential_id) is not None:
        raise RuleBroken([Problem("", _KNOWN)])
    passkey = _kept(session, person, name.strip(), handle, made)
    record(session, actor, Event.PASSKEY_ADDED, person)
    return passkey


def _kept(session: Session, person: Person, name: str, handle: str, made: ceremonies.Made) -> Passkey:
    passkey = Passkey(
        person_id=person.id or 0,
        name=name,
        credential_id=made.credential_id,
        user_handle=handle,
        public_key=made.public_key,
        may_sync=made.may_sync,
        added_at=clock.now(),
    )
    session.add(passkey)
    session.flush()
    session.add(PasskeyUse(passkey_id=passkey.id or 0, sign_count=made.sign_count, is_synced=made.is_synced))
    return passkey


def _refuse_others(actor: Actor, person: Person) -> None:
    if actor.token is not None or person.id != actor.person_id:
        raise Forbidden(_BY_HAND)


def _objections(session: Session, person: Person, name: str, terms: Terms) -> list[Problem]:
    if not terms.takes(person.email):
        return [Problem("", _NAMED_ALONE)]
    held = queries.passkeys_of(session, person.id or 0)
    names = frozenset(passkey.name for passkey, _ in held)
    return [*rules.problems_with_another(len(held)), *rules.problems_with_name(name.strip(), names)]


def rename(session: Session, actor: Actor, person: Person, passkey: Passkey, name: str) -> None:
    """Call one of one's own passkeys otherwise. Raises RuleBroken."""
    require(actor, Permission.OWN_ACCOUNT)
    _refuse_others(actor, person)
    others = frozenset(
        each.name for each, _ in queries.passkeys_of(session, person.id or 0) if each.id != passkey.id
    )
    refuse_if(rules.problems_with_name(name.strip(), others))
    passkey.name = name.strip()
    record(session, actor, Event.PASSKEY_RENAMED, person)


def remove(session: Session, actor: Actor, person: Person, passkey: Passkey, terms: Terms) -> None:
    """Remove one of one's own passkeys: it opens nothing from then on. Raises RuleBroken for the last way in."""
    require(actor, Permission.OWN_ACCOUNT)
    _refuse_others(actor, person)
    if queries.is_needed(session, passkey, terms):
        raise RuleBroken([Problem("", _LAST)])
    session.delete(passkey)
    record(session, actor, Event.PASSKEY_REMOVED, person, note={"name": passkey.name})


def reset(session: Session, actor: Actor, person: Person) -> None:
    """Take all of somebody's passkeys away and sign their browsers out: a device is lost, or not theirs any more.

    Nobody does it to themselves: what is one's own is removed on one's account, where the last way in stays.
    """
    require(actor, Permission.ACCOUNTS_MANAGE)
    if actor.person_id is not None and person.id == actor.person_id:
        raise RuleBroken([Problem("", _OWN)])
    held = queries.passkeys_of(session, person.id or 0)
    for passkey, _ in held:
        session.delete(passkey)
    for each in sessions_of(session, person.id or 0):
        session.delete(each)
    record(session, actor, Event.PASSKEYS_RESET, person, note={"passkeys": str(len(held))})

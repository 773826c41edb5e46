"""The passkeys of a person with their last use; one by its number or by its ID."""

import secrets
from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from registry.accounts.queries import credential_of, first_password_of
from registry.identity.queries.known import identities_of
from registry.kernel.errors import NotFound
from registry.passkeys.models import Passkey, PasskeyUse
from registry.passkeys.rules import Terms, is_last_way_in
from registry.passkeys.rules.ceremonies import to_text
from registry.passkeys.rules.options import Holder
from registry.people.models import Person

_HANDLE_BYTES: Final = 32


def passkeys_of(session: Session, person_id: int) -> Sequence[tuple[Passkey, PasskeyUse]]:
    """A person's passkeys with how each was last used, the oldest first."""
    query = select(Passkey, PasskeyUse).join(PasskeyUse, col(PasskeyUse.passkey_id) == col(Passkey.id))
    return session.exec(query.where(Passkey.person_id == person_id).order_by(col(Passkey.id))).all()


def ids_of(session: Session, person_id: int) -> Sequence[str]:
    """The IDs of a person's passkeys, the oldest first."""
    query = select(Passkey.credential_id).where(Passkey.person_id == person_id)
    return session.exec(query.order_by(col(Passkey.id))).all()


def passkey_of(session: Session, person_id: int, number: int) -> Passkey:
    """One of a person's own passkeys. Raises NotFound, for those of others too."""
    found = session.get(Passkey, number)
    if found is None or found.person_id != person_id:
        raise NotFound
    return found


def by_credential(session: Session, credential_id: str) -> Passkey | None:
    """The passkey of this ID."""
    return session.exec(select(Passkey).where(Passkey.credential_id == credential_id)).one_or_none()


def use_of(session: Session, passkey: Passkey) -> PasskeyUse:
    """How a passkey was last used, locked: of two answers at one moment the second sees the counter of the first."""
    query = select(PasskeyUse).where(PasskeyUse.passkey_id == passkey.id).with_for_update()
    return session.exec(query).one()


def holder(session: Session, person: Person) -> Holder:
    """Somebody as their passkeys know them: by the handle that those they have carry, or by one drawn now."""
    query = select(Passkey.user_handle).where(Passkey.person_id == person.id).limit(1)
    kept = session.exec(query).first()
    return Holder(kept or to_text(secrets.token_bytes(_HANDLE_BYTES)), person.email, person.name)


def may_show_one(session: Session, person_id: int, terms: Terms) -> bool:
    """Whether a person has a passkey that is taken on these terms."""
    query = select(Passkey.id).where(Passkey.person_id == person_id)
    if terms.only_for:
        named = col(Person.email).in_(sorted(terms.only_for))
        query = query.join(Person, col(Person.id) == col(Passkey.person_id)).where(named)
    return session.exec(query.limit(1)).first() is not None


def is_needed(session: Session, passkey: Passkey, terms: Terms) -> bool:
    """Whether its person could not sign in any more without it. A password that was drawn for them is not theirs yet."""
    person_id = passkey.person_id
    has_password = credential_of(session, person_id) is not None
    return is_last_way_in(
        passkeys=len(ids_of(session, person_id)),
        has_password=has_password and first_password_of(session, person_id) is None,
        has_account_elsewhere=any(
            each.issuer == terms.issuer for each in identities_of(session, person_id) if terms.issuer
        ),
    )

"""An installation that offers passkeys, and one that somebody has, where no device has to answer."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.passkeys.models import Passkey, PasskeyUse
from registry.passkeys.rules import Site, Terms
from registry.people.models import Person

OFFERED = Terms(Site("localhost", "http://localhost", "Halden Mutual"))


def keep_passkey(session: Session, actor: Actor, name: str) -> Passkey:
    """A passkey of whoever acts, as one is kept that a browser has made."""
    person = session.get_one(Person, actor.person_id)
    kept = Passkey(
        person_id=person.id or 0,
        name=name,
        credential_id=f"aWQ{person.id}",
        user_handle="aGFuZGxl",
        public_key="a2V5",
        may_sync=True,
        added_at=clock.now(),
    )
    session.add(kept)
    session.flush()
    session.add(PasskeyUse(passkey_id=kept.id or 0, sign_count=0, is_synced=True))
    record(session, actor, Event.PASSKEY_ADDED, person)
    return kept

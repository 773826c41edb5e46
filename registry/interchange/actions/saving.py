"""Save a mapping under a name, so that the next file with these columns is read the same way; take one away again."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.interchange.models import SavedProfile
from registry.interchange.queries.profiles import name_key, profiles, saved_profile_named
from registry.interchange.rules.imports import problems_with_profile_name
from registry.interchange.rules.mapping import Choices, as_document
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import NotFound, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean


def save_profile(session: Session, actor: Actor, name: str, choices: Choices) -> SavedProfile:
    """Save the mapping; one of the same name is replaced, and keeps its number and so the keys made with it."""
    require(actor, Permission.INVENTORY_IMPORT)
    name = clean(" ".join(name.split()))
    shipped = {name_key(each.title) for each in profiles()} | {each.id for each in profiles()}
    refuse_if(problems_with_profile_name(name, taken=name_key(name) in shipped))
    saved = saved_profile_named(session, name) or SavedProfile(name_key=name_key(name), name=name, mapping={})
    saved.name, saved.mapping, saved.removed_at = name, as_document(choices), None
    saved.saved_by_id, saved.saved_at = actor.person_id, clock.now()
    session.add(saved)
    session.flush()
    record(session, actor, Event.IMPORT_PROFILE_SAVED, saved, note={"name": name})
    return saved


def remove_profile(session: Session, actor: Actor, saved: SavedProfile) -> None:
    """Offer a saved mapping no longer; what was imported with it stays. Raises NotFound when it is gone."""
    require(actor, Permission.INVENTORY_IMPORT)
    if saved.removed_at is not None:
        raise NotFound
    saved.removed_at = clock.now()
    record(session, actor, Event.IMPORT_PROFILE_REMOVED, saved, note={"name": saved.name})

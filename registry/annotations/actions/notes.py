"""Write a note about a system; correct it; withdraw it."""

from sqlmodel import Session

from registry.annotations.models import Note
from registry.annotations.rules import notes as rules
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, require
from registry.kernel.errors import Conflict, Forbidden, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean


def write_note(session: Session, actor: Actor, system_id: int, body: str) -> Note:
    """Put a note beside a system's record. Raises RuleBroken."""
    require(actor, Permission.NOTE_WRITE, system_id)
    body = _tidy(body)
    refuse_if(rules.problems_with_note(body))
    note = Note(system_id=system_id, author_id=actor.person_id, body=body, written_at=clock.now())
    session.add(note)
    record(session, actor, Event.NOTE_WRITTEN, note, system_id=system_id)
    return note


def correct_note(session: Session, actor: Actor, note: Note, body: str, *, version: int) -> Note:
    """Word a note anew; the ledger keeps how it read before. `version` is the revision its author had open.

    Raises Forbidden for anybody but its author, RuleBroken, or Conflict when it was changed since.
    """
    require(actor, Permission.NOTE_WRITE, note.system_id)
    if not rules.may_correct(author_id=note.author_id, actor_id=actor.person_id):
        raise Forbidden("Only its author can correct a note. Write one of your own beside it.")
    if version != note.version:
        raise Conflict("This note was changed while you were correcting it.", note.version)
    body = _tidy(body)
    refuse_if(rules.problems_with_correction(body, before=note.body, withdrawn=note.withdrawn_at is not None))
    note.body, note.corrected_at = body, clock.now()
    record(session, actor, Event.NOTE_CORRECTED, note, system_id=note.system_id)
    return note


def withdraw_note(session: Session, actor: Actor, note: Note, because: str) -> Note:
    """Take a note out of use, with the reason in its place; the ledger keeps what it said.

    Raises Forbidden for anybody but its author and administrators, and RuleBroken.
    """
    require(actor, Permission.NOTE_WRITE, note.system_id)
    administers = Role.ADMINISTRATOR in actor.roles
    if not rules.may_withdraw(author_id=note.author_id, actor_id=actor.person_id, administers=administers):
        raise Forbidden("Only its author or an administrator can withdraw a note.")
    because = _tidy(because)
    refuse_if(rules.problems_with_withdrawal(because, withdrawn=note.withdrawn_at is not None))
    note.withdrawn_at, note.withdrawn_by_id = clock.now(), actor.person_id
    note.withdrawn_because = because
    record(session, actor, Event.NOTE_WITHDRAWN, note, system_id=note.system_id)
    return note


def _tidy(text: str) -> str:
    """The text in its storable form; one that has none is left for the rules to refuse."""
    try:
        return clean(text)
    except ValueError:
        return text

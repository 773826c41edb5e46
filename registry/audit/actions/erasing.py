"""Erase what an entry said: the one thing that ever leaves the ledger, and the entry that says it left."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.actions.record import record
from registry.audit.models import PAYLOAD
from registry.audit.queries.erasures import entry_row, has_words, standing_as
from registry.audit.rules.erasing import ENTRY_KIND, Erasure, problems_with
from registry.kernel.actor import Actor, Permission, may, require
from registry.kernel.errors import NotFound, refuse_if
from registry.kernel.events import Event
from registry.store.session import at_the_end

_ASKED: Final = "erasures"


def erase_entry(session: Session, actor: Actor, seq: int, *, basis: str, approver: Actor) -> None:
    """Erase the words and the salt of an entry, and say so in a new one: on which basis, and by which two people.

    The entry keeps its place, and the ledger verifies as before; what was said can no more be guessed than read.
    Raises NotFound for an entry that does not exist, RuleBroken for one that is never erased, for a record that still
    says the same, without a basis or without a second person.
    """
    require(actor, Permission.ENTRY_ERASE)
    entry = entry_row(session, seq)
    if entry is None:
        raise NotFound(f"There is no entry {seq}.")
    refuse_if(
        problems_with(
            Erasure(
                seq=seq,
                event=entry["event"],
                has_words=has_words(session, seq),
                standing=standing_as(session, seq),
                basis=basis,
                same_person=approver.person_id is None or approver.person_id == actor.person_id,
                may_approve=may(approver, Permission.AUDIT_READ),
            )
        )
    )
    note = {"basis": basis.strip(), "approved by": f"{approver.name} (person {approver.person_id})"}
    session.info.setdefault(_ASKED, []).append(seq)
    record(
        session,
        actor,
        Event.ENTRY_ERASED,
        None,
        subject_kind=ENTRY_KIND,
        subject_id=seq,
        system_id=entry["system_id"],
        note=note,
    )
    # After the entry is written: the database lets go of nothing that no entry has said is erased.
    at_the_end(session, _erase)


def _erase(session: Session) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # Else the words stay in the file, in pages that nothing points to.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    connection.execute(sa.delete(PAYLOAD).where(PAYLOAD.c.seq.in_(session.info.pop(_ASKED, []))))

"""Note that a live system fell below what its gate asks, and how that ended. Nothing is moved by this."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event
from registry.lifecycle.models import ComplianceSpell
from registry.lifecycle.rules.gates import Gate, frozen


def note_lost(session: Session, actor: Actor, system_id: int, gate: Gate) -> ComplianceSpell:
    """Note since today that a live system is below its gate, and in what. Two who note it at once: the
    database keeps one.
    """
    require(actor, Permission.COMPLIANCE_NOTE, system_id)
    row = ComplianceSpell(
        system_id=system_id,
        since=clock.today(),
        noticed_at=clock.now(),
        criteria=[line for line in frozen(gate) if not line["met"]],
        pack_id=gate.pack,
        pack_edition=gate.edition,
    )
    session.add(row)
    record(session, actor, Event.COMPLIANCE_LOST, row, system_id=system_id)
    return row


def note_regained(session: Session, actor: Actor, spell: ComplianceSpell) -> ComplianceSpell:
    """Note that a system meets its gate again."""
    require(actor, Permission.COMPLIANCE_NOTE, spell.system_id)
    spell.ended_at = clock.now()
    record(session, actor, Event.COMPLIANCE_REGAINED, spell, system_id=spell.system_id)
    return spell


def note_left(session: Session, actor: Actor, spell: ComplianceSpell) -> ComplianceSpell:
    """Note that a system was taken out of use below its gate: the days end, and nothing was regained."""
    require(actor, Permission.COMPLIANCE_NOTE, spell.system_id)
    spell.ended_at = clock.now()
    record(session, actor, Event.COMPLIANCE_LEFT, spell, system_id=spell.system_id)
    return spell

"""Ask for the ledger to be verified, and note in it what came of that."""

from typing import Final

from sqlmodel import Session

from registry.audit.actions.record import record
from registry.audit.queries import Verification
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event

LEDGER: Final = "ledger"
# Where the worker notes how far a verification has come.
BOARD: Final = "verification"
_MOST_WORDS = 500


def ask_verification(session: Session, actor: Actor) -> None:
    """Have the worker verify the whole ledger as soon as it can."""
    require(actor, Permission.AUDIT_READ)
    record(session, actor, Event.VERIFICATION_ASKED, None, subject_kind=LEDGER)


def note_verification(session: Session, actor: Actor, found: Verification) -> None:
    """Write down what a verification found: how many entries, their root, whether all fits and what first does not."""
    require(actor, Permission.LEDGER_KEEP)
    note = {"entries": str(found.entries), "root": found.root, "result": "whole" if found.ok else "not whole"}
    if not found.ok:
        note["problems"] = str(len(found.problems))
        note["first problem"] = found.problems[0].says[:_MOST_WORDS]
    if found.first_bad is not None:
        note["first bad entry"] = str(found.first_bad)
    record(session, actor, Event.LEDGER_VERIFIED, None, subject_kind=LEDGER, note=note)

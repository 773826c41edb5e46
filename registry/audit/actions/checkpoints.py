"""Sign what the ledger is now: how many entries, under which root."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from registry.audit.actions.keys import Signer, signer
from registry.audit.actions.writing import hold_ledger
from registry.audit.models import LedgerCheckpoint
from registry.audit.queries.checkpoints import last_seq, leaves, newest_checkpoint, peaks_from
from registry.audit.rules.merkle import Frontier
from registry.audit.rules.notes import Checkpoint, sealed
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.store.session import Database

log = logging.getLogger("registry.ledger")

EVERY_ENTRIES = 100
EVERY = timedelta(minutes=15)


def keep_checkpoint(database: Database, actor: Actor, path: Path, origin: str) -> LedgerCheckpoint:
    """Sign a checkpoint in transactions of its own, and write it to the log as one line; the newest where nothing is new.

    The key is in the file at `path`, made with `origin` as the ledger's name if there never was one.
    """
    with database.transaction() as session:
        signing = signer(session, actor, path, origin)
    with database.transaction() as session:
        return make_checkpoint(session, actor, signing)


def keep_due_checkpoint(database: Database, actor: Actor, path: Path, origin: str) -> LedgerCheckpoint | None:
    """The same where EVERY_ENTRIES have been added since the last, or any and it is EVERY old; None otherwise."""
    with database.transaction(read_only=True) as session:
        due = _is_due(session)
    return keep_checkpoint(database, actor, path, origin) if due else None


def make_checkpoint(session: Session, actor: Actor, signing: Signer) -> LedgerCheckpoint:
    """Sign the ledger as it stands; the newest checkpoint again where nothing was added since.

    It is no entry of the ledger and records none. Raises RuleBroken where what is stored does not go on from the last
    checkpoint: such a ledger is verified and not signed.
    """
    require(actor, Permission.LEDGER_KEEP)
    hold_ledger(session.connection())
    last, size = newest_checkpoint(session), last_seq(session)
    if last is not None and last.size == size:
        return last
    frontier = _grown(session, last, size)
    told = Checkpoint(signing.verifier.name, size, frontier.root())
    text = told.text()
    made = LedgerCheckpoint(
        size=size,
        root=told.root.hex(),
        peaks="".join(peak.hex() for peak in frontier.peaks),
        origin=told.origin,
        key_id=signing.verifier.key_id,
        note=sealed(text, [signing.signature(text)]),
        made_at=clock.written(clock.now()),
    )
    session.add(made)
    log.info("checkpoint origin=%s size=%d root=%s key=%s", made.origin, made.size, made.root, made.key_id)
    return made


def _grown(session: Session, last: LedgerCheckpoint | None, size: int) -> Frontier:
    """The tree of the last checkpoint with the leaves that came after it."""
    try:
        frontier = Frontier(last.size, peaks_from(last.peaks)) if last else Frontier()
        for seq, leaf in leaves(session, frontier.size, size):
            if seq != frontier.size + 1:
                raise _not_signed(f"entry {frontier.size + 1} is missing")
            frontier.add(leaf)
    except ValueError as error:
        raise _not_signed("a hash is not written as one") from error
    if last is not None and (
        size < last.size or Frontier(last.size, peaks_from(last.peaks)).root().hex() != last.root
    ):
        raise _not_signed(f"it does not go on from the checkpoint over {last.size} entries")
    if frontier.size == 0:
        raise RuleBroken([Problem("", "The ledger is empty: there is nothing to sign yet.")])
    return frontier


def _not_signed(says: str) -> RuleBroken:
    return RuleBroken([Problem("", f"The ledger is not signed: {says}. Run registry audit verify.")])


def _is_due(session: Session) -> bool:
    last, size = newest_checkpoint(session), last_seq(session)
    if last is None:
        return size > 0
    added = size - last.size
    old = clock.now() - datetime.fromisoformat(last.made_at) >= EVERY
    # Fewer than were signed: making one says what is wrong, where the worker's jobs are looked at.
    return added < 0 or added >= EVERY_ENTRIES or (added > 0 and old)

"""What the worker does for the ledger: sign a checkpoint when one is due, and verify the whole of it."""

import logging
from typing import Any

from registry.audit.actions.checkpoints import keep_due_checkpoint
from registry.audit.actions.verifying import BOARD, note_verification
from registry.audit.queries import Verification, verify
from registry.audit.queries.checkpoints import last_seq
from registry.audit.queries.past import last_erasure
from registry.kernel.actor import the_registry
from registry.portfolio.queries.beside import with_what_stands_beside
from registry.settings import Settings
from registry.store.past import sweep
from registry.store.progress import Board
from registry.store.session import Database

log = logging.getLogger("registry.ledger")


def sign_checkpoint(database: Database, _payload: dict[str, Any]) -> None:
    """Sign how many entries there are and their root, where enough have been added since the last time."""
    settings = Settings.from_environment()
    keep_due_checkpoint(database, the_registry("worker"), settings.signing_key, settings.ledger_origin)


def verify_ledger(database: Database, _payload: dict[str, Any]) -> None:
    """Verify the whole ledger and what it answers for, saying how far it has come, and note what was found."""
    board = Board(Settings.from_environment().data_dir, BOARD)
    try:
        found = _verified(database, board)
    finally:
        board.clear()
    if not found.ok:
        log.error("the ledger is not whole: %s", found.problems[0].says)
    with database.transaction() as session:
        note_verification(session, the_registry("worker"), found)


def sweep_pasts(database: Database, _payload: dict[str, Any]) -> None:
    """Let go of copies of past days that nobody looks at, and of all that were made before something was erased."""
    with database.transaction(read_only=True) as session:
        erased_by = last_erasure(session)
    sweep(database, erased_by)


def _verified(database: Database, board: Board) -> Verification:
    with database.transaction(read_only=True) as session:
        total = last_seq(session)
    board.begin("entries checked", total)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        board.advance(count - done)
        done = count

    with database.transaction(read_only=True) as session:
        return with_what_stands_beside(session, verify(session, progress=advance))

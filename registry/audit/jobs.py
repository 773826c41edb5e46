"""What the worker does for the ledger: sign a checkpoint when one is due, and verify the whole of it."""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from registry.audit.actions.checkpoints import keep_due_checkpoint
from registry.audit.actions.verifying import BOARD, note_verification
from registry.audit.models import LedgerCheckpoint
from registry.audit.queries import Verification, verify
from registry.audit.queries.checkpoints import last_seq, newest_checkpoint
from registry.audit.queries.past import last_erasure, moment_of, rows_told
from registry.kernel.actor import the_registry
from registry.output.sending import MailServer, NotSent, mail, post
from registry.portfolio.queries.beside import with_what_stands_beside
from registry.settings import Settings
from registry.store.past import Pasts, Recipe, board_of, sweep
from registry.store.progress import Board
from registry.store.session import Database
from registry.worker.actions import Handler
from registry.worker.actions import place_of as sent_until

log = logging.getLogger("registry.ledger")


def sign_checkpoint(database: Database, _payload: dict[str, Any]) -> None:
    """Sign how many entries there are and their root, where enough have been added since the last time."""
    settings = Settings.from_environment()
    keep_due_checkpoint(database, the_registry("worker"), settings.signing_key, settings.ledger_origin)


def send_checkpoints(database: Database, _payload: dict[str, Any]) -> None:
    """Send the newest checkpoint to each place the settings name, once; where one could not be reached, again next time.

    Raises NotSent after all have been tried, so that the list of jobs says which.
    """
    settings = Settings.from_environment()
    failed = []
    for place, send in _places(settings).items():
        try:
            _send_newest(database, place, send)
        except NotSent as reason:
            failed.append(str(reason))
    if failed:
        raise NotSent("; ".join(failed))


def _places(settings: Settings) -> dict[str, Callable[[LedgerCheckpoint], None]]:
    places: dict[str, Callable[[LedgerCheckpoint], None]] = {}
    if settings.checkpoint_url:
        places["checkpoint:url"] = lambda newest: post(settings.checkpoint_url, newest.note)
    if settings.checkpoint_mail_to:
        server = MailServer(
            settings.mail_server, settings.mail_from, settings.mail_user, settings.mail_password_file
        )
        places["checkpoint:mail"] = lambda newest: mail(
            server, settings.checkpoint_mail_to, f"{newest.origin}: {newest.size} entries", newest.note
        )
    return places


def _send_newest(database: Database, place: str, send: Callable[[LedgerCheckpoint], None]) -> None:
    with database.transaction() as session:
        newest = newest_checkpoint(session)
        sent = sent_until(session, place)
        if newest is None or newest.size <= sent.seq:
            return
    # Sent outside the transaction, so perhaps twice where this process is killed in between: the same note does no harm.
    send(newest)
    with database.transaction() as session:
        sent_until(session, place).seq = newest.size


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


def laying_out(recipe: Callable[[], Recipe]) -> Handler:
    """The job that lays out a past day which is too large to be made while somebody waits for a page of it."""

    def lay_out_past(database: Database, payload: dict[str, Any]) -> None:
        """Lay out one day, saying how far it has come. It may be there already: then nothing is left to do."""
        day = date.fromisoformat(payload["day"])
        board = Board(Settings.from_environment().data_dir, board_of(day))
        pasts = Pasts(database, recipe())
        try:
            with database.transaction(read_only=True) as session:
                mark = moment_of(session, day)
                total = rows_told(session, mark.seq) if mark else 0
            board.begin("rows laid out", total)
            if mark:
                pasts.at(day, told=board.advance)
        finally:
            board.clear()
            pasts.dispose()

    return lay_out_past


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

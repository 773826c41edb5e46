"""The key this registry signs with: made on first use, replaced by one that it vouches for."""

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from registry.audit.actions.record import record
from registry.audit.actions.writing import hold_ledger
from registry.audit.models import LedgerKey
from registry.audit.queries.checkpoints import newest_key
from registry.audit.queries.fitness import key_file_of, says_key_missing, waiting_beside
from registry.audit.rules.notes import Signature, Verifier, sealed
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.events import Event
from registry.store.signing import SigningKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A secret key and the name it signs with."""

    key: SigningKey
    verifier: Verifier

    def signature(self, text: str) -> Signature:
        """The line that goes under a note."""
        return Signature(self.verifier.name, self.verifier.key_id, self.key.sign(text.encode()))


def signer(session: Session, actor: Actor, path: Path, origin: str) -> Signer:
    """The key in use, from its file. The first one is made here, and keeps `origin` as the name of this ledger for good.

    Raises RuleBroken where the file does not hold the key that the ledger names.
    """
    require(actor, Permission.LEDGER_KEEP)
    hold_ledger(session.connection())
    newest = newest_key(session)
    if newest is not None:
        return _in_use(path, newest)
    if not path.exists():
        SigningKey.new().write(path)
    first = _signer(_read(path), origin)
    row = _row(first, None)
    session.add(row)
    record(session, actor, Event.SIGNING_KEY_ADDED, row)
    return first


def rotate_key(session: Session, actor: Actor, path: Path, *, lost: str = "") -> LedgerKey:
    """Begin to sign with another key, for which the old one vouches. After the commit, put_in_place() moves its file.

    `lost` says why the old key cannot vouch: then the ledger alone does, and whoever holds the old public key must ask.
    Raises RuleBroken where there is no key yet, or the file does not hold it and is not said to be lost.
    """
    require(actor, Permission.LEDGER_KEEP)
    hold_ledger(session.connection())
    newest = newest_key(session)
    if newest is None:
        raise RuleBroken([Problem("", "There is no key yet: the first checkpoint makes one.")])
    old = None if lost else _in_use(path, newest)
    waiting = waiting_beside(path)
    waiting.unlink(missing_ok=True)
    fresh = _signer(SigningKey.new(), newest.origin)
    fresh.key.write(waiting)
    row = _row(fresh, old)
    session.add(row)
    note = {"before": newest.key_id, "now": fresh.verifier.key_id} | ({"lost": lost} if lost else {})
    record(session, actor, Event.SIGNING_KEY_ROTATED, row, note=note)
    return row


def put_in_place(path: Path) -> None:
    """Let the file of the new key take the place of the old one. Where this is missed, the next signature does it."""
    waiting_beside(path).replace(path)


def _in_use(path: Path, newest: LedgerKey) -> Signer:
    place = key_file_of(path, newest)
    if place is None:
        raise RuleBroken([Problem("", says_key_missing(path, newest))])
    if place != path:
        put_in_place(path)
    return _signer(_read(path), newest.origin)


def _read(path: Path) -> SigningKey:
    try:
        return SigningKey.read(path)
    except ValueError as error:
        raise RuleBroken([Problem("", f"{error}.")]) from error


def _signer(key: SigningKey, origin: str) -> Signer:
    return Signer(key, Verifier(origin, key.public))


def _row(fresh: Signer, old: Signer | None) -> LedgerKey:
    """The key's row, with the note in which the old key vouches for it and it shows that its secret half is here."""
    since = clock.now()
    text = f"{fresh.verifier.name}/keys\n{fresh.verifier.written()}\n{clock.written(since)}\n"
    signers = [old, fresh] if old else [fresh]
    return LedgerKey(
        key_id=fresh.verifier.key_id,
        origin=fresh.verifier.name,
        verifier=fresh.verifier.written(),
        since=since,
        statement=sealed(text, [each.signature(text) for each in signers]),
    )

"""Checkpoints and the keys they are checked with; what they promise of the ledger; and the leaves under them."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.audit.models import CHECKPOINT, ENTRY, KEY, LedgerCheckpoint, LedgerKey
from registry.audit.rules.chain import Findings, Found, Promise
from registry.audit.rules.merkle import Frontier
from registry.audit.rules.notes import NotANote, Note, Verifier, read_checkpoint, read_note
from registry.store.signing import is_signed_by

_LEAVES_AT_ONCE = 20_000
_HASH_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Known:
    """A public key this registry signed with."""

    origin: str
    verifier: Verifier


def newest_key(session: Session) -> LedgerKey | None:
    """The key in use; None before the first."""
    return session.exec(select(LedgerKey).order_by(col(LedgerKey.id).desc()).limit(1)).first()


def keys(session: Session) -> list[LedgerKey]:
    """Every key, oldest first."""
    return list(session.exec(select(LedgerKey).order_by(col(LedgerKey.id))))


def newest_checkpoint(session: Session) -> LedgerCheckpoint | None:
    """The checkpoint over most entries; None before the first."""
    return next(iter(checkpoints(session, limit=1)), None)


def checkpoints(
    session: Session, *, below: int | None = None, limit: int | None = None
) -> list[LedgerCheckpoint]:
    """The checkpoints, newest first; those over fewer entries than `below`, where it is given."""
    newest = select(LedgerCheckpoint).order_by(col(LedgerCheckpoint.size).desc())
    if below is not None:
        newest = newest.where(col(LedgerCheckpoint.size) < below)
    return list(session.exec(newest.limit(limit)))


def checkpoint_of(session: Session, size: int) -> LedgerCheckpoint | None:
    """The checkpoint over so many entries."""
    return session.get(LedgerCheckpoint, size)


def last_seq(session: Session) -> int:
    """The number of the newest entry; 0 for an empty ledger."""
    return session.connection().execute(sa.select(sa.func.max(ENTRY.c.seq))).scalar() or 0


def leaves(session: Session, after: int, upto: int) -> Iterator[tuple[int, bytes]]:
    """The stored leaf hashes of the entries after one up to another, with their numbers, in order.

    Raises ValueError for a hash that is not written as one.
    """
    while after < upto:
        query = sa.select(ENTRY.c.seq, ENTRY.c.leaf_hash).where(ENTRY.c.seq > after, ENTRY.c.seq <= upto)
        rows = session.connection().execute(query.order_by(ENTRY.c.seq).limit(_LEAVES_AT_ONCE)).all()
        if not rows:
            return
        for seq, leaf in rows:
            yield seq, bytes.fromhex(leaf)
        after = rows[-1][0]


def peaks_from(text: str) -> list[bytes]:
    """The roots of complete subtrees, as a checkpoint keeps them. Raises ValueError for what is no hex."""
    return [
        bytes.fromhex(text[start : start + _HASH_CHARACTERS])
        for start in range(0, len(text), _HASH_CHARACTERS)
    ]


def known_keys(connection: sa.Connection) -> dict[str, Known]:
    """Every key that is what its row says, by its id."""
    found = {}
    for key_id, origin, written in connection.execute(sa.select(KEY.c.key_id, KEY.c.origin, KEY.c.verifier)):
        try:
            verifier = Verifier.read(written)
        except NotANote:
            continue
        if verifier.key_id == key_id:
            found[key_id] = Known(origin, verifier)
    return found


def promises(connection: sa.Connection, findings: Findings) -> list[Promise]:
    """What the stored checkpoints say of the ledger. One that is not as it was signed is a finding and no promise."""
    known = known_keys(connection)
    found = []
    # Column by column: a checkpoint that somebody made unreadable must not stop the verification.
    for size, root, peaks, origin, key_id, note, _at in connection.execute(
        sa.select(CHECKPOINT).order_by(CHECKPOINT.c.size)
    ):
        said = f"the checkpoint over {size} entries"
        says = _objection_to_stored(known, (size, root, peaks, origin, key_id), note)
        if says is None:
            found.append(Promise(size, root, said))
        else:
            findings.say(None, f"{said} is not as it was signed: {says}")
    return found


def _objection_to_stored(
    known: dict[str, Known], columns: tuple[int, str, str, str, str], written: str
) -> str | None:
    size, root, peaks, origin, key_id = columns
    try:
        note = read_note(written)
        told = read_checkpoint(note)
        fits = Frontier(size, peaks_from(peaks)).root().hex() == root
    except ValueError as error:
        return str(error)
    if not fits or (told.size, told.root.hex(), told.origin) != (size, root, origin):
        return "its row and its text differ"
    if key_id not in {each.key_id for each in note.signatures}:
        return "it is signed with another key than its row says"
    return next(iter(_objections_to_signature(known, note)), None)


def judge_held(connection: sa.Connection, written: str) -> tuple[Promise | None, list[Found]]:
    """What a checkpoint kept outside promises of this ledger, and what is wrong with it in itself.

    No promise where it is no checkpoint or one of another ledger: its size and root then say nothing of this one.
    """
    try:
        note = read_note(written)
        told = read_checkpoint(note)
    except NotANote as error:
        return None, [Found(None, f"the file is no checkpoint: {error}")]
    known = known_keys(connection)
    problems = [Found(None, says) for says in _objections_to_signature(known, note)]
    origins = {each.origin for each in known.values()}
    if told.origin not in origins:
        own = ", ".join(sorted(origins)) or "none: it has no key yet"
        says = f"the checkpoint is of another ledger: its origin is {told.origin}, this ledger's is {own}"
        return None, [*problems, Found(None, says)]
    return Promise(told.size, told.root.hex(), "the checkpoint you hold", held=True), problems


def _objections_to_signature(known: dict[str, Known], note: Note) -> list[str]:
    """What is wrong with who signed: nobody we know, or not this text. Cosignatures of others are left alone."""
    ours = [
        each
        for each in note.signatures
        if each.key_id in known and each.name == known[each.key_id].verifier.name
    ]
    if not ours:
        named = ", ".join(each.key_id for each in note.signatures)
        return [f"the checkpoint is signed with key {named}, which this registry does not know as its own"]
    message = note.text.encode()
    return [
        f"the signature with key {each.key_id} is not of this text: the checkpoint was changed after it was signed"
        for each in ours
        if not is_signed_by(known[each.key_id].verifier.public, each.data, message)
    ]

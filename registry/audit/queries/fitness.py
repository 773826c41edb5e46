"""What a registry that can serve still lacks to do all it promises: for its start, for readiness, for the pages that need it."""

from pathlib import Path

from sqlmodel import Session

from registry.audit.models import LedgerKey
from registry.audit.queries.checkpoints import newest_key
from registry.audit.queries.replicas import replica_stands
from registry.audit.rules.notes import Verifier
from registry.store.past import obstacle
from registry.store.session import Database
from registry.store.signing import SigningKey


def lacking(database: Database, key_file: Path) -> dict[str, str]:
    """What is lacking, each with what is wrong and what to do; nothing where all is there. `key_file`: the key that signs."""
    with database.transaction(read_only=True) as session:
        key = says_of_key(session, key_file)
    found = {"signing key": key, "past days": obstacle(database), "read replica": _says_of_replica(database)}
    return {name: says for name, says in found.items() if says}


def says_of_key(session: Session, key_file: Path) -> str:
    """What is wrong where the key that signs is in no file, and what to do; "" where it is, or nothing is signed yet."""
    newest = newest_key(session)
    return "" if newest is None or key_file_of(key_file, newest) else says_key_missing(key_file, newest)


def _says_of_replica(database: Database) -> str:
    stands = replica_stands(database)
    if stands is None or not stands.trouble:
        return ""
    return f"The read replica cannot be used: {stands.trouble}. Until it can, reports and cards are read from the database itself."


def key_file_of(path: Path, newest: LedgerKey) -> Path | None:
    """The file that holds the key the ledger is signed with: this one, or the one that waits to take its place. None: neither."""
    return next((place for place in (path, waiting_beside(path)) if _holds(place, newest)), None)


def waiting_beside(path: Path) -> Path:
    """Where a new key waits until the ledger knows of it."""
    return path.with_name(f"{path.name}.next")


def says_key_missing(path: Path, newest: LedgerKey) -> str:
    """That no file holds the key, and what to do."""
    return (
        f"The ledger is signed with key {newest.key_id}, and {path} does not hold it: no checkpoint is signed and no"
        " card issued until it does. Put that file back from where you keep it; if it is lost, say so with registry"
        " audit rotate-key --lost and the reason."
    )


def _holds(place: Path, newest: LedgerKey) -> bool:
    try:
        key = SigningKey.read(place)
    except (OSError, ValueError):
        return False
    return Verifier(newest.origin, key.public).key_id == newest.key_id

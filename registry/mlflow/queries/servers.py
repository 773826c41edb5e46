"""The servers, how their syncs went, and the credentials kept for them on this machine."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, func, select

from registry.kernel.errors import NotFound
from registry.mlflow.models import MlflowServer, MlflowSync
from registry.mlflow.rules.servers import CredentialUnusable, Readings, ServerFacts, authorization
from registry.store.columns import LARGEST_NUMBER

_LARGEST_SECRET = 20_000


def servers(session: Session) -> Sequence[MlflowServer]:
    """Every server, by name."""
    return session.exec(select(MlflowServer).order_by(MlflowServer.label)).all()


def server_by_id(session: Session, number: int, *, lock: bool = False) -> MlflowServer:
    """One server; with `lock`, held until the transaction ends. Raises NotFound."""
    query = select(MlflowServer).where(MlflowServer.id == min(number, LARGEST_NUMBER))
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def server_by_label(session: Session, label: str) -> MlflowServer | None:
    """The server of this name, whatever its case, or None."""
    query = select(MlflowServer).where(func.lower(MlflowServer.label) == label.strip().lower())
    return session.exec(query).first()


def facts_of(server: MlflowServer) -> ServerFacts:
    """What is stated of a server, as the rules read it."""
    return ServerFacts(
        server.label, server.url, server.credential, server.tag, server.alias, Readings(server.readings)
    )


def under_way(session: Session, server_id: int, *, lock: bool = False) -> MlflowSync | None:
    """The sync of a server that has not ended, or None."""
    query = select(MlflowSync).where(MlflowSync.server_id == server_id, col(MlflowSync.ended_at).is_(None))
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def sync_by_id(session: Session, number: int, *, lock: bool = False) -> MlflowSync | None:
    """One sync, or None."""
    query = select(MlflowSync).where(MlflowSync.id == number)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def last_syncs(session: Session, server_ids: Collection[int]) -> dict[int, MlflowSync]:
    """The newest sync of each of these servers that has had one."""
    newest = (
        select(func.max(MlflowSync.id))
        .where(col(MlflowSync.server_id).in_(sorted(server_ids)))
        .group_by(col(MlflowSync.server_id))
    )
    rows = session.exec(select(MlflowSync).where(col(MlflowSync.id).in_(newest)))
    return {row.server_id: row for row in rows}


def syncs_of(session: Session, server_id: int, limit: int) -> Sequence[MlflowSync]:
    """The newest syncs of a server, newest first."""
    query = select(MlflowSync).where(MlflowSync.server_id == server_id)
    return session.exec(query.order_by(col(MlflowSync.id).desc()).limit(limit)).all()


def last_good(session: Session, server_id: int) -> MlflowSync | None:
    """The newest sync of a server that came to its end."""
    return _newest(session, server_id, whole=False)


def last_whole(session: Session, server_id: int) -> datetime | None:
    """When the newest sync of a server began that compared everything and came to its end."""
    found = _newest(session, server_id, whole=True)
    return found.began_at if found else None


def _newest(session: Session, server_id: int, *, whole: bool) -> MlflowSync | None:
    query = select(MlflowSync).where(
        MlflowSync.server_id == server_id, col(MlflowSync.ended_at).is_not(None), MlflowSync.trouble == ""
    )
    query = query.where(col(MlflowSync.is_whole)) if whole else query
    return session.exec(query.order_by(col(MlflowSync.id).desc()).limit(1)).first()


def authorization_from(folder: Path | None, name: str, url: str) -> str:
    """The Authorization header that the kept credential of this name gives for an address; "" where none is named.

    `name` is what the rules let be one: no part of a path. Raises CredentialUnusable, with nothing of the secret in it.
    """
    if not name:
        return ""
    if folder is None:
        raise CredentialUnusable("this machine keeps none: REGISTRY_MLFLOW_CREDENTIALS_DIR names no folder")
    try:
        with (folder / name).open("rb") as file:
            kept = file.read(_LARGEST_SECRET).decode("utf-8")
    except FileNotFoundError:
        raise CredentialUnusable(f"there is no file {name} in REGISTRY_MLFLOW_CREDENTIALS_DIR") from None
    except (OSError, UnicodeDecodeError):
        raise CredentialUnusable(f"the file {name} cannot be read") from None
    return authorization(kept, url)

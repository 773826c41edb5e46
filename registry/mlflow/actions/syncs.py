"""A sync as a record of how far it has come: begun or gone on with, moved on part by part, broken off, ended."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, delete

from registry.kernel import clock
from registry.mlflow.models import MlflowServer, MlflowSync
from registry.mlflow.queries import servers
from registry.mlflow.rules.passes import KEPT, Phase, counted, is_given_up, is_whole_due, remarked


class Overtaken(Exception):
    """Somebody else has gone on with this sync meanwhile: what was read for it is not kept twice."""


@dataclass(frozen=True, slots=True)
class Round:
    """One part of a sync, as it stood when the part was begun, and the server it is with."""

    sync: MlflowSync
    server: MlflowServer

    @property
    def number(self) -> int:
        """The number of the sync."""
        return self.sync.id or 0

    @property
    def server_id(self) -> int:
        """The number of the server."""
        return self.server.id or 0


def begin(session: Session, server_id: int, *, whole: bool = False) -> MlflowSync:
    """The sync of a server to go on with, or a new one: of what changed since the last, or of everything where that is due."""
    server = servers.server_by_id(session, server_id, lock=True)
    standing = servers.under_way(session, server_id, lock=True)
    if standing is not None:
        if not is_given_up(standing.began_at, clock.now()) and (standing.is_whole or not whole):
            standing.trouble = ""
            session.add(standing)
            return standing
        standing.ended_at = clock.now()
        standing.trouble = standing.trouble or "It was broken off, and another was begun instead."
        session.add(standing)
        session.flush()
    good = servers.last_good(session, server.id or 0)
    is_whole = whole or good is None or is_whole_due(servers.last_whole(session, server_id), clock.now())
    since = good.until if good else 0
    new = MlflowSync(
        server_id=server_id,
        began_at=clock.now(),
        told_at=clock.now(),
        is_whole=is_whole,
        since=since,
        until=since,
    )
    session.add(new)
    session.flush()
    return new


def round_of(session: Session, sync_id: int) -> Round | None:
    """The next part of a sync; None where it has ended."""
    sync = servers.sync_by_id(session, sync_id)
    if sync is None or sync.ended_at is not None:
        return None
    return Round(sync, servers.server_by_id(session, sync.server_id))


def held(session: Session, part: Round) -> MlflowSync:
    """The sync of a part that is about to be kept, locked. Raises Overtaken where it has moved on since."""
    sync = servers.sync_by_id(session, part.number, lock=True)
    if sync is None or sync.ended_at is not None or sync.step != part.sync.step:
        raise Overtaken
    return sync


def move(session: Session, sync: MlflowSync, *, place: str = "", to_next: bool = False) -> None:
    """Go on: to a place in this phase, or to the next phase; after the last of them the sync has ended."""
    sync.step, sync.told_at = sync.step + 1, clock.now()
    sync.place, sync.trouble = place, ""
    if to_next:
        sync.phase = sync.phase.following
    if sync.phase is Phase.DONE:
        sync.ended_at = clock.now()
        _forget(session, sync)
    session.add(sync)


def _forget(session: Session, sync: MlflowSync) -> None:
    older = [row.id for row in servers.syncs_of(session, sync.server_id, KEPT + 50)[KEPT:]]
    if older:
        session.connection().execute(delete(MlflowSync).where(col(MlflowSync.id).in_(older)))


def trouble(session: Session, part: Round, says: str, *, is_place_lost: bool = False) -> None:
    """Note why a sync does not go on for now. Where the server no longer knows the page, the phase begins anew."""
    sync = held(session, part)
    sync.trouble, sync.told_at = says, clock.now()
    if is_place_lost and sync.place:
        sync.place, sync.step = "", sync.step + 1
    session.add(sync)


def count(sync: MlflowSync, **more: int) -> None:
    """Count what was done."""
    sync.counts = counted(sync.counts, **more)


def remark(sync: MlflowSync, says: str, name: str = "", times: int = 1) -> None:
    """Note what was not taken as it stands, and why."""
    listed: list[dict[str, Any]] = remarked(sync.remarks, says, name, times)
    sync.remarks = listed

"""sync(): all parts of a sync one after the other, the server asked between transactions and each part kept in one of its own.

Whoever is killed over it loses the part that was being read; the next to come goes on behind the last that was kept.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

from registry.mlflow.actions import adding, syncs, taking
from registry.mlflow.actions.asking import Means, Peer, Unheard
from registry.mlflow.actions.syncs import Overtaken, Round
from registry.mlflow.models import MlflowModel, MlflowServer, MlflowSync
from registry.mlflow.queries import seen, servers
from registry.mlflow.rules import asking
from registry.mlflow.rules.answers import model_in, models_in, runs_in, versions_in
from registry.mlflow.rules.passes import Phase, place_read
from registry.mlflow.rules.servers import Readings
from registry.store.session import Database

Tell = Callable[[MlflowServer, MlflowSync], None]
_ASKED_AT_MOST: Final = 200


def sync(
    database: Database,
    sync_id: int,
    means: Means,
    *,
    tell: Tell = lambda _server, _sync: None,
    seconds: float | None = None,
) -> bool:
    """Go on with a sync to its end, or until so many seconds are over; whether there is more to do.

    Where the server does not answer, that is noted with the sync and there is no more to do for now: the next to come goes on.
    """
    until, peer, lost = time.monotonic() + seconds if seconds else None, None, set[str]()
    while True:
        with database.transaction(read_only=True) as session:
            part = syncs.round_of(session, sync_id)
        if part is None:
            return False
        tell(part.server, part.sync)
        peer = peer or Peer(part.server.url, part.server.credential, means)
        try:
            _PARTS[part.sync.phase](database, peer, part)
        except Unheard as unheard:
            with database.transaction() as session:
                syncs.trouble(session, part, str(unheard), is_place_lost=unheard.is_place_lost)
            # Begun once more from the first page, and not for ever: a server may lose the second each time.
            if not (unheard.is_place_lost and part.sync.place) or part.sync.phase in lost:
                return False
            lost.add(part.sync.phase)
        except Overtaken:
            return False
        if until is not None and time.monotonic() > until:
            return True


def _models(database: Database, peer: Peer, part: Round) -> None:
    page = peer.ask(asking.models_question(part.sync.place), models_in)
    with database.transaction() as session:
        taking.take_models(session, part, page)


def _versions(database: Database, peer: Peer, part: Round) -> None:
    page = peer.ask(asking.versions_question(part.sync.place), versions_in)
    with database.transaction() as session:
        taking.take_versions(session, part, page)


def _settling(database: Database, peer: Peer, part: Round) -> None:
    with database.transaction(read_only=True) as session:
        moves = taking.moves_in(session, part)
    # A list that moved while it was read may have passed one over: that one is gone is asked once more, by name.
    gone = [row.id or 0 for row in moves.doubtful[:_ASKED_AT_MOST] if _is_gone(peer, row)]
    with database.transaction() as session:
        taking.settle(session, part, moves, gone)


def _is_gone(peer: Peer, row: MlflowModel) -> bool:
    try:
        return peer.ask(asking.model_question(row.name), model_in).created != row.created
    except Unheard as unheard:
        if unheard.is_missing:
            return True
        if unheard.is_forbidden:
            # MLflow leaves out of its lists what the credential may not read: that says nothing of whether it is there.
            return False
        raise


def _candidates(database: Database, _peer: Peer, part: Round) -> None:
    with database.transaction() as session:
        adding.add_candidates(session, part)


def _readings(database: Database, peer: Peer, part: Round) -> None:
    mode, after = Readings(part.server.readings), place_read(part.sync.place)
    with database.transaction(read_only=True) as session:
        rows = (
            []
            if mode is Readings.NONE
            else seen.to_read(session, part.server_id, mode, after, asking.RUNS_AT_ONCE)
        )
    # Ids that are none are asked for by nobody: they would have to be quoted, and no run has them.
    wanted = sorted({row.run_id for row, _, _ in rows if row.run_id.isascii() and row.run_id.isalnum()})
    runs = {}
    if wanted:
        page = peer.ask(asking.runs_question(peer.experiments(), wanted), runs_in)
        runs = {each.run_id: each for each in page.items}
    last = rows[-1][0] if len(rows) == asking.RUNS_AT_ONCE else None
    with database.transaction() as session:
        adding.take_readings(session, part, rows, runs, last)


_PARTS: Final[Mapping[Phase, Callable[[Database, Peer, Round], None]]] = {
    Phase.MODELS: _models,
    Phase.VERSIONS: _versions,
    Phase.SETTLING: _settling,
    Phase.CANDIDATES: _candidates,
    Phase.READINGS: _readings,
}


def begin(database: Database, server_id: int, *, whole: bool = False) -> int:
    """The number of the sync of a server to go on with, or of a new one."""
    with database.transaction() as session:
        return syncs.begin(session, server_id, whole=whole).id or 0


def servers_on(database: Database) -> list[int]:
    """The numbers of the servers that are switched on."""
    with database.transaction(read_only=True) as session:
        return [each.id or 0 for each in servers.servers(session) if each.is_on]

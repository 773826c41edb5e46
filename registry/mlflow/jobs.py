"""Sync with every server that is switched on, hour by hour; with one, when somebody asks."""

import logging
from typing import Any, Final

from sqlmodel import Session

from registry.audit.queries import entries_at
from registry.mlflow.actions import passing
from registry.mlflow.actions.asking import Means
from registry.mlflow.models import MlflowServer, MlflowSync
from registry.mlflow.queries import servers
from registry.output.destinations import networks_from
from registry.settings import Settings
from registry.store.progress import Board
from registry.store.session import Database
from registry.worker.actions import PartDone

log = logging.getLogger("registry.mlflow")

_AT_ONCE_SECONDS: Final = 20.0
"""After so long a sync makes way for what else is due, and goes on as a job of its own."""


def sync_all(database: Database, payload: dict[str, Any]) -> None:
    """Sync with each server that is switched on; what takes long goes on in parts."""
    numbers = passing.servers_on(database)
    if "part" in payload:
        with database.transaction(read_only=True) as session:
            numbers = [number for number in numbers if _goes_on(session, number)]
    begun = [passing.begin(database, number) for number in numbers]
    if any([_went_on(database, number) for number in begun]):  # noqa: C419 - each server has its turn
        raise PartDone


def _goes_on(session: Session, server_id: int) -> bool:
    """Whether a sync of the server was interrupted by nothing but the time it takes."""
    standing = servers.under_way(session, server_id)
    return standing is not None and not standing.trouble


def sync_asked(database: Database, payload: dict[str, Any]) -> None:
    """Sync with one server."""
    number = int(payload["subject_id"])
    with database.transaction(read_only=True) as session:
        if not servers.server_by_id(session, number).is_on:
            return
        if "part" in payload and not _goes_on(session, number):
            return
        asked = entries_at(session, {int(payload["seq"])}).get(int(payload["seq"]))
        whole = "part" not in payload and bool(asked and (asked.said or {}).get("whole"))
    if _went_on(database, passing.begin(database, number, whole=whole)):
        raise PartDone


def _went_on(database: Database, sync_id: int) -> bool:
    settings = Settings.from_environment()
    means = Means(networks_from(settings.webhook_networks), settings.mlflow_credentials_dir)
    board = Board(settings.data_dir, f"mlflow-{sync_id}")
    try:
        more = passing.sync(
            database, sync_id, means, tell=lambda *told: _tell(board, *told), seconds=_AT_ONCE_SECONDS
        )
    finally:
        board.clear()
    with database.transaction(read_only=True) as session:
        found = servers.sync_by_id(session, sync_id)
    if found is not None and found.trouble:
        log.warning("the sync with MLflow does not go on for now: %s", found.trouble)
    return more


def _tell(board: Board, server: MlflowServer, sync: MlflowSync) -> None:
    done = sum(sync.counts.get(name, 0) for name in ("models", "versions", "candidates", "readings"))
    board.begin(f"{server.label}: {sync.phase.said.lower()}", 0)
    board.advance(done)

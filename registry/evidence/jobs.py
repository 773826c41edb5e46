"""Sweep out what is left of uploads that never came to an end."""

from typing import Any

from registry.evidence.actions import ROOM
from registry.settings import Settings
from registry.store.files import Files
from registry.store.session import Database

_KEPT_FOR = 86_400


def sweep_drafts(_database: Database, _payload: dict[str, Any]) -> None:
    """Delete files that arrived a day ago and were never kept: the process that took them was stopped meanwhile.

    Evidence itself is never swept: what is kept is kept for good.
    """
    Files(Settings.from_environment().data_dir, ROOM).sweep_drafts(older_than=_KEPT_FOR)

"""Sweep out uploaded people files that nobody went on with."""

from typing import Any

from sqlmodel import col, delete

from registry.kernel import clock
from registry.people.models import PeopleUpload
from registry.people.rules.imports import UPLOAD_KEPT
from registry.store.session import Database


def sweep_uploads(database: Database, _payload: dict[str, Any]) -> None:
    """Delete uploads that are older than a preview is kept, with their files and what came of them."""
    with database.transaction() as session:
        # A statement, not objects: an upload changes nothing and stands outside the ledger.
        session.exec(delete(PeopleUpload).where(col(PeopleUpload.uploaded_at) < clock.now() - UPLOAD_KEPT))

"""What time takes away: drafts nobody goes on with, and uploaded files nobody needs any more."""

from collections.abc import Sequence

from sqlmodel import Session

from registry.interchange.models import InventoryImport
from registry.interchange.queries.imports import imports_of_file
from registry.kernel import clock


def note_dropped(session: Session, sha256: Sequence[str]) -> None:
    """Note on every import of these files that the bytes are no longer kept."""
    for digest in sha256:
        for inventory in imports_of_file(session, digest):
            _note(inventory)


def _note(inventory: InventoryImport) -> None:
    inventory.file_dropped_at = clock.now()

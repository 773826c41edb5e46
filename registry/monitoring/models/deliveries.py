"""What every delivery is, of readings or of anything else that comes by the million."""

from datetime import datetime

from sqlmodel import Field

from registry.monitoring.rules.batches import SOURCE_LIMIT
from registry.store.columns import Row, instant, long_text


class DeliveryRow(Row):
    """One delivery: who sent it, when, and the digest of everything in it. Never changed.

    The ledger covers this row, and this row covers what came with it, which is too much for entries of its own.
    """

    system_id: int = Field(foreign_key="system.id")
    received_at: datetime = instant()
    received_by_id: int | None = Field(default=None, foreign_key="person.id")
    version_id: int | None = Field(default=None, foreign_key="model_version.id", index=True)
    source: str = Field(default="", max_length=SOURCE_LIMIT)
    supersedes_because: str = long_text(default="")
    sha256: str = Field(max_length=64)

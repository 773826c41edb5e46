"""What earlier imports made: the rows of inventories and the systems they became."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from registry.interchange.models import SourceRecord
from registry.interchange.rules.outcomes import Held


def held_from(session: Session, profile: str) -> list[Held]:
    """The systems earlier imports with this profile made, as `plan` needs them."""
    query = select(SourceRecord.natural_key, SourceRecord.row_digest).where(
        col(SourceRecord.profile) == profile
    )
    return [Held(key, digest) for key, digest in session.exec(query)]


def systems_from(session: Session, profile: str) -> dict[str, int]:
    """The number of the system known under each natural key of this profile."""
    query = select(SourceRecord.natural_key, SourceRecord.system_id).where(SourceRecord.profile == profile)
    return dict(session.exec(query).all())


def record_by_key(session: Session, key: str) -> SourceRecord | None:
    """The row of an inventory that is known under this natural key."""
    return session.exec(select(SourceRecord).where(SourceRecord.natural_key == key)).one_or_none()


def records_of(session: Session, system_id: int) -> Sequence[SourceRecord]:
    """The rows of inventories a system came from."""
    query = select(SourceRecord).where(SourceRecord.system_id == system_id)
    return session.exec(query.order_by(col(SourceRecord.id))).all()


def records_of_all(session: Session, system_ids: Collection[int]) -> Sequence[SourceRecord]:
    """The rows of inventories several systems came from."""
    return session.exec(select(SourceRecord).where(col(SourceRecord.system_id).in_(system_ids))).all()

"""What earlier imports made: the rows of inventories and the systems they became."""

from collections.abc import Collection, Iterable, Sequence

from sqlmodel import Session, col, select

from registry.interchange.models import SourceRecord
from registry.interchange.rules.imports import Versions
from registry.interchange.rules.outcomes import Held, Outcome
from registry.interchange.rules.owners import Owners
from registry.kernel import clock
from registry.kernel.rows import Ending
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.objectives.models import Objective
from registry.people.queries import active_people
from registry.systems.models import System

_AT_ONCE = 500


def held_from(session: Session, profile: str) -> list[Held]:
    """The systems earlier imports with this profile made, as `plan` needs them."""
    query = select(SourceRecord.natural_key, SourceRecord.row_digest, SourceRecord.system_id).where(
        col(SourceRecord.profile) == profile
    )
    return [Held(key, digest, number) for key, digest, number in session.exec(query)]


def systems_from(session: Session, profile: str) -> dict[str, int]:
    """The number of the system known under each natural key of this profile."""
    query = select(SourceRecord.natural_key, SourceRecord.system_id).where(SourceRecord.profile == profile)
    return dict(session.exec(query).all())


def versions_from(session: Session, profile: str) -> dict[str, Versions]:
    """The revisions of all an update of each of this profile's systems may overwrite, by natural key."""
    query = (
        select(SourceRecord.natural_key, System.version, SourceRecord.version, Objective.version)
        .join(System, col(System.id) == col(SourceRecord.system_id))
        .join(Objective, col(Objective.system_id) == col(System.id), isouter=True)
        .where(SourceRecord.profile == profile)
    )
    return {key: (system, read, objective or 0) for key, system, read, objective in session.exec(query)}


def versions_overwritten(session: Session, profile: str, outcomes: Iterable[Outcome]) -> dict[str, Versions]:
    """The revisions of all that the updates of a plan may overwrite: of systems met by a natural key, or named by id."""
    named = sorted({each.system for each in outcomes if each.system and each.ending is Ending.UPDATED})
    found = versions_from(session, profile)
    for start in range(0, len(named), _AT_ONCE):
        query = (
            select(System.id, System.version, Objective.version)
            .join(Objective, col(Objective.system_id) == col(System.id), isouter=True)
            .where(col(System.id).in_(named[start : start + _AT_ONCE]))
        )
        for number, system, objective in session.exec(query):
            found[public_key(SYSTEM_PREFIX, number or 0)] = (system, 0, objective or 0)
    return found


def owners_here(session: Session) -> Owners:
    """Everybody whom a row may name as its owner today."""
    here = active_people(session, clock.today())
    return Owners((person.id or 0, person.name, person.email) for person in here)


def hold_systems(session: Session, numbers: Collection[int]) -> None:
    """Lock these systems until the transaction ends, in the order of numbers: two who hold many never wait in a circle."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _AT_ONCE):
        query = select(System.id).where(col(System.id).in_(ordered[start : start + _AT_ONCE]))
        # Rows that refer to a system may still be written meanwhile: waiting for them as well could wait in a circle.
        session.exec(query.order_by(col(System.id)).with_for_update(key_share=True)).all()


def record_by_key(session: Session, key: str) -> SourceRecord | None:
    """The row of an inventory that is known under this natural key."""
    return session.exec(select(SourceRecord).where(SourceRecord.natural_key == key)).one_or_none()


def records_by_key(session: Session, keys: Collection[str]) -> dict[str, SourceRecord]:
    """The rows of inventories known under these natural keys, in one statement."""
    query = select(SourceRecord).where(col(SourceRecord.natural_key).in_(keys))
    return {read.natural_key: read for read in session.exec(query)}


def records_of(session: Session, system_id: int) -> Sequence[SourceRecord]:
    """The rows of inventories a system came from."""
    query = select(SourceRecord).where(SourceRecord.system_id == system_id)
    return session.exec(query.order_by(col(SourceRecord.id))).all()


def records_of_all(session: Session, system_ids: Collection[int]) -> Sequence[SourceRecord]:
    """The rows of inventories several systems came from."""
    return session.exec(select(SourceRecord).where(col(SourceRecord.system_id).in_(system_ids))).all()

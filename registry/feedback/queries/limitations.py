"""The known limitations of a system."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from registry.feedback.models import KnownLimitation
from registry.kernel.errors import NotFound
from registry.store.columns import LARGEST_NUMBER


def limitations_of(session: Session, system_id: int) -> Sequence[KnownLimitation]:
    """Those in force first, then those that ended; the newest first in each."""
    query = select(KnownLimitation).where(KnownLimitation.system_id == system_id)
    order = (col(KnownLimitation.ended).is_not(None), col(KnownLimitation.id).desc())
    return session.exec(query.order_by(*order)).all()


def limitation_by_id(session: Session, system_id: int, number: int, *, lock: bool = False) -> KnownLimitation:
    """One known limitation of that system. Raises NotFound."""
    query = select(KnownLimitation).where(
        KnownLimitation.id == min(number, LARGEST_NUMBER), KnownLimitation.system_id == system_id
    )
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found

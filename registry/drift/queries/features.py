"""The features of a system that are watched, by name; and the baselines they are compared with."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.drift.models import Baseline, Feature
from registry.drift.rules.spreads import Named
from registry.kernel.errors import NotFound
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut


def features_page(
    session: Session, system_id: int, *, after: tuple[str, int] | None, limit: int
) -> Page[Feature]:
    """A page of a system's features by name, that of everybody before its groups."""
    query = select(Feature).where(Feature.system_id == system_id)
    if after:
        query = query.where(sa.tuple_(col(Feature.name), col(Feature.id)) > sa.tuple_(*after))
    found = session.exec(query.order_by(col(Feature.name), col(Feature.id)).limit(limit + 1)).all()
    return cut(found, limit, lambda each: (each.name, each.id or 0))


def feature_by_id(session: Session, system_id: int, number: int, *, lock: bool = False) -> Feature:
    """One feature of this system, locked where its baseline is about to change. Raises NotFound also for another system's."""
    query = select(Feature).where(Feature.id == min(number, LARGEST_NUMBER), Feature.system_id == system_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def features_named(session: Session, system_id: int, names: Iterable[Named]) -> Mapping[Named, Feature]:
    """Those of these features that the system has, by name and group; in one statement."""
    wanted = set(names)
    query = select(Feature).where(
        Feature.system_id == system_id, col(Feature.name).in_({name for name, _ in wanted})
    )
    found = {(each.name, each.group_key): each for each in session.exec(query)}
    return {name: found[name] for name in wanted & found.keys()}


def feature_count(session: Session, system_id: int) -> int:
    """How many features of the system are watched."""
    query = select(sa.func.count()).select_from(Feature).where(Feature.system_id == system_id)
    return session.exec(query).one()


def in_force(session: Session, feature_ids: Sequence[int]) -> Mapping[int, Baseline]:
    """What each of these features is compared with now, where it is with anything; in one statement."""
    if not feature_ids:
        return {}
    query = select(Baseline).where(
        col(Baseline.feature_id).in_(feature_ids), col(Baseline.ended_at).is_(None)
    )
    return {each.feature_id: each for each in session.exec(query)}


def baselines_of(session: Session, feature_id: int, *, limit: int = 50) -> Sequence[Baseline]:
    """The newest baselines of a feature, the one in force first."""
    query = select(Baseline).where(Baseline.feature_id == feature_id)
    return session.exec(query.order_by(col(Baseline.id).desc()).limit(limit)).all()

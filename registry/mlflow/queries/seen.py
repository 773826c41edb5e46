"""What was seen on a server, and what it became here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.mlflow.models import MlflowLink, MlflowMetric, MlflowModel, MlflowServer, MlflowVersion
from registry.mlflow.rules.asking import version_page
from registry.mlflow.rules.matching import Known, proposal
from registry.mlflow.rules.servers import Readings
from registry.objectives.models import SuccessMetric
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State


@dataclass(frozen=True, slots=True)
class Listed:
    """A model in a list: itself, its system where somebody has said which, and how many versions it has."""

    model: MlflowModel
    system: System | None
    versions: int


@dataclass(frozen=True, slots=True)
class Told:
    """What MLflow says of a version of a system, and where its own page of it is."""

    seen: MlflowVersion
    model: MlflowModel
    server: MlflowServer
    became: ModelVersion

    @property
    def aliases(self) -> list[str]:
        """What the version is called over there beside its number."""
        return sorted(alias for alias, number in self.model.aliases.items() if number == self.seen.number)

    @property
    def page(self) -> str:
        """The address of MLflow's own page of it."""
        return version_page(self.server.url, self.model.name, self.seen.number)

    @property
    def proposal(self) -> str:
        """What MLflow says is in use and the register does not; "" where they agree."""
        if self.seen.gone_at is not None:
            return ""
        return proposal(self.seen.stage, self.aliases, self.server.alias, self.became.state)


def models_page(
    session: Session,
    actor: Actor,
    server_id: int,
    *,
    open_only: bool,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> Page[Listed]:
    """One page of a server's models by name; `open_only`: those nobody has said the system of.

    `after` is the name and number of the last model seen.
    """
    count = (
        select(func.count(col(MlflowVersion.id)))
        .where(col(MlflowVersion.model_id) == col(MlflowModel.id), col(MlflowVersion.gone_at).is_(None))
        .scalar_subquery()
    )
    query: Any = select(MlflowModel, System, count)
    query = query.join(
        System, sa.and_(col(System.id) == col(MlflowModel.system_id), visible_to(actor)), isouter=True
    )
    query = query.where(col(MlflowModel.server_id) == server_id)
    order = (col(MlflowModel.name), col(MlflowModel.id))
    if after is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, after)))
    if open_only:
        query = query.where(col(MlflowModel.system_id).is_(None), col(MlflowModel.gone_at).is_(None))
    rows = session.execute(query.order_by(*order).limit(limit + 1))
    return cut([Listed(*row) for row in rows], limit, lambda one: (one.model.name, one.model.id))


def models_counted(session: Session, server_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Of each server how many models it has, and of how many nobody has said the system."""
    of_nobody = func.sum(sa.case((col(MlflowModel.system_id).is_(None), 1), else_=0))
    query = (
        select(MlflowModel.server_id, func.count(), of_nobody)
        .where(col(MlflowModel.server_id).in_(sorted(server_ids)), col(MlflowModel.gone_at).is_(None))
        .group_by(col(MlflowModel.server_id))
    )
    return {server_id: (count, left) for server_id, count, left in session.exec(query)}


def model_by_id(session: Session, number: int, *, lock: bool = False) -> MlflowModel:
    """One model. Raises NotFound."""
    query = select(MlflowModel).where(MlflowModel.id == min(number, LARGEST_NUMBER))
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def models_named(session: Session, server_id: int, names: Collection[str]) -> dict[str, MlflowModel]:
    """The models of these names that are there, by name; of two of one name the one that was created last."""
    query = select(MlflowModel).where(
        MlflowModel.server_id == server_id,
        col(MlflowModel.name).in_(sorted(names)),
        col(MlflowModel.gone_at).is_(None),
    )
    return {row.name: row for row in session.exec(query.order_by(col(MlflowModel.created)))}


def models_ever_named(session: Session, server_id: int, names: Collection[str]) -> Sequence[MlflowModel]:
    """The models that are or were called so."""
    query = select(MlflowModel).where(
        MlflowModel.server_id == server_id, col(MlflowModel.name).in_(sorted(names))
    )
    return session.exec(query).all()


def models_there(session: Session, server_id: int) -> Sequence[MlflowModel]:
    """The models of a server that are not gone."""
    query = select(MlflowModel).where(MlflowModel.server_id == server_id, col(MlflowModel.gone_at).is_(None))
    return session.exec(query.order_by(col(MlflowModel.id))).all()


def numbers_of(server_id: int) -> Any:
    """The clause that finds the numbers of a server's models."""
    return select(MlflowModel.id).where(MlflowModel.server_id == server_id)


def models_not_in(session: Session, server_id: int, sync_id: int) -> Sequence[MlflowModel]:
    """The models that were there before and were not met by a sync."""
    query = select(MlflowModel).where(
        MlflowModel.server_id == server_id,
        MlflowModel.last_sync != sync_id,
        col(MlflowModel.gone_at).is_(None),
    )
    return session.exec(query.order_by(col(MlflowModel.id))).all()


def models_new_in(session: Session, server_id: int, sync_id: int) -> Sequence[MlflowModel]:
    """The models that a sync met for the first time."""
    query = select(MlflowModel).where(MlflowModel.server_id == server_id, MlflowModel.first_sync == sync_id)
    return session.exec(query.order_by(col(MlflowModel.id))).all()


def known_of(session: Session, models: Sequence[MlflowModel]) -> list[Known]:
    """The models as the rule that recognises renamed ones reads them."""
    numbers = [each.id or 0 for each in models]
    found: dict[int, set[tuple[int, int, str]]] = {number: set() for number in numbers}
    for start in range(0, len(numbers), 500):
        query = select(MlflowVersion).where(col(MlflowVersion.model_id).in_(numbers[start : start + 500]))
        for row in session.exec(query):
            found[row.model_id].add((row.number, row.created, row.run_id))
    return [Known(each.id or 0, each.created, frozenset(found[each.id or 0])) for each in models]


def versions_of(session: Session, model_id: int) -> Sequence[tuple[MlflowVersion, ModelVersion | None]]:
    """The versions of a model, newest first, each with the version of a system it became."""
    query: Any = select(MlflowVersion, ModelVersion)
    query = query.join(ModelVersion, col(ModelVersion.id) == col(MlflowVersion.version_id), isouter=True)
    query = query.where(col(MlflowVersion.model_id) == model_id)
    rows = session.exec(query.order_by(col(MlflowVersion.number).desc(), col(MlflowVersion.id).desc()))
    return [(seen, became) for seen, became in rows]


def versions_known(session: Session, model_ids: Collection[int]) -> dict[tuple[int, int, int], MlflowVersion]:
    """The versions of these models, by model, number and when they were created."""
    query = select(MlflowVersion).where(col(MlflowVersion.model_id).in_(sorted(model_ids)))
    return {(row.model_id, row.number, row.created): row for row in session.exec(query)}


def link_of(session: Session, model_id: int) -> MlflowLink | None:
    """What somebody said a model is of, or None."""
    return session.exec(select(MlflowLink).where(MlflowLink.model_id == model_id)).one_or_none()


def links_of(session: Session, server_id: int) -> dict[int, int]:
    """The system each model of a server is linked to, by the number of the model."""
    query = (
        select(MlflowLink.model_id, MlflowLink.system_id)
        .join(MlflowModel, col(MlflowModel.id) == col(MlflowLink.model_id))
        .where(MlflowModel.server_id == server_id)
    )
    return dict(session.exec(query).all())


def mapped(session: Session, model_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What names mean in the runs of these models: by model and name the slug of a metric."""
    found: dict[int, dict[str, str]] = {number: {} for number in model_ids}
    query = (
        select(MlflowMetric.model_id, MlflowMetric.name, SuccessMetric.slug)
        .join(SuccessMetric, col(SuccessMetric.id) == col(MlflowMetric.metric_id))
        .where(col(MlflowMetric.model_id).in_(sorted(found)))
    )
    for model_id, name, slug in session.exec(query):
        found[model_id][name] = slug
    return found


def mapping_of(session: Session, model_id: int, name: str) -> MlflowMetric | None:
    """What somebody said a name means in the runs of a model, or None."""
    query = select(MlflowMetric).where(MlflowMetric.model_id == model_id, MlflowMetric.name == name)
    return session.exec(query).one_or_none()


Place = tuple[int, int, int]
"""Where in the versions of a server one is: the number of a model, of its version there, and of the row."""

_IN_ORDER = (col(MlflowVersion.model_id), col(MlflowVersion.number), col(MlflowVersion.id))


def _of_server(query: Any, server_id: int, after: Place) -> Any:
    """The versions of a server that are there, model by model in the order of their numbers, behind a place."""
    query = query.join(MlflowModel, col(MlflowModel.id) == col(MlflowVersion.model_id)).where(
        col(MlflowModel.server_id) == server_id,
        col(MlflowModel.gone_at).is_(None),
        col(MlflowVersion.gone_at).is_(None),
        sa.tuple_(*_IN_ORDER) > sa.tuple_(*map(sa.literal, after)),
    )
    return query.order_by(*_IN_ORDER)


def to_add(
    session: Session, server_id: int, after: Place, limit: int
) -> Sequence[tuple[MlflowVersion, MlflowModel]]:
    """Versions that are of a system and became none of its versions yet."""
    query = _of_server(select(MlflowVersion, MlflowModel), server_id, after).where(
        col(MlflowModel.system_id).is_not(None), col(MlflowVersion.version_id).is_(None)
    )
    return [(seen, model) for seen, model in session.exec(query.limit(limit))]


def to_read(
    session: Session, server_id: int, readings: Readings, after: Place, limit: int
) -> Sequence[tuple[MlflowVersion, MlflowModel, ModelVersion]]:
    """Versions whose runs may have metrics for their system."""
    has_metrics = select(SuccessMetric.id).where(
        col(SuccessMetric.system_id) == col(ModelVersion.system_id), col(SuccessMetric.retired_at).is_(None)
    )
    query = _of_server(select(MlflowVersion, MlflowModel, ModelVersion), server_id, after)
    query = query.join(ModelVersion, col(ModelVersion.id) == col(MlflowVersion.version_id))
    query = query.where(col(MlflowVersion.run_id) != "", has_metrics.exists())
    if readings is Readings.LIVE:
        query = query.where(col(ModelVersion.state) == State.LIVE)
    return [(seen, model, became) for seen, model, became in session.exec(query.limit(limit))]


def told_of(session: Session, version_id: int) -> Told | None:
    """What MLflow says of a version of a system; None where it did not come from there."""
    return next(iter(_told(session, col(MlflowVersion.version_id) == version_id, limit=1)), None)


def proposals_for(session: Session, system_id: int, limit: int = 200) -> list[Told]:
    """What MLflow says of the newest versions of a system that it has in use and the register has not."""
    rows = _told(session, col(ModelVersion.system_id) == system_id, limit=limit)
    return [each for each in rows if each.proposal]


def _told(session: Session, clause: Any, *, limit: int) -> list[Told]:
    query: Any = select(MlflowVersion, MlflowModel, MlflowServer, ModelVersion)
    query = query.join(MlflowModel, col(MlflowModel.id) == col(MlflowVersion.model_id))
    query = query.join(MlflowServer, col(MlflowServer.id) == col(MlflowModel.server_id))
    query = query.join(ModelVersion, col(ModelVersion.id) == col(MlflowVersion.version_id))
    rows = session.exec(query.where(clause).order_by(col(ModelVersion.id).desc()).limit(limit))
    return [Told(*row) for row in rows]

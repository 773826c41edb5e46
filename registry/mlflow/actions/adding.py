"""Add versions of models to their systems as candidates, and take the metrics of their runs as readings."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.canonical import canonical
from registry.kernel.errors import Conflict, NotFound, RuleBroken
from registry.mlflow.actions.syncs import Round, count, held, move, remark
from registry.mlflow.actions.taking import DOOR
from registry.mlflow.models import MlflowModel, MlflowSync, MlflowVersion
from registry.mlflow.queries import seen
from registry.mlflow.rules.answers import RunSeen
from registry.mlflow.rules.asking import version_page
from registry.mlflow.rules.matching import Origin, candidate_from, not_ready
from registry.mlflow.rules.passes import place_read, place_written
from registry.mlflow.rules.readings import MOST_NAMES, NO_RUN, RUN_DELETED, Wanted, readings_in
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.batches import Known
from registry.monitoring.rules.decoding import Batch
from registry.objectives import queries as objectives
from registry.systems import queries as systems
from registry.systems.models import System
from registry.versions import actions as versions
from registry.versions.models import ModelVersion

CANDIDATES_AT_ONCE = 50
Read = tuple[MlflowVersion, MlflowModel, ModelVersion]


def add_candidates(session: Session, part: Round) -> None:
    """Add the next versions that are of a system and became none of its versions yet; a person decides what becomes of them."""
    sync = held(session, part)
    found = seen.to_add(session, part.server_id, place_read(part.sync.place), CANDIDATES_AT_ONCE)
    # Locked in the order of their numbers, as everywhere, so that two who change several never wait for each other.
    held_systems = {
        number: _held_system(session, number)
        for number in sorted({model.system_id or 0 for _, model in found})
    }
    for row, model in found:
        trouble = _added(session, part, sync, row, model, held_systems[model.system_id or 0])
        if trouble:
            remark(sync, trouble, f"{model.name} {row.number}")
        if row.trouble != trouble:
            row.trouble = trouble
            session.add(row)
    if len(found) < CANDIDATES_AT_ONCE:
        move(session, sync, to_next=True)
        return
    move(session, sync, place=place_written(place_of(found[-1][0])))


def _held_system(session: Session, number: int) -> System | None:
    try:
        return systems.by_key(session, the_registry(DOOR), systems.by_number(session, number).key, lock=True)
    except NotFound:
        return None


def _added(
    session: Session,
    part: Round,
    sync: MlflowSync,
    row: MlflowVersion,
    model: MlflowModel,
    system: System | None,
) -> str:
    """Why a version became no candidate; "" where it did."""
    if system is None:
        return "Its system is not on the register any more."
    waits = not_ready(row.status)
    if waits:
        return waits
    page = version_page(part.server.url, model.name, row.number)
    origin = Origin(part.server.label, model.name, row.number, row.description, row.source, page)
    try:
        found = versions.add_version(session, the_registry(DOOR), system.id or 0, candidate_from(origin))
    except RuleBroken as refused:
        return " ".join(problem.message for problem in refused.problems)
    row.version_id = found.id
    session.add(row)
    count(sync, candidates=1)
    return ""


def take_readings(
    session: Session,
    part: Round,
    rows: Sequence[Read],
    runs: Mapping[str, RunSeen],
    last: MlflowVersion | None,
) -> None:
    """Take the last value of each metric of these versions' runs as a reading of the metric it means; `last`: go on after it."""
    sync = held(session, part)
    means = seen.mapped(session, {model.id or 0 for _, model, _ in rows})
    known: dict[int, dict[str, Known]] = {}
    for row, model, became in rows:
        run = runs.get(row.run_id)
        if run is None or run.is_deleted:
            remark(sync, RUN_DELETED if run else NO_RUN, f"{model.name} {row.number}")
            continue
        if became.system_id not in known:
            known[became.system_id] = _metrics(session, became.system_id)
        wanted = Wanted(known[became.system_id], means[model.id or 0])
        _take(session, sync, (row, model, became), run, wanted)
    move(session, sync, place=place_written(place_of(last)) if last else "", to_next=last is None)


def place_of(row: MlflowVersion) -> tuple[int, int, int]:
    """Where a version is among those of its server."""
    return row.model_id, row.number, row.id or 0


def _metrics(session: Session, system_id: int) -> dict[str, Known]:
    return {
        each.slug: Known(each.id, each.facts, each.retired_at is not None)
        for each in objectives.metrics_ever_of(session, system_id)
    }


def _take(session: Session, sync: MlflowSync, read: Read, run: RunSeen, wanted: Wanted) -> None:
    row, model, became = read
    digest = _digest(run, wanted)
    if digest == row.taken:
        return
    now = clock.now()
    found, is_over = readings_in(run, wanted, now), True
    for says, name, times in found.remarks:
        remark(sync, says, name, times)
    names = {**model.metrics, **found.names}
    if names != model.metrics and len(names) <= MOST_NAMES:
        model.metrics = names
        session.add(model)
    if found.points:
        batch = Batch(became.label, f"MLflow run {run.run_id}"[:200], "", found.points)
        try:
            receipt = record_snapshots(session, the_registry(DOOR), became.system_id, batch)
        except (RuleBroken, Conflict) as refused:
            remark(sync, f"Its readings were refused: {refused.says}", f"{model.name} {row.number}")
            is_over = False
        else:
            count(sync, readings=receipt.accepted, known=receipt.duplicate)
    # What is refused today and may be taken tomorrow is read again: the register can change, and a clock go ahead of ours.
    is_over = is_over and not any(each.at and each.at > now for each in run.metrics)
    row.taken, row.experiment_id = digest if is_over else "", run.experiment_id[:200]
    session.add(row)


def _digest(run: RunSeen, wanted: Wanted) -> str:
    """What the metrics of a run are and mean, so that nothing is done where neither has changed."""
    told = [[each.name, str(each.value), str(each.at), str(each.step)] for each in run.metrics]
    means = [
        sorted(wanted.means.items()),
        sorted(slug for slug, one in wanted.metrics.items() if not one.retired),
    ]
    return hashlib.sha256(canonical([told, means])).hexdigest()

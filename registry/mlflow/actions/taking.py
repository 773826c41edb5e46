"""Keep what a server told: its models and versions, which of them were renamed or are gone, and of which system each is."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, update

from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.kernel.errors import NotFound
from registry.mlflow.actions.syncs import Round, count, held, move, remark
from registry.mlflow.models import MlflowModel, MlflowSync, MlflowVersion
from registry.mlflow.queries import seen
from registry.mlflow.rules.answers import ModelSeen, Page, VersionSeen
from registry.mlflow.rules.matching import renamed
from registry.systems import queries as systems

_UNPLACED = "Its model was not in the list of models. It is looked at again by the next sync."
_NO_SYSTEM = "Its tag names a system that the register does not have."
DOOR = "MLflow sync"


def take_models(session: Session, part: Round, page: Page[ModelSeen]) -> None:
    """Keep a page of models as they are seen now."""
    sync, known = held(session, part), {}
    for row in seen.models_ever_named(session, part.server_id, {each.name for each in page.items}):
        known[row.name, row.created] = row
    for each in page.items:
        row = known.get((each.name, each.created)) or MlflowModel(
            server_id=part.server_id,
            name=each.name,
            created=each.created,
            updated=each.updated,
            first_sync=part.number,
            last_sync=part.number,
        )
        row.updated, row.description, row.gone_at = each.updated, each.description, None
        row.tagged = each.tags.get(part.server.tag, "") if part.server.tag else ""
        row.aliases, row.last_sync = each.aliases, part.number
        session.add(row)
        known[row.name, row.created] = row
    count(sync, models=len(page.items))
    _refused(sync, page.refused)
    move(session, sync, place=page.following, to_next=not page.following)


def take_versions(session: Session, part: Round, page: Page[VersionSeen]) -> None:
    """Keep a page of versions as they are seen now; those that changed before the last sync end the list."""
    sync = held(session, part)
    if not part.sync.place and page.items:
        # The list begins with what changed last; what changes while it is read is the next sync's.
        sync.until = max(sync.since, *(each.updated for each in page.items))
    models = seen.models_named(session, part.server_id, {each.name for each in page.items})
    known = seen.versions_known(session, {row.id or 0 for row in models.values()})
    for each in page.items:
        model = models.get(each.name)
        if model is None:
            remark(sync, _UNPLACED, f"{each.name} {each.number}")
            sync.until = min(sync.until, each.updated)
            continue
        key = (model.id or 0, each.number, each.created)
        row = known.get(key) or MlflowVersion(
            model_id=key[0], number=each.number, created=each.created, updated=0, last_sync=part.number
        )
        row.updated, row.stage, row.status, row.description = (
            each.updated,
            each.stage,
            each.status,
            each.description,
        )
        row.source, row.run_id, row.gone_at, row.last_sync = each.source, each.run_id, None, part.number
        session.add(row)
        known[key] = row
    count(sync, versions=len(page.items))
    _refused(sync, page.refused)
    is_known = not sync.is_whole and any(each.updated < sync.since for each in page.items)
    ends = is_known or not page.following
    move(session, sync, place="" if ends else page.following, to_next=ends)


def _refused(sync: MlflowSync, refused: Collection[tuple[str, str]]) -> None:
    for says, name in refused:
        remark(sync, f"Not understood: {says}", name)


@dataclass(frozen=True, slots=True)
class Moves:
    """What a whole list of models says of those known before: pairs of (missing, back under another name), and missing for good."""

    pairs: tuple[tuple[int, int], ...]
    doubtful: tuple[MlflowModel, ...]


def moves_in(session: Session, part: Round) -> Moves:
    """Which of the models that were not met are back under another name, and of which it has to be asked whether they are gone."""
    missing = seen.models_not_in(session, part.server_id, part.number)
    links = seen.links_of(session, part.server_id)
    new = [row for row in seen.models_new_in(session, part.server_id, part.number) if row.id not in links]
    pairs = renamed(seen.known_of(session, missing), seen.known_of(session, new))
    paired = {old for old, _ in pairs}
    return Moves(tuple(pairs), tuple(row for row in missing if row.id not in paired))


def settle(session: Session, part: Round, moves: Moves, gone: Collection[int]) -> None:
    """Give renamed models their new names, note what is gone, and say of which system each model is now."""
    sync = held(session, part)
    for old, new in moves.pairs:
        _rename(session, sync, old, new)
    for number in gone:
        row = seen.model_by_id(session, number)
        row.gone_at = clock.now()
        session.add(row)
    count(sync, renamed=len(moves.pairs), gone=len(gone))
    session.flush()
    if sync.is_whole:
        _note_gone_versions(session, part)
    _place_models(session, part, sync)
    move(session, sync, to_next=True)


def _rename(session: Session, sync: MlflowSync, old: int, new: int) -> None:
    """Let the model that was known take the place of the one that seemed new, with the versions it did not have."""
    kept, other = seen.model_by_id(session, old), seen.model_by_id(session, new)
    known = seen.versions_known(session, {old, new})
    for (model_id, number, created), row in known.items():
        if model_id != new:
            continue
        same = known.get((old, number, created))
        if same is None:
            row.model_id = old
            session.add(row)
            continue
        same.updated, same.stage, same.status = row.updated, row.stage, row.status
        same.description, same.source, same.run_id = row.description, row.source, row.run_id
        same.last_sync, same.gone_at = row.last_sync, None
        session.add(same)
        session.delete(row)
    session.flush()
    name, told = other.name, (other.updated, other.description, other.tagged, other.aliases)
    session.delete(other)
    session.flush()
    remark(sync, "Renamed in MLflow, and followed.", f"{kept.name} is now {name}")
    kept.called_before, kept.name, kept.last_sync, kept.gone_at = kept.name, name, sync.id or 0, None
    kept.updated, kept.description, kept.tagged, kept.aliases = told
    session.add(kept)


def _note_gone_versions(session: Session, part: Round) -> None:
    """Versions that a list of all of them did not hold are not there any more."""
    session.connection().execute(
        update(MlflowVersion)
        .where(
            col(MlflowVersion.model_id).in_(seen.numbers_of(part.server_id)),
            col(MlflowVersion.last_sync) != part.number,
            col(MlflowVersion.gone_at).is_(None),
        )
        .values(gone_at=clock.now())
    )


def _place_models(session: Session, part: Round, sync: MlflowSync) -> None:
    """Of which system each model is: what somebody said of it first, then its tag. Nothing is guessed from names."""
    links, door = seen.links_of(session, part.server_id), the_registry(DOOR)
    known: dict[str, int | None] = {}
    for row in seen.models_there(session, part.server_id):
        trouble, system_id = "", links.get(row.id or 0)
        if system_id is None and row.tagged:
            if row.tagged not in known:
                known[row.tagged] = _system_of(session, door, row.tagged)
            system_id = known[row.tagged]
            trouble = "" if system_id else _NO_SYSTEM
        if trouble:
            remark(sync, trouble, f"{row.name}: {row.tagged}")
        if (row.system_id, row.trouble) != (system_id, trouble):
            row.system_id, row.trouble = system_id, trouble
            session.add(row)


def _system_of(session: Session, door: Actor, key: str) -> int | None:
    try:
        return systems.number_by_key(session, door, key)
    except NotFound:
        return None

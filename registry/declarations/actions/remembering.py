"""Remember which file a system is kept in, and what that file set."""

from dataclasses import dataclass

from sqlmodel import Session

from registry.audit.actions import record
from registry.declarations import queries
from registry.declarations.models import Declaration
from registry.declarations.rules.declared import Declared
from registry.declarations.rules.plan import Standing
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Origin:
    """Where files come from: a repository as its owners call it, and the commit that was checked out."""

    repository: str = ""
    commit: str = ""


def remember(
    session: Session,
    actor: Actor,
    system_id: int,
    declared: Declared,
    standing: Standing,
    origin: Origin,
    *,
    steps: int,
) -> Declaration:
    """Note what a file set, where it came from and how much that changed: the last word of applying it.

    The caller holds the system's row locked and has made the changes, each recorded by itself.
    """
    require(actor, Permission.SYSTEM_EDIT, system_id)
    row = queries.file_of(session, system_id, lock=True)
    if row is None:
        row = Declaration(system_id=system_id, name=declared.id, path=declared.path, applied_at=clock.now())
        session.add(row)
    row.path, row.repository, row.commit_id = declared.path, origin.repository, origin.commit
    row.stated = standing.as_kept()
    row.applied_at, row.applied_by_id = clock.now(), actor.person_id
    note = {
        "file": declared.path,
        "repository": origin.repository,
        "commit": origin.commit,
        "changes": str(steps),
    }
    record(session, actor, Event.DECLARATION_APPLIED, row, system_id=system_id, note=note)
    return row


def is_remembered(row: Declaration | None, declared: Declared, standing: Standing, origin: Origin) -> bool:
    """Whether this is what is remembered already, whichever commit it stands in."""
    own = (declared.id, declared.path, origin.repository, standing.as_kept())
    return row is not None and (row.name, row.path, row.repository, row.stated) == own

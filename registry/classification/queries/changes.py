"""What another edition of the questionnaire makes of the runs that stand: noticed, and not settled until a new run."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from registry.classification.models import ClassificationChange, ClassificationRun
from registry.classification.queries.runs import newest_run
from registry.kernel.actor import Actor, Seat
from registry.ownership.models import Assignment
from registry.people.models import Person
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to


@dataclass(frozen=True, slots=True)
class Outdated:
    """A system whose answers come to something else by another edition, and who owns it."""

    change: ClassificationChange
    run: ClassificationRun
    system: System
    owner: Person | None


def noticed(session: Session, run_id: int, questionnaire: str, edition: str) -> bool:
    """Whether it was said already what this edition makes of that run."""
    query = select(ClassificationChange.id).where(
        ClassificationChange.run_id == run_id,
        ClassificationChange.questionnaire == questionnaire,
        ClassificationChange.edition == edition,
    )
    return session.exec(query).first() is not None


def change_of(session: Session, system_id: int) -> ClassificationChange | None:
    """What another edition makes of the run that stands, the newest such edition; None where nothing differs."""
    run = newest_run(session, system_id)
    if run is None:
        return None
    query = select(ClassificationChange).where(ClassificationChange.run_id == run.id)
    return session.exec(query.order_by(col(ClassificationChange.id).desc()).limit(1)).first()


def outdated_page(
    session: Session, actor: Actor, *, before: int | None = None, limit: int = 50, owned: bool = False
) -> Page[Outdated]:
    """The systems the actor may know of (or owns) whose standing run another edition changes, last noticed first.

    One statement.
    """
    query = (
        select(ClassificationChange, ClassificationRun, System, Person)
        .join(ClassificationRun, col(ClassificationRun.id) == col(ClassificationChange.run_id))
        .join(System, col(System.id) == col(ClassificationChange.system_id))
        .outerjoin(
            Assignment,
            (col(Assignment.system_id) == col(System.id))
            & (col(Assignment.seat) == Seat.OWNER)
            & col(Assignment.to_at).is_(None),
        )
        .outerjoin(Person, col(Person.id) == col(Assignment.person_id))
        .where(visible_to(actor), *_stands())
    )
    if owned:
        query = query.where(Assignment.person_id == actor.person_id)
    if before is not None:
        query = query.where(col(ClassificationChange.id) < before)
    rows: Sequence[tuple[ClassificationChange, ClassificationRun, System, Person | None]] = session.exec(
        query.order_by(col(ClassificationChange.id).desc()).limit(limit + 1)
    ).all()
    return cut([Outdated(*row) for row in rows], limit, lambda each: (each.change.id,))


def _stands() -> tuple[ColumnElement[bool], ...]:
    """Of each system the run that stands, and of that the newest thing that was noticed."""
    standing = select(func.max(ClassificationRun.id)).group_by(col(ClassificationRun.system_id))
    last = select(func.max(ClassificationChange.id)).group_by(col(ClassificationChange.run_id))
    return col(ClassificationChange.run_id).in_(standing), col(ClassificationChange.id).in_(last)


def outdated_count(session: Session, actor: Actor) -> int:
    """How many systems the actor may know of stand in that list."""
    query = select(func.count(col(ClassificationChange.id))).join(
        System, col(System.id) == col(ClassificationChange.system_id)
    )
    return session.exec(query.where(visible_to(actor), *_stands())).one()

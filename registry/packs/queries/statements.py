"""The statement of applicability of each framework, and how far it goes."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from registry.packs import rules
from registry.packs.models import ControlStatement
from registry.packs.rules import Coverage, Pack, StatementFacts


def statements(session: Session, pack_id: str) -> dict[str, ControlStatement]:
    """What is stated of the controls of a framework, by the control's id."""
    rows = session.exec(select(ControlStatement).where(col(ControlStatement.pack_id) == pack_id))
    return {row.control_id: row for row in rows}


def statements_of(session: Session, pack_ids: Sequence[str]) -> dict[tuple[str, str], ControlStatement]:
    """What is stated of the controls of several frameworks, by framework and control, in one statement."""
    rows = session.exec(select(ControlStatement).where(col(ControlStatement.pack_id).in_(sorted(pack_ids))))
    return {(row.pack_id, row.control_id): row for row in rows}


def statement_on(
    session: Session, pack_id: str, control_id: str, *, lock: bool = False
) -> ControlStatement | None:
    """What is stated of one control, or None; locked where it is about to be written."""
    query = select(ControlStatement).where(
        col(ControlStatement.pack_id) == pack_id, col(ControlStatement.control_id) == control_id
    )
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def facts_of(row: ControlStatement) -> StatementFacts:
    """What a row states, as the rules read it."""
    return StatementFacts(row.applicable, row.because, row.how, row.status, row.owner_id)


def coverages(
    session: Session,
    packs: Sequence[Pack],
    answers: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, Coverage]:
    """How far each framework is stated, by its id, in one statement.

    `answers` says, by framework and control, how many systems a review found to meet it; whoever knows of reviews gives
    it. Without it, or for a framework it does not name, no review has asked yet.
    """
    stated: dict[str, dict[str, StatementFacts]] = {pack.id: {} for pack in packs}
    wanted = select(ControlStatement).where(col(ControlStatement.pack_id).in_(sorted(stated)))
    for row in session.exec(wanted):
        stated[row.pack_id][row.control_id] = facts_of(row)
    given = answers or {}
    return {pack.id: rules.coverage(pack, stated[pack.id], given.get(pack.id)) for pack in packs}

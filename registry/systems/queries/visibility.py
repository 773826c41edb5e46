"""The one visible_to clause."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.kernel.actor import Actor
from registry.systems.models import System, Withdrawal
from registry.systems.rules.record import Visibility

# Parts of nearly every question: a statement costs more to put together than to run, so these are put together once.
_STANDS: ColumnElement[bool] = col(System.id).not_in(select(Withdrawal.system_id))
_OPEN_TO_ALL: ColumnElement[bool] = col(System.visibility) == Visibility.COMPANY


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The systems the actor may know of. Every list, count and look-up of systems goes through this clause.

    A restricted system is visible to those who hold a seat on it, to the heads of its unit and of the
    units above, and to reviewers, auditors and administrators (product.md section 2). A token issued for
    one system sees only that one. A withdrawn system is visible to nobody: only its history can be read.
    """
    return _STANDS & _known_to(actor)


def is_withdrawn(session: Session, number: int) -> bool:
    """Whether the system was withdrawn from the register."""
    return session.exec(withdrawn_among([number])).first() is not None


def withdrawn_among(numbers: Sequence[int]) -> SelectOfScalar[int]:
    """The statement that finds which of these systems were withdrawn from the register."""
    return select(Withdrawal.system_id).where(col(Withdrawal.system_id).in_(numbers))


def _known_to(actor: Actor) -> ColumnElement[bool]:
    if actor.token is not None and actor.token.system_id is not None:
        only = col(System.id) == actor.token.system_id
        return only & _open_or_ours(actor)
    return _open_or_ours(actor)


def numbers_visible_to(actor: Actor) -> SelectOfScalar[Any]:
    """The numbers of the systems the actor may know of, as a part of another statement."""
    return select(System.id).where(visible_to(actor))


def _open_or_ours(actor: Actor) -> ColumnElement[bool]:
    if actor.sees_everything:
        return true()
    seated = col(System.id).in_(sorted(actor.seats)) if actor.seats else false()
    headed = col(System.unit_id).in_(sorted(actor.headed_units)) if actor.headed_units else false()
    return or_(_OPEN_TO_ALL, seated, headed)

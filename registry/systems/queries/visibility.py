"""The one visible_to clause."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.kernel.actor import Actor
from registry.store.numbers import among
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
    return _clause(**_reach(actor))


def _reach(actor: Actor) -> dict[str, Any]:
    only = actor.token.system_id if actor.token is not None else None
    if actor.sees_everything:
        return {"only": only, "everything": True}
    if actor.looks_back:
        # The unit a system was in then says nothing of who may know of it.
        return {"only": only, "seated": tuple(sorted(actor.seats.keys() | actor.knows))}
    return {
        "only": only,
        "seated": tuple(sorted(actor.seats)),
        "headed": tuple(sorted(actor.headed_units)),
    }


# What somebody may know of changes with their seats, not from one question to the next.
@lru_cache(maxsize=1_000)
def _clause(
    *,
    only: int | None,
    everything: bool = False,
    seated: tuple[int, ...] = (),
    headed: tuple[int, ...] = (),
    stands: bool = True,
) -> ColumnElement[bool]:
    ours = [among(col(System.id), seated)] if seated else []
    theirs = [among(col(System.unit_id), headed)] if headed else []
    known = true() if everything else or_(_OPEN_TO_ALL, *ours, *theirs)
    known = _STANDS & known if stands else known
    return known if only is None else (col(System.id) == only) & known


def restricted_headed_by(session: Session, actor: Actor) -> frozenset[int]:
    """The restricted systems in the units the actor heads as of now: what a look at a past day has to know (looking_back)."""
    if not actor.headed_units:
        return frozenset()
    headed = among(col(System.unit_id), actor.headed_units)
    query = select(System.id).where(System.visibility == Visibility.RESTRICTED, headed)
    return frozenset(number for number in session.exec(query) if number is not None)


def is_withdrawn(session: Session, number: int) -> bool:
    """Whether the system was withdrawn from the register."""
    return session.exec(withdrawn_among([number])).first() is not None


def withdrawn_among(numbers: Sequence[int]) -> SelectOfScalar[int]:
    """The statement that finds which of these systems were withdrawn from the register."""
    return select(Withdrawal.system_id).where(col(Withdrawal.system_id).in_(numbers))


def numbers_visible_to(actor: Actor) -> SelectOfScalar[Any]:
    """The numbers of the systems the actor may know of, as a part of another statement."""
    return select(System.id).where(visible_to(actor))


def numbers_known_to(actor: Actor) -> SelectOfScalar[Any]:
    """The same with those that were withdrawn: for what was made of a past day, on which they stood."""
    return select(System.id).where(_clause(**_reach(actor), stands=False))

"""A few dozen cards, put forward and approved by the very actions people use: each freezes what dozens of queries find."""

import random
from collections.abc import Callable

from sqlmodel import Session, col, select

from registry.accounts.queries import actor_for
from registry.cards.actions import editions
from registry.demo.actions.generating.house import DOOR, House
from registry.demo.rules.wanted import Wanted
from registry.kernel import clock
from registry.ownership.queries import owners_of
from registry.people.models import Person
from registry.store.session import Database
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage

_MOST, _ONE_IN, _AT_ONCE = 60, 10, 10
_APPROVED = 0.7


def card(database: Database, house: House, wanted: Wanted, progress: Callable[[str], None]) -> None:
    """Cards of live systems, one for ten systems and at most sixty; most of them are approved."""
    draw = random.Random(f"cards {wanted.seed}")  # noqa: S311 - variety, not secrecy
    with database.transaction(read_only=True) as session:
        query = select(System.id).where(System.stage == Stage.LIVE, visible_to(DOOR))
        numbers = [number or 0 for number in session.exec(query)]
    some = sorted(draw.sample(sorted(numbers), min(len(numbers), _MOST, wanted.systems // _ONE_IN)))
    for first in range(0, len(some), _AT_ONCE):
        with database.transaction() as session:
            _put_forward(session, house, draw, some[first : first + _AT_ONCE])
        progress(f"{min(first + _AT_ONCE, len(some))} of {len(some)} cards")


def _put_forward(session: Session, house: House, draw: random.Random, numbers: list[int]) -> None:
    systems = session.exec(select(System).where(col(System.id).in_(numbers)).order_by(col(System.id))).all()
    owners = owners_of(session, [system.id or 0 for system in systems])
    for system in systems:
        owner = owners[system.id or 0].assignment.person_id
        actor = actor_for(session, session.get_one(Person, owner), via="session")
        edition = editions.put_forward(session, actor, system, "As it stands.")
        if draw.random() < _APPROVED:
            others = (session.get_one(Person, each.number) for each in house.reviewers)
            for by in (actor_for(session, each, via="session") for each in others):
                if system.id not in by.seats:
                    editions.decide(session, by, edition, "Read.", approves=True, confirmed_at=clock.now())
                    break

"""Keep the numbers at the top of the portfolio day by day, of the whole and of each unit."""

from typing import Any

from sqlmodel import Session, col, delete

from registry.kernel import clock
from registry.kernel.actor import Actor, Role, the_registry
from registry.people.models import BusinessUnit
from registry.people.queries import units as every_unit
from registry.portfolio.models import KeptFigure
from registry.portfolio.queries.figures import headline
from registry.portfolio.queries.kept import rows_of
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.kept import WHOLE, Audience, kept_of
from registry.store.session import Database

# Who counts for whom: one who sees everything, and one who holds nothing and so sees no restricted system.
_READERS = {
    Audience.EVERYTHING: the_registry("worker"),
    Audience.OPEN: Actor(person_id=None, name="anybody", roles=frozenset({Role.MEMBER}), via="worker"),
}


def keep_figures(database: Database, _payload: dict[str, Any]) -> None:
    """Keep today's numbers, each unit in a transaction of its own; of several looks on a day the last one stands.

    Days on which the worker did not run stay empty: how things stood then is not known from how they stand now.
    """
    with database.transaction(read_only=True) as session:
        units = list(every_unit(session))
    for number in (WHOLE, *(unit.id or 0 for unit in units)):
        with database.transaction() as session:
            _keep(session, number, units)


def _keep(session: Session, number: int, units: list[BusinessUnit]) -> None:
    day, scope = clock.today(), Scope(number or None)
    # A statement, not objects: what is kept stands outside the ledger.
    session.exec(delete(KeptFigure).where(col(KeptFigure.unit_id) == number, col(KeptFigure.day) == day))
    for audience, reader in _READERS.items():
        found = headline(session, reader, scope, units)
        if found.systems.n or number == WHOLE:
            session.add_all(rows_of(number, audience, day, kept_of(found).items()))

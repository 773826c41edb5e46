"""Keep the numbers at the top of the portfolio for the running day, of the whole company or of one unit."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlmodel import Session, col, delete

from registry.kernel import clock
from registry.kernel.actor import Actor, Role, the_registry
from registry.people.models import BusinessUnit
from registry.portfolio.models import KeptFigure
from registry.portfolio.queries.figures import headline
from registry.portfolio.queries.kept import rows_of
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.kept import WHOLE, Audience, kept_of

# Who counts for whom: one who sees everything, and one who holds nothing and so sees no restricted system.
_READERS: Final[Mapping[Audience, Actor]] = {
    Audience.EVERYTHING: the_registry("worker"),
    Audience.OPEN: Actor(person_id=None, name="anybody", roles=frozenset({Role.MEMBER}), via="worker"),
}


def keep_figures(session: Session, number: int, units: Sequence[BusinessUnit]) -> None:
    """Keep today's numbers of one unit, or of the whole company by WHOLE; of several looks on a day the last one stands."""
    day, scope = clock.today(), Scope(number or None)
    # A statement, not objects: what is kept stands outside the ledger.
    session.exec(delete(KeptFigure).where(col(KeptFigure.unit_id) == number, col(KeptFigure.day) == day))
    for audience, reader in _READERS.items():
        found = headline(session, reader, scope, units)
        if found.systems.n or number == WHOLE:
            session.add_all(rows_of(number, audience, day, kept_of(found).items()))

"""The numbers at the top as they were kept: which of them one person may be told, and their trends."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.portfolio.models import KeptFigure
from registry.portfolio.rules.figures import Headline, Scope, quarter_end_before
from registry.portfolio.rules.kept import WHOLE, Audience, Trend, days_shown, kept_of, trends_of
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Visibility


def audience_of(session: Session, actor: Actor) -> Audience | None:
    """What was kept that counts the same systems as this person sees; None where nothing does. One statement at most.

    Whoever sees some of the restricted systems is shown none of it, of any unit: what was kept leaves theirs out, or holds
    others', and an incident of one unit may touch a system of another.
    """
    if actor.sees_everything:
        return Audience.EVERYTHING
    query = select(func.count()).select_from(System).where(visible_to(actor))
    some = session.exec(query.where(System.visibility == Visibility.RESTRICTED)).one()
    return None if some else Audience.OPEN


def trends(session: Session, actor: Actor, scope: Scope, headline: Headline) -> dict[str, Trend] | None:
    """How each number of today's headline has gone, by the name it is kept under; in two statements.

    None where nothing is kept of the scope, or not what this person may know of.
    """
    audience = audience_of(session, actor) if scope.is_kept else None
    if audience is None:
        return None
    today = clock.today()
    quarter_end = quarter_end_before(today)
    query = sa.select(col(KeptFigure.figure), col(KeptFigure.day), col(KeptFigure.value)).where(
        col(KeptFigure.unit_id) == (scope.unit or WHOLE),
        col(KeptFigure.audience) == audience,
        col(KeptFigure.day).in_(days_shown(today, quarter_end)),
    )
    kept: dict[str, dict[date, Decimal]] = {}
    for figure, day, value in session.execute(query):
        kept.setdefault(figure, {})[day] = value
    return trends_of(kept_of(headline), kept, today, quarter_end)


def rows_of(
    unit: int, audience: Audience, day: date, numbers: Iterable[tuple[str, Decimal]]
) -> list[KeptFigure]:
    """The rows that keep these numbers."""
    return [
        KeptFigure(unit_id=unit, audience=audience, day=day, figure=name, value=value)
        for name, value in numbers
    ]

"""KeptFigure: a number at the top of the portfolio as it stood on one day."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.portfolio.rules.kept import FIGURE_LIMIT, Audience
from registry.store.columns import Exact, Row, by_value, one_of


class KeptFigure(Row, table=True):
    """One number of one day, of a unit with those below it or of the whole (0), as one audience may know it.

    A day holds what the last look on it found. What was not looked at then is not there: it is never made up later.
    """

    __tablename__ = "kept_figure"
    # Counted from audited rows, and needed for comparing alone.
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("audience", Audience),
        # One page reads the days of one unit.
        sa.UniqueConstraint("unit_id", "audience", "day", "figure"),
    )

    # No foreign key: what was counted of a unit stays when the unit has gone.
    unit_id: int
    audience: Audience = Field(sa_type=by_value(Audience))
    day: date
    figure: str = Field(max_length=FIGURE_LIMIT)
    value: Decimal = Field(sa_type=Exact)

"""KeptFigure: a number at the top of the portfolio as it stood on one day. PortfolioReport: a report and its file."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.portfolio.rules.kept import FIGURE_LIMIT, Audience
from registry.portfolio.rules.reports.filing import PERIOD_LIMIT, ReportKind, ReportState
from registry.store.columns import Exact, Row, by_value, instant, long_text, one_of


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


class PortfolioReport(Row, table=True):
    """A report somebody asked for, or one of a month or quarter, and the file it became. The ledger tells who made what.

    It says whose view was counted: that of one who sees everything, or which restricted systems were in it.
    """

    __tablename__ = "portfolio_report"
    # The desk on which a report is made; that it was asked for and made, with its hash, is in the ledger.
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("kind", ReportKind),
        one_of("state", ReportState),
        # One of each kind for each period, whatever two workers do at once.
        sa.Index(
            "uq_portfolio_report_period",
            "period",
            "kind",
            unique=True,
            sqlite_where=sa.text("period <> ''"),
            postgresql_where=sa.text("period <> ''"),
        ),
        sa.Index("ix_portfolio_report_asked_by", "asked_by_id", "id"),
    )

    kind: ReportKind = Field(sa_type=by_value(ReportKind))
    state: ReportState = Field(default=ReportState.ASKED, sa_type=by_value(ReportState))
    period: str = Field(default="", max_length=PERIOD_LIMIT)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id")
    # What it is narrowed to, as an address states it and in words.
    scope: str = long_text()
    narrowed: str = long_text()
    # The past day it is of; none where it is of the day it is made on.
    as_of: date | None = None
    asked_at: datetime = instant()
    changed_at: datetime = instant()
    finished_at: datetime | None = instant(default=None, nullable=True)
    is_everything: bool = Field(default=False)
    restricted: str = long_text(default="")
    left_out: int = Field(default=0)
    checkpoint: int = Field(default=0)
    sha256: str = Field(default="", max_length=64)
    size: int = Field(default=0)
    trouble: str = long_text(default="")

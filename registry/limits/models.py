"""TryCount: how often something was tried by one of those who are counted together."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.limits.rules import Budget
from registry.store.columns import Row, by_value, instant, one_of


class TryCount(Row, table=True):
    """One count. There are at most as many for each budget as there are cells."""

    __tablename__ = "try_count"
    __audited__: ClassVar[bool] = False
    __table_args__ = (one_of("budget", Budget), sa.UniqueConstraint("budget", "cell"))

    budget: Budget = Field(sa_type=by_value(Budget))
    cell: int
    count: int
    since: datetime = instant(index=True)

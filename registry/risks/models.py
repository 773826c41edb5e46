"""Risk: what could go wrong with a system, and what is done about it. RiskAcceptance: who bears what is left, why and until when."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.text import public_key
from registry.risks.rules import NEEDS_ANOTHER, PREFIX, TITLE_LIMIT, Status
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of


class Risk(Revised, table=True):
    """One risk of a system. Closed, never deleted. Its public id is its number: RSK-0001."""

    __tablename__ = "risk"
    __table_args__ = (
        one_of("status", Status),
        sa.CheckConstraint("likelihood BETWEEN 1 AND 5 AND impact BETWEEN 1 AND 5", name="levels_known"),
        sa.CheckConstraint(
            "(residual_likelihood IS NULL) = (residual_impact IS NULL)", name="both_levels_left"
        ),
        sa.CheckConstraint(
            "residual_likelihood BETWEEN 1 AND likelihood AND residual_impact BETWEEN 1 AND impact",
            name="controls_make_smaller",
        ),
        # The risks of a system.
        sa.Index("ix_risk_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    title: str = Field(max_length=TITLE_LIMIT)
    cause: str = long_text(default="")
    event: str = long_text(default="")
    consequence: str = long_text(default="")
    likelihood: int
    impact: int
    controls: str = long_text(default="")
    residual_likelihood: int | None = None
    residual_impact: int | None = None
    owner_id: int = Field(foreign_key="person.id", index=True)
    review_on: date | None = None
    pattern: str = Field(default="", max_length=10)
    status: Status = Field(default=Status.OPEN, sa_type=by_value(Status))
    closed_because: str = long_text(default="")
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")

    @property
    def key(self) -> str:
        """The public id, such as RSK-0001."""
        if self.id is None:
            raise ValueError("a risk has no key before it is stored")
        return public_key(PREFIX, self.id)


class RiskAcceptance(Row, table=True):
    """Somebody bears what is left of a risk, up to and with a day. Added, never changed: another is a new one."""

    __tablename__ = "risk_acceptance"
    __table_args__ = (
        sa.CheckConstraint("likelihood BETWEEN 1 AND 5 AND impact BETWEEN 1 AND 5", name="levels_known"),
        # The least of what the rules say, said again where no program can pass it by.
        sa.CheckConstraint(
            f"likelihood * impact < {NEEDS_ANOTHER} OR accepted_by_id <> owner_id", name="not_ones_own"
        ),
        sa.Index("ix_risk_acceptance_risk", "risk_id", "id"),
    )

    risk_id: int = Field(foreign_key="risk.id")
    # What it stated then, what was left of it, and who watched it.
    stated: dict[str, Any] = Field(sa_type=json_type())
    likelihood: int
    impact: int
    owner_id: int = Field(foreign_key="person.id")
    because: str = long_text()
    until: date
    accepted_at: datetime = instant()
    accepted_by_id: int = Field(foreign_key="person.id")

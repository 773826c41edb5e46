"""Criteria of the live gate that live systems failed, over the last twelve months, as far as the reader may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.incidents.rules.kinds import Pattern
from registry.kernel.actor import Actor
from registry.lifecycle.models import ComplianceSpell
from registry.portfolio.rules.causes import Failed, Month
from registry.systems.models import System
from registry.systems.queries import visible_to


@dataclass(frozen=True, slots=True)
class FailedAt:
    """A criterion that failed, with the system it failed at."""

    system: System
    failed: Failed


def failed_criteria(session: Session, actor: Actor, months: Sequence[Month]) -> list[FailedAt]:
    """What live systems failed of their gate at any time of these months, what was noticed last first; in one statement."""
    query: Any = (
        sa.select(ComplianceSpell, System)
        .join(System, col(System.id) == col(ComplianceSpell.system_id))
        .where(
            col(ComplianceSpell.noticed_at) < months[-1].end,
            sa.or_(col(ComplianceSpell.ended_at).is_(None), col(ComplianceSpell.ended_at) >= months[0].begin),
            visible_to(actor),
        )
        .order_by(col(ComplianceSpell.noticed_at).desc(), col(ComplianceSpell.id).desc())
    )
    return [
        FailedAt(
            system,
            Failed(
                Pattern(told["pattern"]), str(told["id"]), str(told["says"]), spell.noticed_at, spell.ended_at
            ),
        )
        for spell, system in session.execute(query)
        for told in spell.criteria
    ]

"""Risk JSON, in and out."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from registry.risks.queries import Line
from registry.risks.rules import RiskFacts, Status, score


class RiskIn(BaseModel):
    """What adds a risk: people by number, levels from 1 to 5. It is accepted and closed by people, on its page."""

    model_config = ConfigDict(extra="forbid")

    title: str
    cause: str
    event: str
    consequence: str = ""
    likelihood: int
    impact: int
    controls: str = ""
    residual_likelihood: int | None = None
    residual_impact: int | None = None
    owner_id: int
    review_on: date
    pattern: str = ""
    mitigating: bool = False

    def facts(self) -> RiskFacts:
        """As the rules read it."""
        stated = self.model_dump(exclude={"mitigating"})
        return RiskFacts(**stated, status=Status.MITIGATING if self.mitigating else Status.OPEN)


def said(line: Line) -> dict[str, Any]:
    """One risk with how it stands today; people by e-mail address."""
    risk = line.risk
    return {
        "id": risk.key,
        "number": risk.id,
        "title": risk.title,
        "cause": risk.cause,
        "event": risk.event,
        "consequence": risk.consequence,
        "pattern": risk.pattern or None,
        "likelihood": risk.likelihood,
        "impact": risk.impact,
        "score": score(risk.likelihood, risk.impact),
        "controls": risk.controls,
        "residual_likelihood": risk.residual_likelihood,
        "residual_impact": risk.residual_impact,
        "residual_score": line.score if risk.residual_impact else None,
        "level": line.level.value,
        "owner": line.owner.email,
        "review_on": risk.review_on.isoformat() if risk.review_on else None,
        "is_overdue": line.standing.is_late,
        "status": line.standing.status.value,
        "says": line.standing.says,
        "version": risk.version,
    }

"""Risk JSON, in and out."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.risks.queries import Line
from registry.risks.rules import RiskFacts, Status, score
from registry.web.describing import Day, Words


class RiskChange(BaseModel):
    """What of a risk is changed; what is left out stays as it is. `mitigating`: whether something is being done about it."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    cause: str = ""
    event: str = ""
    consequence: str = ""
    likelihood: int = 1
    impact: int = 1
    controls: str = ""
    residual_likelihood: int | None = None
    residual_impact: int | None = None
    owner_id: int = 0
    review_on: date | None = None
    pattern: str = ""
    mitigating: bool = False

    def applied_to(self, facts: RiskFacts) -> RiskFacts:
        """The facts with the given fields changed. That it was accepted is for the action to keep, not for a program to say."""
        status = Status.OPEN if facts.status is Status.ACCEPTED else facts.status
        if "mitigating" in self.model_fields_set:
            status = Status.MITIGATING if self.mitigating else Status.OPEN
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"mitigating"}}
        return replace(facts, **sent, status=status)


class RiskOut(TypedDict):
    """One risk with how it stands today; people by e-mail address."""

    id: str
    number: int
    title: str
    cause: str
    event: str
    consequence: str
    pattern: str | None
    likelihood: int
    impact: int
    score: int
    controls: str
    residual_likelihood: int | None
    residual_impact: int | None
    residual_score: int | None
    level: str
    owner: str
    review_on: Day | None
    is_overdue: bool
    status: Annotated[str, Words(Status)]
    says: str
    version: int


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


def said(line: Line) -> RiskOut:
    """One risk with how it stands today; people by e-mail address."""
    risk = line.risk
    return {
        "id": risk.key,
        "number": risk.id or 0,
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

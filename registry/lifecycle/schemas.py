"""Gates and stops as JSON."""

from typing import Annotated, Any, NotRequired

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.kernel import clock
from registry.lifecycle.models import EmergencyStop
from registry.lifecycle.rules.gates import Gate, Line
from registry.systems.models import System
from registry.systems.rules.record import Stage
from registry.web.describing import Day, Instant, Words


class CriterionOut(TypedDict):
    """One criterion that does not hold."""

    id: str
    pattern: str | None
    says: str


class CriterionWhole(CriterionOut):
    """One criterion, what it prevents, whether it holds, and the waiver by which it is passed over."""

    prevents: str
    holds: bool
    waived_by: NotRequired[str]
    waived_until: NotRequired[Day]


class GateOut(TypedDict):
    """A gate: whether it holds, what does not, and every criterion."""

    system: str
    stage: Annotated[str, Words(Stage)]
    to: Annotated[str, Words(Stage)]
    holds: bool
    open: list[CriterionOut]
    criteria: list[CriterionWhole]
    pack: str
    edition: str


class StopOut(TypedDict):
    """A stop as it stands."""

    system: str
    stage: Annotated[str, Words(Stage)]
    stopped_at: Instant
    from_stage: Annotated[str, Words(Stage)]
    reason: str


class StopIn(BaseModel):
    """Why a system has to stop."""

    model_config = ConfigDict(extra="forbid")

    reason: str


def gate_said(system: System, found: Gate) -> dict[str, Any]:
    """A gate: what does not hold, and every criterion with what it prevents."""
    return {
        "system": system.key,
        "stage": system.stage.value,
        "to": found.to.value,
        "holds": found.holds,
        "open": [_brief(line) for line in found.open],
        "criteria": [
            _brief(line) | {"prevents": line.prevents, "holds": line.holds} | _waiver(line)
            for line in found.lines
        ],
        "pack": found.pack,
        "edition": found.edition,
    }


def _brief(line: Line) -> dict[str, Any]:
    return {"id": line.id, "pattern": line.pattern, "says": line.says}


def _waiver(line: Line) -> dict[str, Any]:
    if line.waived is None:
        return {}
    return {"waived_by": line.waived.key, "waived_until": line.waived.until.isoformat()}


def stop_said(system: System, stop: EmergencyStop) -> StopOut:
    """A stop as it stands."""
    return {
        "system": system.key,
        "stage": system.stage.value,
        "stopped_at": clock.written(stop.stopped_at),
        "from_stage": stop.from_stage.value,
        "reason": stop.reason,
    }

"""Gates and stops as JSON."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from registry.kernel import clock
from registry.lifecycle.models import EmergencyStop
from registry.lifecycle.rules.gates import Gate, Line
from registry.systems.models import System


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


def stop_said(system: System, stop: EmergencyStop) -> dict[str, Any]:
    """A stop as it stands."""
    return {
        "system": system.key,
        "stage": system.stage.value,
        "stopped_at": clock.written(stop.stopped_at),
        "from_stage": stop.from_stage.value,
        "reason": stop.reason,
    }

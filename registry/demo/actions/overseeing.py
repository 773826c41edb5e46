"""Where the demonstration's systems stand, who was trained to watch them, whether stopping works, and the one that was stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.kernel.actor import Actor
from registry.lifecycle.actions import autonomy, stages, stopping
from registry.lifecycle.actions.compliance import note_lost
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.rules.autonomy import Evidence
from registry.oversight import actions as oversight
from registry.oversight.rules import Bounds, DrillFacts, Training
from registry.systems.models import System
from registry.systems.rules.record import Stage as LifeStage

Finds = Callable[[Session], tuple[Actor, int]]


@dataclass(frozen=True, slots=True)
class _At:
    """One step as it happens: the system, its owner as they act, and everybody by name."""

    stage: Stage
    loaded: Loaded
    owner: Actor
    system: System

    def number(self, name: str) -> int | None:
        return self.loaded.people[name].id


def lifecycle_steps(stage: Stage, told: dict[str, Any], loaded: Loaded, find: Finds) -> Iterator[Step]:
    """Every step of one system's life, as (days ago, what is done then); `find` names its owner and its number."""
    for name, does in _STEPS.items():
        for each in told.get("lifecycle", {}).get(name, ()):

            def act(session: Session, each: dict[str, Any] = each, does: Any = does) -> None:
                owner, number = find(session)
                does(session, _At(stage, loaded, owner, session.get_one(System, number)), each)

            yield each["days_ago"], act


def _brought(session: Session, at: _At, told: dict[str, Any]) -> None:
    stages.bring(session, at.stage.door, at.system, LifeStage(told["stage"]), told["because"])


def _trained(session: Session, at: _At, told: dict[str, Any]) -> None:
    facts = Training(
        at.number(told["person"]),
        told["what"],
        at.stage.day(told["days_ago"]),
        at.stage.day(-told["for_days"]),
        may_stop=True,
    )
    oversight.record_training(session, at.owner, at.system.id or 0, facts)


def _bounded(session: Session, at: _At, told: dict[str, Any]) -> None:
    bounds = Bounds(Decimal(told["low"]), Decimal(told["high"]), told["because"])
    oversight.set_bounds(session, at.owner, at.system.id or 0, bounds, version=0)


def _drilled(session: Session, at: _At, told: dict[str, Any]) -> None:
    day, led = at.stage.day(told["days_ago"]), at.number(told["led_by"])
    seconds: int | None = told.get("seconds")
    drill = DrillFacts(day, told["tried"], seconds is not None, seconds, led)
    oversight.record_drill(session, at.owner, at.system.id or 0, drill)


def _asked(session: Session, at: _At, told: dict[str, Any]) -> None:
    autonomy.ask(session, at.owner, at.system, Evidence(told["evidence"]))


def _stopped(session: Session, at: _At, told: dict[str, Any]) -> None:
    stopping.stop(
        session, actor_for(session, at.loaded.people[told["by"]], via="session"), at.system, told["because"]
    )


def _below(session: Session, at: _At, _told: dict[str, Any]) -> None:
    gate = gate_of(session, at.system, LifeStage.LIVE)
    if not gate.holds:
        note_lost(session, at.stage.door, at.system.id or 0, gate)


_STEPS = {
    "brought": _brought,
    "trained": _trained,
    "bounds": _bounded,
    "drills": _drilled,
    "asked": _asked,
    "stopped": _stopped,
    "below": _below,
}

"""What the demonstration's systems rely on and how that was tested; how the quality of its data was measured."""

from typing import Any

from sqlmodel import Session, select

from registry.accounts.queries import actor_for
from registry.data_sources import actions as data_sources
from registry.demo.actions.stage import Loaded, Stage
from registry.demo.rules.facts import check_facts, dependency_facts, result_facts, trial_facts
from registry.dependencies import actions as dependencies
from registry.dependencies.models import Dependency
from registry.systems.models import System


def what_they_rely_on(stage: Stage, told: dict[str, Any], loaded: Loaded) -> None:
    """State each dependency once both of its ends are there and test it; measure each source. The worker does the rest."""
    for system in told["systems"]:
        for each in system.get("dependencies", ()):
            _depend(stage, system, each, loaded)
    for source in told["data_sources"]:
        for each in source.get("checks", ()):
            _check(stage, source, each, loaded)


def _depend(stage: Stage, system: dict[str, Any], told: dict[str, Any], loaded: Loaded) -> None:
    with stage.on(told["days_ago"]) as session:
        actor = actor_for(session, loaded.people[system["owner"]], via="session")
        other = _number(session, told["system"]) if "system" in told else None
        facts = dependency_facts(told, other, loaded.people)
        number = dependencies.add_dependency(session, actor, _number(session, system["name"]), facts).id
    for test in told.get("tests", ()):
        with stage.on(test["days_ago"]) as session:
            actor = actor_for(session, loaded.people[system["owner"]], via="session")
            dependency = session.get_one(Dependency, number)
            dependencies.record_test(
                session, actor, dependency, trial_facts(test, stage.day(test["days_ago"]))
            )


def _check(stage: Stage, source: dict[str, Any], told: dict[str, Any], loaded: Loaded) -> None:
    with stage.on(told["days_ago"]) as session:
        keeper = actor_for(session, loaded.people[source["owner"]], via="session")
        row = session.merge(loaded.sources[source["name"]])
        check = data_sources.add_check(session, keeper, row, check_facts(told))
    for result in told.get("results", ()):
        with stage.on(result["days_ago"]) as session:
            keeper = actor_for(session, loaded.people[source["owner"]], via="session")
            row, held = session.merge(loaded.sources[source["name"]]), session.merge(check)
            facts = result_facts(result, stage.day(result["days_ago"]))
            data_sources.record_result(session, keeper, row, held, facts)


def _number(session: Session, name: str) -> int:
    return session.exec(select(System).where(System.name == name)).one().id or 0

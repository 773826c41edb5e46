"""What the demonstration's systems rely on and how that was tested; how the quality of its data was measured."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource, QualityCheck
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.demo.rules.facts import check_facts, dependency_facts, result_facts, trial_facts
from registry.dependencies import actions as dependencies
from registry.dependencies.models import Dependency
from registry.kernel.actor import Actor


def reliance_steps(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """Each dependency is stated and tested, each source measured, each on its day. The worker does the rest."""
    for system in told["systems"]:
        for each in system.get("dependencies", ()):
            yield from _of_dependency(stage, system, each, loaded)
    for source in told["data_sources"]:
        for each in source.get("checks", ()):
            yield from _of_check(stage, source, each, loaded)


def _of_dependency(
    stage: Stage, system: dict[str, Any], told: dict[str, Any], loaded: Loaded
) -> Iterator[Step]:
    stated: list[int] = []

    def owner(session: Session) -> Actor:
        return actor_for(session, loaded.people[system["owner"]], via="session")

    def state(session: Session) -> None:
        other = loaded.numbers[told["system"]] if "system" in told else None
        facts = dependency_facts(told, other, loaded.people)
        number = loaded.numbers[system["name"]]
        stated.append(dependencies.add_dependency(session, owner(session), number, facts).id or 0)

    def test(trial: dict[str, Any], session: Session) -> None:
        dependency = session.get_one(Dependency, stated[0])
        facts = trial_facts(trial, stage.day(trial["days_ago"]))
        dependencies.record_test(session, owner(session), dependency, facts)

    yield told["days_ago"], state
    for each in told.get("tests", ()):
        yield each["days_ago"], partial(test, each)


def _of_check(stage: Stage, source: dict[str, Any], told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    added: list[int] = []

    def keeper(session: Session) -> Actor:
        return actor_for(session, loaded.people[source["owner"]], via="session")

    def the_source(session: Session) -> DataSource:
        return session.get_one(DataSource, loaded.sources[source["name"]].id)

    def add(session: Session) -> None:
        check = data_sources.add_check(session, keeper(session), the_source(session), check_facts(told))
        added.append(check.id or 0)

    def measure(result: dict[str, Any], session: Session) -> None:
        check = session.get_one(QualityCheck, added[0])
        facts = result_facts(result, stage.day(result["days_ago"]))
        data_sources.record_result(session, keeper(session), the_source(session), check, facts)

    yield told["days_ago"], add
    for each in told.get("results", ()):
        yield each["days_ago"], partial(measure, each)

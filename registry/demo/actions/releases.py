"""What happened to the models of the demonstration's systems: versions added, approved, put live and withdrawn."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.demo.rules.facts import version_facts
from registry.kernel.actor import Actor
from registry.versions import actions as versions
from registry.versions.models import ModelVersion
from registry.versions.queries import by_label


def release_steps(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """Every step of one system's versions, each on its day."""
    for version in told.get("versions", ()):
        yield from _of_version(stage, told["name"], version, loaded)
    for each in told.get("live", ()):
        yield _going_live(told["name"], each, loaded)


def _of_version(stage: Stage, system: str, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    label = told["label"]

    def add(session: Session) -> None:
        sources = {name: source.id for name, source in loaded.sources.items()}
        facts = version_facts(told, sources, stage.day)
        versions.add_version(session, _who(session, loaded, told["by"]), loaded.numbers[system], facts)

    yield told["days_ago"], add
    if then := told.get("approved"):

        def approve(session: Session) -> None:
            model = _named(session, loaded.numbers[system], label)
            versions.approve(session, _who(session, loaded, then["by"]), model, version=model.version)

        yield then["days_ago"], approve
    if last := told.get("withdrawn"):

        def withdraw(session: Session) -> None:
            actor = _who(session, loaded, last["by"])
            versions.withdraw(session, actor, _named(session, loaded.numbers[system], label), last["because"])

        yield last["days_ago"], withdraw


def _going_live(system: str, told: dict[str, Any], loaded: Loaded) -> Step:
    def put_live(session: Session) -> None:
        number = loaded.numbers[system]
        shares = [(_named(session, number, label), share) for label, share in told["shares"].items()]
        versions.put_live(session, _who(session, loaded, told["by"]), number, shares)

    return told["days_ago"], put_live


def _who(session: Session, loaded: Loaded, name: str) -> Actor:
    return actor_for(session, loaded.people[name], via="session")


def _named(session: Session, number: int, label: str) -> ModelVersion:
    found = by_label(session, number, label)
    if found is None:
        raise LookupError(f"the demonstration has no version {label} here")
    return found

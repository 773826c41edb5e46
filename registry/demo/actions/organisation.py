"""Load the demonstration organisation through the same actions people use, each on its day of the past year."""

import secrets
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

from sqlmodel import Session

from registry.accounts import actions as accounts
from registry.accounts.queries import actor_for
from registry.annotations import actions as annotations
from registry.annotations.models import Note
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import Purpose
from registry.demo.actions.answering import framework_step
from registry.demo.actions.depending import reliance_steps
from registry.demo.actions.drifting import spreading_steps
from registry.demo.actions.evenings import evenings
from registry.demo.actions.grouping import count_groups
from registry.demo.actions.proving import proof_steps
from registry.demo.actions.releases import release_steps
from registry.demo.actions.stage import Loaded, Stage, Step, deliveries, told_in
from registry.demo.actions.story import following_steps
from registry.demo.rules.facts import (
    data_source_facts,
    metric_facts,
    objective_facts,
    record_facts,
    value_facts,
)
from registry.demo.rules.invented import invented
from registry.demo.rules.readings import readings_of
from registry.kernel import clock
from registry.kernel.actor import Actor, Role, Seat, the_registry
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.decoding import Batch
from registry.objectives import actions as objectives
from registry.objectives.queries import metrics_of
from registry.objectives.rules.objective import ValueFacts
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.rules import Function, PersonFacts
from registry.store.files import Files
from registry.store.session import Database
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.systems.rules.record import Registration, Visibility

_HOST = "halden.example"
_FOUNDED_DAYS_AGO = 600
_BATCH = 200
_BROUGHT_IN_WITHIN = 20
_LAST_DELIVERY = 2


def load(
    database: Database, count: int | None, progress: Callable[[str], None], kept_in: Files | None = None
) -> Loaded:
    """Fill an empty register: people, data sources and systems in order of time, the last day of it yesterday; with more systems up to `count`.

    `kept_in` is where its evidence is kept; without a place it has none.
    """
    told = told_in("organisation.yaml")
    stage, loaded = Stage(database, clock.today(), the_registry("demo")), Loaded()
    progress("The story of a year and a half …")
    stage.play(
        (
            (_FOUNDED_DAYS_AGO, partial(_people, stage, told, loaded)),
            (_FOUNDED_DAYS_AGO - 1, partial(_sources, stage, told, loaded)),
            *(step for system in told["systems"] for step in _of_system(stage, system, loaded)),
            *reliance_steps(stage, told, loaded),
            framework_step(stage, told, loaded),
            *following_steps(stage, told, loaded),
            *proof_steps(stage, loaded, kept_in),
            *evenings(stage.today),
            *_more(stage, loaded, range(len(told["systems"]), count or 0), progress),
        )
    )
    return loaded


def _sources(stage: Stage, told: dict[str, Any], loaded: Loaded, session: Session) -> None:
    for source in told["data_sources"]:
        facts = data_source_facts(source, loaded.people)
        loaded.sources[source["name"]] = data_sources.add_source(session, stage.door, facts)


def _people(stage: Stage, told: dict[str, Any], loaded: Loaded, session: Session) -> None:
    for unit in told["units"]:
        above = loaded.units[unit["under"]].id if "under" in unit else None
        loaded.units[unit["name"]] = people.add_unit(session, stage.door, unit["name"], above)
    for one in told["people"]:
        facts = PersonFacts(
            name=one["name"],
            email=f"{one['id']}@{_HOST}",
            job_title=one["job"],
            unit_id=loaded.units[one["unit"]].id,
            active_from=stage.day(_FOUNDED_DAYS_AGO),
        )
        person = people.add_person(session, stage.door, facts)
        loaded.people[one["id"]] = person
        for role in one.get("roles", ()):
            accounts.grant_role(session, stage.door, person, Role(role))
        if one.get("password"):
            # Made anew for each installation: a demonstration reached by mistake from outside has no known password.
            password = secrets.token_urlsafe(12)
            accounts.set_password(session, stage.door, person, password)
            loaded.sign_ins.append({"email": person.email, "password": password, "role": one["said"]})
    for unit in told["units"]:
        if "head" in unit:
            row = loaded.units[unit["name"]]
            people.edit_unit(
                session,
                stage.door,
                row,
                row.name,
                parent_id=row.parent_id,
                head_id=loaded.people[unit["head"]].id,
                version=row.version,
            )
    for team in told["teams"]:
        loaded.teams[team["name"]] = people.add_team(
            session,
            stage.door,
            team["name"],
            Function(team["function"]),
            leader_id=loaded.people[team["leader"]].id,
            unit_id=loaded.units[team["unit"]].id,
            member_ids=frozenset(loaded.people[each].id or 0 for each in team["members"]),
        )


def _of_system(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    since = float(told["registered_days_ago"])
    yield since, partial(_register, stage, told, loaded)
    if told.get("on_behalf"):
        return

    def by_owner(act: Callable[[Session, Actor, int], None]) -> Callable[[Session], None]:
        return lambda session: act(
            session,
            actor_for(session, loaded.people[told["owner"]], via="session"),
            loaded.numbers[told["name"]],
        )

    # What the owner filled in later, each step as an entry of its own.
    yield since - 1, by_owner(partial(_fill, stage, told, loaded))
    yield max(since - 3, 1), by_owner(partial(_purpose, stage, told, loaded))
    yield from _annotations(told, loaded, by_owner)
    yield from _measurings(stage, told, loaded, since - 4)
    yield from spreading_steps(stage, told, loaded)
    yield from release_steps(stage, told, loaded)
    for value in told.get("values", ()):
        facts = value_facts(value, stage.day(value["days_ago"]))
        yield value["days_ago"], by_owner(partial(_record_value, facts))


def _register(stage: Stage, told: dict[str, Any], loaded: Loaded, session: Session) -> None:
    owner, unit = loaded.people[told["owner"]], loaded.units[told["unit"]].id
    registers = stage.door if told.get("on_behalf") else actor_for(session, owner, via="session")
    visibility = Visibility(told.get("visibility", Visibility.COMPANY))
    system = systems.register(
        session, registers, Registration(told["name"], told["summary"], unit, owner.id, visibility)
    )
    loaded.numbers[told["name"]] = system.id or 0
    loaded.systems += 1


def _record_value(facts: ValueFacts, session: Session, actor: Actor, number: int) -> None:
    objectives.record_value(session, actor, number, facts)


def _fill(
    stage: Stage, told: dict[str, Any], loaded: Loaded, session: Session, actor: Actor, number: int
) -> None:
    system = session.get_one(System, number)
    if "record" in told:
        facts = record_facts(facts_of(system), told["record"], stage.day)
        systems.edit(session, actor, system, facts, version=system.version)
    for seat, holder in told.get("seats", {}).items():
        team = holder.removeprefix("team ") if holder.startswith("team ") else None
        ownership.fill_seat(
            session,
            actor,
            system.id or 0,
            Seat(seat),
            person_id=None if team else loaded.people[holder].id,
            team_id=loaded.teams[team].id if team else None,
        )


def _purpose(
    stage: Stage, told: dict[str, Any], loaded: Loaded, session: Session, actor: Actor, number: int
) -> None:
    if "objective" in told:
        objectives.set_objective(session, actor, number, objective_facts(told["objective"]), version=0)
    for metric in told.get("metrics", ()):
        objectives.add_metric(session, actor, number, metric_facts(metric, loaded.people, stage.day))
    for use in told.get("uses", ()):
        source = session.merge(loaded.sources[use["source"]])
        data_sources.attach(session, actor, number, source, Purpose(use["purpose"]), note=use.get("note", ""))


def _measurings(stage: Stage, told: dict[str, Any], loaded: Loaded, first: float) -> Iterator[Step]:
    """What was measured, delivered every four weeks, the last time the day before yesterday; by group in one go."""
    runs = {each["name"]: each["readings"] for each in told.get("metrics", ()) if "readings" in each}

    def deliver(after: date | None, until: date, session: Session) -> None:
        number = loaded.numbers[told["name"]]
        points = [
            point
            for metric in metrics_of(session, number)
            if metric.name in runs
            for point in readings_of(metric.slug, runs[metric.name], stage.today)
            if (after is None or point.window_end.date() > after) and point.window_end.date() <= until
        ]
        if points:
            actor = actor_for(session, loaded.people[told["owner"]], via="session")
            record_snapshots(session, actor, number, Batch("", "weekly evaluation", "", tuple(points)))

    def count(session: Session) -> None:
        owner = loaded.people[told["owner"]]
        count_groups(stage, session, owner, loaded.numbers[told["name"]], told["groups"])

    if runs:
        for after, days_ago in deliveries(_LAST_DELIVERY, int(first)):
            yield days_ago, partial(deliver, None if after is None else stage.day(after), stage.day(days_ago))
    if "groups" in told:
        yield _LAST_DELIVERY, count


def _annotations(
    told: dict[str, Any],
    loaded: Loaded,
    by_owner: Callable[[Callable[[Session, Actor, int], None]], Callable[[Session], None]],
) -> Iterator[Step]:
    """Tags, and notes with what became of them, each on its day."""
    if "tags" in told:
        since = max(float(told["registered_days_ago"]) - 4, 1)
        yield since, by_owner(lambda session, actor, number: _tag(session, actor, number, told["tags"]))
    for each in told.get("notes", ()):
        yield from _of_note(told["name"], each, loaded)


def _tag(session: Session, actor: Actor, number: int, tags: list[str]) -> None:
    annotations.retag(session, actor, number, add=tags)


def _of_note(system: str, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    written: list[int] = []

    def author(session: Session) -> Actor:
        return actor_for(session, loaded.people[told["by"]], via="session")

    def write(session: Session) -> None:
        number = loaded.numbers[system]
        note = annotations.write_note(session, author(session), number, told["body"])
        written.append(note.id or 0)

    def correct(session: Session) -> None:
        note = session.get_one(Note, written[0])
        body = told["corrected"]["body"]
        annotations.correct_note(session, author(session), note, body, version=note.version)

    def withdraw(session: Session) -> None:
        because = told["withdrawn"]["because"]
        annotations.withdraw_note(session, author(session), session.get_one(Note, written[0]), because)

    yield told["days_ago"], write
    for name, act in (("corrected", correct), ("withdrawn", withdraw)):
        if name in told:
            yield told[name]["days_ago"], act


def _more(stage: Stage, loaded: Loaded, numbers: range, progress: Callable[[str], None]) -> Iterator[Step]:
    """Invented systems of these numbers, brought in over the last weeks and dealt out to everybody who is here."""

    def bring_in(some: range, session: Session) -> None:
        owners = [person for key, person in loaded.people.items() if key != "pavel.horak"]
        units = list(loaded.units.values())
        for number in some:
            name, summary = invented(number)
            unit, owner = units[number % len(units)], owners[number % len(owners)]
            systems.register(session, stage.door, Registration(name, summary, unit.id, owner.id))
            loaded.systems += 1
        progress(f"{loaded.systems:,} of {numbers.stop:,} systems")

    starts = numbers[::_BATCH]
    for place, first in enumerate(starts):
        days_ago = 1 + _BROUGHT_IN_WITHIN * (len(starts) - 1 - place) // len(starts)
        yield days_ago, partial(bring_in, range(first, min(first + _BATCH, numbers.stop)))

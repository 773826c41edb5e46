"""Load the demonstration organisation through the same actions people use, each on its day of the past year."""

import secrets
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import yaml
from sqlmodel import Session

from registry.accounts import actions as accounts
from registry.accounts.queries import actor_for
from registry.annotations import actions as annotations
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import Purpose
from registry.demo.actions.depending import what_they_rely_on
from registry.demo.actions.drifting import spread_out
from registry.demo.actions.grouping import count_groups
from registry.demo.actions.proving import prove
from registry.demo.actions.releases import release
from registry.demo.actions.stage import Loaded, Stage
from registry.demo.actions.story import what_followed
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
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import Person
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


def load(
    database: Database, count: int | None, progress: Callable[[str], None], kept_in: Files | None = None
) -> Loaded:
    """Fill an empty register: people, data sources and systems in order of time, then more systems up to `count`.

    `kept_in` is where its evidence is kept; without a place it has none.
    """
    told = yaml.safe_load((files("registry.demo") / "organisation.yaml").read_text(encoding="utf-8"))
    stage, loaded = Stage(database, clock.today(), the_registry("demo")), Loaded()
    progress("People and data sources …")
    with stage.on(_FOUNDED_DAYS_AGO) as session:
        _people(session, stage, told, loaded)
    with stage.on(_FOUNDED_DAYS_AGO - 1) as session:
        for source in told["data_sources"]:
            facts = data_source_facts(source, loaded.people)
            loaded.sources[source["name"]] = data_sources.add_source(session, stage.door, facts)
    progress("Systems …")
    for system in sorted(told["systems"], key=lambda one: -int(one["registered_days_ago"])):
        _system(stage, system, loaded)
    what_they_rely_on(stage, told, loaded)
    what_followed(stage, told, loaded)
    prove(stage, loaded, kept_in)
    _more(stage, loaded, count or 0, progress)
    return loaded


def _people(session: Session, stage: Stage, told: dict[str, Any], loaded: Loaded) -> None:
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


def _system(stage: Stage, told: dict[str, Any], loaded: Loaded) -> None:
    since = float(told["registered_days_ago"])
    with stage.on(since) as session:
        owner = loaded.people[told["owner"]]
        unit = loaded.units[told["unit"]].id
        registers = stage.door if told.get("on_behalf") else actor_for(session, owner, via="session")
        visibility = Visibility(told.get("visibility", Visibility.COMPANY))
        system = systems.register(
            session, registers, Registration(told["name"], told["summary"], unit, owner.id, visibility)
        )
        number = system.id or 0
        loaded.systems += 1
    if told.get("on_behalf"):
        return
    # What the owner filled in later, each step as an entry of its own.
    with stage.on(since - 1) as session:
        actor = actor_for(session, owner, via="session")
        _fill(session, stage, actor, session.get_one(System, number), told, loaded)
    with stage.on(max(since - 3, 1)) as session:
        actor = actor_for(session, owner, via="session")
        _purpose(session, stage, actor, number, told, loaded)
    _annotate(stage, number, told, loaded)
    _measure(stage, number, told, owner)
    spread_out(stage, number, told, loaded)
    release(stage, number, told, loaded)
    for value in told.get("values", ()):
        with stage.on(value["days_ago"]) as session:
            actor = actor_for(session, owner, via="session")
            objectives.record_value(session, actor, number, value_facts(value, stage.day(value["days_ago"])))


def _fill(
    session: Session, stage: Stage, actor: Actor, system: System, told: dict[str, Any], loaded: Loaded
) -> None:
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
    session: Session, stage: Stage, actor: Actor, number: int, told: dict[str, Any], loaded: Loaded
) -> None:
    if "objective" in told:
        objectives.set_objective(session, actor, number, objective_facts(told["objective"]), version=0)
    for metric in told.get("metrics", ()):
        objectives.add_metric(session, actor, number, metric_facts(metric, loaded.people, stage.day))
    for use in told.get("uses", ()):
        source = session.merge(loaded.sources[use["source"]])
        data_sources.attach(session, actor, number, source, Purpose(use["purpose"]), note=use.get("note", ""))


def _measure(stage: Stage, number: int, told: dict[str, Any], owner: Person) -> None:
    """What was measured so far, delivered in one go the day before yesterday."""
    runs = {each["name"]: each["readings"] for each in told.get("metrics", ()) if "readings" in each}
    if not runs:
        return
    with stage.on(2) as session:
        points = [
            point
            for metric in metrics_of(session, number)
            if metric.name in runs
            for point in readings_of(metric.slug, runs[metric.name], stage.today)
        ]
        actor = actor_for(session, owner, via="session")
        record_snapshots(session, actor, number, Batch("", "weekly evaluation", "", tuple(points)))
        if "groups" in told:
            count_groups(stage, session, owner, number, told["groups"])


def _annotate(stage: Stage, number: int, told: dict[str, Any], loaded: Loaded) -> None:
    """Tags, and notes with what became of them, each on its day."""
    if "tags" in told:
        with stage.on(max(float(told["registered_days_ago"]) - 4, 1)) as session:
            actor = actor_for(session, loaded.people[told["owner"]], via="session")
            annotations.retag(session, actor, number, add=told["tags"])
    for each in told.get("notes", ()):
        author = loaded.people[each["by"]]
        with stage.on(each["days_ago"]) as session:
            note = annotations.write_note(
                session, actor_for(session, author, via="session"), number, each["body"]
            )
        if then := each.get("corrected"):
            with stage.on(then["days_ago"]) as session:
                actor, note = actor_for(session, author, via="session"), session.merge(note)
                annotations.correct_note(session, actor, note, then["body"], version=note.version)
        if then := each.get("withdrawn"):
            with stage.on(then["days_ago"]) as session:
                actor, note = actor_for(session, author, via="session"), session.merge(note)
                annotations.withdraw_note(session, actor, note, then["because"])


def _more(stage: Stage, loaded: Loaded, count: int, progress: Callable[[str], None]) -> None:
    """Invented systems up to the number asked for, dealt out to everybody who is here."""
    owners = [person for key, person in loaded.people.items() if key != "pavel.horak"]
    units = list(loaded.units.values())
    while loaded.systems < count:
        with stage.database.transaction() as session:
            for _ in range(min(_BATCH, count - loaded.systems)):
                number = loaded.systems
                name, summary = invented(number)
                facts = Registration(
                    name, summary, units[number % len(units)].id, owners[number % len(owners)].id
                )
                systems.register(session, stage.door, facts)
                loaded.systems += 1
        progress(f"{loaded.systems:,} of {count:,} systems")

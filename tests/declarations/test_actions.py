"""Files applied to the register: all or none, by what each person may do, and nobody's words undone unnoticed."""

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from registry.annotations import actions as annotations
from registry.annotations.queries import tags_of
from registry.audit.models.ledger import LedgerEntry
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import SourceFacts
from registry.declarations import queries
from registry.declarations.rules.plan import digest_of
from registry.declarations.rules.writing import written
from registry.dependencies import actions as dependencies
from registry.dependencies.queries import lines_of
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.objectives.queries import metric_by_slug, metrics_of
from registry.store.session import finish
from registry.systems import actions as systems
from registry.systems.queries import every_system, facts_of
from tests import databases
from tests.declarations.files import LETTERS, SCANS, applied, steps

DOOR = the_registry("command")


def archive(session, cast):
    data_sources.add_source(session, DOOR, SourceFacts("Claims archive", owner_id=cast.number("mia")))


@pytest.fixture
def ada(session, cast):
    archive(session, cast)
    return cast.actor(session, "ada")


@pytest.fixture
def letters(session, cast, ada):
    """Registered by their files; Ada, who answers for them, as she is from then on."""
    done = applied(session, ada, LETTERS, SCANS)
    return done[0].system


@pytest.fixture
def owner(session, cast, letters):
    return cast.actor(session, "ada")


def problems(refused):
    return [(each.field, each.message) for each in refused.value.problems]


def test_new_systems_are_registered_with_all_that_their_files_state(session, cast, letters, owner):
    assert (letters.name, letters.autonomy, letters.links[0]["label"]) == ("Letter sorter", 2, "Code")
    metric = metric_by_slug(session, letters.id, "hits")
    assert (metric.number_owner_id, metric.groups, str(metric.target)) == (
        cast.number("ben"),
        ["region"],
        "0.92",
    )
    others = [
        line.other.name if line.other else line.dependency.service
        for line in lines_of(session, owner, letters)
    ]
    assert others == ["Scan reader", "Post room"]
    assert steps(applied(session, owner, LETTERS, SCANS)) == []
    finish(session)
    events = session.exec(select(LedgerEntry.event).where(LedgerEntry.system_id == letters.id)).all()
    assert events.count("declaration.applied") == 1
    assert {"system.registered", "objective.set", "metric.added", "dependency.added"} <= set(events)


def test_a_change_in_the_file_is_made_by_the_same_actions_as_on_the_pages(session, letters, owner):
    moved = LETTERS.replace("target: 0.92", "target: 0.95").replace("Letters wait for a week.", "They wait.")
    moved = moved[: moved.index("  - direction: downstream")].replace(
        "  - slug: hours\n    kind: latency\n    name: Hours until read\n", ""
    )
    done = applied(session, owner, moved)
    assert steps(done) == [
        ("letter-sorter", "change", "objective.problem"),
        ("letter-sorter", "end", "metrics.hours"),
        ("letter-sorter", "change", "metrics.hits.target"),
        ("letter-sorter", "end", "dependencies.downstream “post room”"),
    ]
    assert [each.slug for each in metrics_of(session, letters.id)] == ["hits"]
    [gone] = metrics_of(session, letters.id, retired=True)
    assert gone.retired_because == "No longer stated in 0/registry.yaml at 1a2b3c4d5e6f."
    assert steps(applied(session, owner, moved)) == []


def test_what_people_changed_since_is_undone_only_when_that_is_said(session, letters, owner):
    systems.edit(
        session, owner, letters, replace(facts_of(letters), description="Mine."), version=letters.version
    )
    assert queries.kept_in(session, owner, letters).changed == ("description",)
    with pytest.raises(RuleBroken) as refused:
        applied(session, owner, LETTERS)
    [(field, says)] = problems(refused)
    assert (field, "line 8" in says) == ("description", True)
    assert steps(applied(session, owner, LETTERS, overwrite=True)) == [
        ("letter-sorter", "change", "description")
    ]
    assert queries.kept_in(session, owner, letters).changed == ()
    # What the file does not state is theirs.
    systems.edit(
        session, owner, letters, replace(facts_of(letters), technique="Trees"), version=letters.version
    )
    [done] = applied(session, owner, LETTERS)
    assert (done.plan.steps, done.plan.kept) == ((), ("visibility", "technique"))


def test_a_plan_that_was_looked_at_is_the_only_one_that_is_carried_out(session, letters, owner):
    moved = LETTERS.replace("autonomy: 2", "autonomy: 1")
    rehearsal = session.begin_nested()
    digest = digest_of([each.plan for each in applied(session, owner, moved)])
    rehearsal.rollback()
    session.expire_all()
    systems.edit(session, owner, letters, replace(facts_of(letters), autonomy=3), version=letters.version)
    with pytest.raises(Conflict):
        applied(session, owner, moved, expects=digest, overwrite=True)
    systems.edit(session, owner, letters, replace(facts_of(letters), autonomy=2), version=letters.version)
    assert steps(applied(session, owner, moved, expects=digest)) == [("letter-sorter", "change", "autonomy")]


WRONG = [
    (SCANS.replace("ada@", "nobody@"), "owner", "Nobody here"),
    (SCANS.replace("unit: Claims", "unit: Nowhere"), "unit", "line 6"),
    (SCANS.replace("owner: ada@example.org\n", ""), "owner", "A system that is new"),
    (SCANS.replace("Scan reader", "Claims triage"), "name", "key: AI-0001"),
    (SCANS + "key: AI-0999\n", "key", "no system"),
    (SCANS + "sources:\n  - source: Rumours\n    purpose: test\n", "sources.0.source", "catalogue"),
    (SCANS + "dependencies:\n  - direction: upstream\n    system: nothing\n", "dependencies.0.system", "line 9"),
    (SCANS + "dependencies:\n  - direction: upstream\n", "dependencies.0", "Name one thing"),
    (SCANS + "metrics:\n  - slug: A B\n    kind: cost\n    name: Cost\n", "metrics.0.slug", "small letters"),
    (SCANS + "metrics:\n  - slug: a\n    kind: accuracy\n    name: A\n    direction: lower_is_better\n", "metrics.0.direction", "line 11"),
    (SCANS + "metrics:\n  - slug: a\n    kind: cost\n    name: A\n  - slug: a\n    kind: cost\n    name: B\n", "metrics.1", "already"),
    (SCANS + "override_bounds:\n  low: 9\n  high: 3\n  because: So.\n", "override_bounds.high", "line 9"),
    (SCANS + "summary_: x\n", "summary_", "Did you mean summary"),
    (SCANS + "tags:\n  - fine\n  - a, b\n", "tags", "no comma"),
    (SCANS + "tags:\n  - scans\n  - Scans\n", "tags.1", "already"),
]  # fmt: skip


def test_what_cannot_stand_is_refused_at_its_line_and_nothing_is_kept(session, ada):
    for text, field, says in WRONG:
        rehearsal = session.begin_nested()
        with pytest.raises(RuleBroken) as refused:
            applied(session, ada, text)
        rehearsal.rollback()
        assert any(name == field and says in message for name, message in problems(refused)), (
            field,
            problems(refused),
        )
    assert queries.systems_called(session, ada, "Scan reader") == []


def test_a_file_reaches_no_further_than_whoever_applies_it(session, cast, letters, owner):
    moved = LETTERS.replace("autonomy: 2", "autonomy: 1")
    for name in ("mia", "otto", "rita"):
        with pytest.raises(Forbidden):
            applied(session, cast.actor(session, name), moved)
    # Sentinel is restricted: to Otto a file of its looks as one of a system that is not there.
    bound = "registry: 1\nid: sentinel\nkey: AI-0002\ntechnique: Graphs\n"
    with pytest.raises(RuleBroken) as hidden:
        applied(session, cast.actor(session, "otto"), bound)
    with pytest.raises(RuleBroken) as absent:
        applied(session, cast.actor(session, "otto"), bound.replace("AI-0002", "AI-0999"))
    assert problems(hidden) == problems(absent)
    applied(session, owner, bound)
    own = SCANS.replace("scan-reader", "mine").replace("Scan reader", "Mine").replace("ada@", "otto@")
    asks = own + "dependencies:\n  - direction: upstream\n    system: sentinel\n"
    with pytest.raises(RuleBroken) as refused:
        applied(session, cast.actor(session, "otto"), asks)
    assert [field for field, _ in problems(refused)] == ["dependencies.0.system"]


def test_a_page_names_no_system_its_reader_may_not_know_of(session, cast, ada):
    text = (
        "registry: 1\nid: triage\nkey: AI-0001\ndependencies:\n  - direction: upstream\n    system: AI-0002\n"
    )
    [done] = applied(session, ada, text)
    [line] = lines_of(session, ada, done.system)
    otto = cast.actor(session, "otto")
    assert queries.kept_in(session, otto, done.system).changed == ()
    dependencies.end_dependency(session, ada, line.dependency, "Done.")
    assert queries.kept_in(session, otto, done.system).changed == ()
    assert queries.kept_in(session, ada, done.system).changed == ("dependencies.upstream AI-0002",)


def test_a_system_that_is_there_is_taken_into_a_file_by_its_key_and_keeps_its_id(session, cast, ada):
    text = "registry: 1\nid: triage\nkey: AI-0001\ntechnique: Trees\n"
    assert steps(applied(session, ada, text)) == [("triage", "change", "technique")]
    assert steps(applied(session, ada, text.replace("key: AI-0001\n", ""))) == []
    for wrong in (text.replace("triage", "other"), text.replace("AI-0001", "AI-0003")):
        with pytest.raises(RuleBroken):
            applied(session, ada, wrong)
    with pytest.raises(RuleBroken):
        applied(session, ada, text, text)


def test_carried_to_another_register_files_come_out_the_same_to_the_byte(session, cast, letters, request):
    def written_in(one):
        found = [each for each in every_system(one, DOOR) if each.name in {"Letter sorter", "Scan reader"}]
        return [written(queries.exported(one, DOOR, each, with_key=False)) for each in found]

    texts = written_in(session)
    kind = "sqlite" if "sqlite" in request.node.name else "postgresql"
    with databases.fresh(kind, "cast", lambda _database: None) as other, Session(other.engine) as there:
        other.begin(there, read_only=False)
        archive(there, cast)
        assert all(each.is_new for each in applied(there, DOOR, *texts))
        assert written_in(there) == texts
        assert steps(applied(there, DOOR, *texts)) == []
        there.rollback()


def test_tags_that_a_file_names_are_its_own_and_those_of_people_stay_beside_them(session, letters, owner):
    annotations.retag(session, owner, letters.id, add=["Urgent"])
    moved = LETTERS.replace("  - letters\n", "  - inbox\n")
    assert steps(applied(session, owner, moved)) == [
        ("letter-sorter", "end", "tags.letters"),
        ("letter-sorter", "add", "tags.inbox"),
    ]
    assert [each.name for each in tags_of(session, [letters.id])[letters.id]] == ["claims", "inbox", "Urgent"]
    # Capitals make no other tag.
    [done] = applied(session, owner, moved.replace("- inbox", "- InBox"))
    assert (done.plan.steps, done.plan.kept) == ((), ("visibility", "tags.urgent"))
    annotations.retag(session, owner, letters.id, remove=["inbox"])
    assert queries.kept_in(session, owner, letters).changed == ("tags.inbox",)
    with pytest.raises(RuleBroken) as refused:
        applied(session, owner, moved)
    assert [field for field, _ in problems(refused)] == ["tags.inbox"]

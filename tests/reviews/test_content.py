"""What is material of a record: each declared statement changes the hash and is named; names of people and units do not."""

from decimal import Decimal

import pytest

from registry.classification.actions import Verdict, complete
from registry.data_sources import actions as data
from registry.data_sources.rules.sources import Purpose, SourceFacts, Stated
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.kernel.calendar import Cadence
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts
from registry.reviews.queries.content import content_of, contents_of
from registry.reviews.queries.reviews import content_submitted, newest_submission
from registry.reviews.rules.content import changed
from registry.systems.rules.record import Kind as SystemKind
from registry.systems.rules.record import Reversibility, Tier
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from tests.classification.answering import answers
from tests.reviews.doing import edited, later, submitted
from tests.store.statements import counted

STATEMENTS = {
    "Kind of system": {"kind": SystemKind.AGENT},
    "Intended use": {"intended_use": "Sorting."},
    "Out of scope": {"out_of_scope": "Refusing."},
    "Affected people": {"affected_people": "Claimants."},
    "Autonomy": {"autonomy": 3},
    "Reversibility": {"reversibility": Reversibility.NOT},
    "Oversight plan": {"oversight_plan": "Ben looks."},
    "Vendor": {"vendor_name": "Acme"},
    "Where it runs": {"deployed_where": "Frankfurt"},
    "Users": {"users": "Claims handlers"},
    "Known limitations": {"known_limitations": "Slow."},
    "Roles under the law": {"legal_roles": "Deployer"},
    "Vendor: way out": {"vendor_exit": "Ninety days."},
}


def test_each_declared_statement_of_the_record_is_named_when_it_changes_and_no_other_is(session, cast):
    before = content_of(session, cast.triage)
    for label, fields in STATEMENTS.items():
        edited(session, cast, **fields)
        now = content_of(session, cast.triage)
        assert [each.label for each in changed(before, now)] == [label]
        before = now
    edited(session, cast, name="Claims sorting", summary="Sorts.", complaints_contact="x@example.org")
    assert content_of(session, cast.triage).sha256 == before.sha256
    cast.people["ada"].name = "Ada Married"
    assert content_of(session, cast.triage).sha256 == before.sha256


def test_what_the_law_makes_of_a_system_and_its_tier_are_material(session, cast):
    ada, triage = cast.actor(session, "ada"), cast.triage
    before = content_of(session, triage)
    told = []
    for given, verdict in (
        (answers(t_direct="yes", t_obvious="no"), Verdict()),
        (answers(t_direct="yes", t_obvious="no", placed="before_2026_08"), Verdict()),
        (answers(t_direct="yes", t_obvious="no"), Verdict(Tier.HIGH, "It decides.")),
        (answers(), Verdict()),
    ):
        complete(session, ada, triage, given, verdict)
        now = content_of(session, triage)
        told.append([(each.label, each.before, each.after) for each in changed(before, now)])
        before = now
    told_people = "People are told that they deal with AI; tier"
    assert told == [
        [("Classification", "", f"{told_people} limited")],
        [],
        [("Classification", f"{told_people} limited", f"{told_people} high")],
        [("Classification", f"{told_people} high", "Minimal risk; tier high")],
    ]


def test_objective_metrics_data_dependencies_and_the_version_in_use_are_material(session, cast):
    with later():
        ada, number = cast.actor(session, "ada"), cast.triage.id
        before = content_of(session, cast.triage)

        def differs():
            nonlocal before
            now = content_of(session, cast.triage)
            found, before = [each.label for each in changed(before, now)], now
            return found

        objectives.set_objective(
            session, ada, number, ObjectiveFacts(stop_condition="Recall below 0.8"), version=0
        )
        assert differs() == ["Objective: stop condition"]
        facts = MetricFacts(Kind.ACCURACY, "Recall", target=Decimal("0.9"))
        metric = objectives.add_metric(session, ada, number, facts)
        assert differs() == ["Metric “Recall”"]
        metric.target = Decimal("0.80")
        assert differs() == ["Metric “Recall”: target"]
        metric.minimum_sample, metric.cadence = 5, Cadence.YEARLY
        assert differs() == ["Metric “Recall”: cases at least", "Metric “Recall”: measured"]
        metric.name = "Precision"
        assert differs() == ["Metric “Precision”: name"]
        source = data.add_source(session, ada, SourceFacts(name="Claims", owner_id=cast.number("ada")))
        data.attach(session, ada, number, source, Purpose.TRAINING)
        assert differs() == ["Data “Claims”"]
        source.special_category, source.schema_version = Stated.YES, "9"
        assert differs() == ["Data “Claims”: special categories", "Data “Claims”: version of its schema"]
        service = DependencyFacts(Direction.UPSTREAM, service="Postcodes")
        depends = dependencies.add_dependency(session, ada, number, service)
        assert differs() == [f"Dependency {depends.id} (Postcodes)"]
        model = versions.add_version(
            session, ada, number, VersionFacts("1", "First.", evaluation="Recall 0.9", significant=False)
        )
        assert differs() == []
        versions.approve(session, cast.actor(session, "dee"), model, version=model.version)
        assert differs() == ["Version in use"]
        versions.put_live(session, ada, number, [(model, 100)])
        assert differs() == []


def test_the_content_of_many_systems_takes_as_many_statements_as_that_of_one(database, session, cast):
    with counted(database) as one:
        content_of(session, cast.triage)
    with counted(database) as all_of_them:
        found = contents_of(session, [cast.triage, cast.sentinel, cast.pricing])
    assert len(one) == len(all_of_them)
    assert len({each.sha256 for each in found.values()}) == 3


@pytest.mark.parametrize("other", ["sentinel"])
def test_a_dependency_on_a_hidden_system_says_nothing_of_it(session, cast, other):
    ada = cast.actor(session, "ada")
    facts = DependencyFacts(Direction.UPSTREAM, other_system_id=getattr(cast, other).id)
    dependencies.add_dependency(session, ada, cast.triage.id, facts)
    kept = str(content_of(session, cast.triage).as_json())
    assert "Sentinel" not in kept
    assert "another system" in kept


def test_a_record_is_kept_in_its_order_on_either_database(database, cast):
    with later(), database.transaction() as session:
        submitted(session, cast)
    with database.transaction(read_only=True) as session:
        now = content_of(session, session.get_one(type(cast.triage), cast.triage.id))
        kept = content_submitted(newest_submission(session, 1))
        assert (list(kept.fields.items()), kept.listed) == (list(now.fields.items()), now.listed)

"""Objectives, metrics and value written through their actions, with what is refused and what the ledger keeps."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.kernel.calendar import Cadence
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.kernel.guard_rails import Bound
from registry.objectives import actions, queries
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.gaps import is_guarded, is_measurable
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts, ValueFacts
from registry.people import actions as people
from registry.people.queries import person_by_id
from registry.systems.queries import by_key
from tests.ownership.racing import second_of
from tests.store.statements import counted

D = Decimal
PURPOSE = ObjectiveFacts(
    problem="Urgent claims wait behind small ones.",
    decision_changed="Which claim a handler opens next.",
    expected_value=D("1200000.50"),
    currency="EUR",
)
BEGUN = MetricFacts(kind=Kind.ACCURACY, name="Right first time")
VALUE = ValueFacts(date(2026, 6, 30), D("210000.10"), "EUR", "Cost report Q2")


@pytest.fixture
def house(database, cast):
    return database, cast


def last_entry(session):
    return session.execute(
        sa.select(LedgerEntry.event, LedgerEntry.subject_kind, LedgerEntry.system_id)
        .order_by(LedgerEntry.seq.desc())
        .limit(1)
    ).one()


def refused_fields(refusal):
    return [problem.field for problem in refusal.value.problems]


def whole(cast):
    return MetricFacts(
        kind=Kind.ACCURACY,
        name="  Right first time ",
        unit="%",
        direction=Direction.HIGHER,
        baseline=D("81.50"),
        baseline_on=date(2026, 3, 31),
        target=D("92"),
        target_on=date(2027, 3, 31),
        warn_bound=Bound.AT_LEAST,
        warn_low=D("88"),
        breach_bound=Bound.AT_LEAST,
        breach_low=D("80"),
        minimum_sample=200,
        cadence=Cadence.MONTHLY,
        grace_days=5,
        number_owner_id=cast.number("ben"),
        groups=("age band", "region"),
    )


def test_an_objective_is_set_changed_and_recorded(house):
    database, cast = house
    number = cast.triage.id
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        actions.set_objective(session, ada, number, replace(PURPOSE, problem=" Slow.\r\nVery. "), version=0)
    with database.transaction() as session:
        assert last_entry(session) == (Event.OBJECTIVE_SET, "objective", number)
        found = queries.objective_of(session, number)
        assert (found.problem, found.expected_value, found.version) == ("Slow.\nVery.", D("1200000.50"), 1)
        actions.set_objective(session, cast.actor(session, "ben"), number, PURPOSE, version=1)
    with database.transaction(read_only=True) as session:
        found = queries.objective_of(session, number)
        assert queries.objective_facts(found) == PURPOSE
        assert found.version == 2
        assert queries.objectives_by_system(session, [number, cast.pricing.id]).keys() == {number}


@pytest.mark.parametrize("name", ["mia", "otto", "olga", "rita", "eva", "aud", "hedy"])
def test_only_those_with_a_seat_and_administrators_change_objectives(house, name):
    database, cast = house
    with database.transaction() as session:
        number = cast.triage.id
        metric = actions.add_metric(session, cast.actor(session, "ada"), number, BEGUN)
        actor = cast.actor(session, name)
        for attempt in (
            lambda: actions.set_objective(session, actor, number, PURPOSE, version=0),
            lambda: actions.add_metric(session, actor, number, replace(BEGUN, name="Other")),
            lambda: actions.edit_metric(session, actor, metric, BEGUN, version=metric.version),
            lambda: actions.retire_metric(session, actor, metric, "because"),
            lambda: actions.record_value(session, actor, number, VALUE),
        ):
            with pytest.raises(Forbidden):
                attempt()


def test_an_administrator_may_set_an_objective_on_any_system(house):
    database, cast = house
    with database.transaction() as session:
        actions.set_objective(session, cast.actor(session, "adam"), cast.triage.id, PURPOSE, version=0)
        assert queries.objective_of(session, cast.triage.id) is not None


def test_an_edit_that_comes_too_late_shows_both_sides_and_changes_nothing(house):
    database, cast = house
    number = cast.triage.id
    with database.transaction() as session:
        actions.set_objective(session, cast.actor(session, "ada"), number, PURPOSE, version=0)
    late = replace(PURPOSE, problem="Something else.")
    for version in (0, 2):
        with (
            pytest.raises(Conflict) as refused,
            database.transaction() as session,
        ):
            actions.set_objective(session, cast.actor(session, "ben"), number, late, version=version)
        assert refused.value.current_version == 1
        assert [(each.field, each.theirs, each.yours) for each in refused.value.differences] == [
            ("problem", PURPOSE.problem, "Something else.")
        ]
    with database.transaction(read_only=True) as session:
        assert queries.objective_facts(queries.objective_of(session, number)) == PURPOSE


def test_an_empty_objective_is_refused(house):
    database, cast = house
    with database.transaction() as session, pytest.raises(RuleBroken) as refused:
        actions.set_objective(
            session, cast.actor(session, "ada"), cast.triage.id, ObjectiveFacts(), version=0
        )
    assert refused_fields(refused) == ["problem"]


def test_a_metric_keeps_every_digit_and_counts_as_its_row_too(house):
    database, cast = house
    with database.transaction() as session:
        actions.add_metric(session, cast.actor(session, "ada"), cast.triage.id, whole(cast))
    with database.transaction(read_only=True) as session:
        assert last_entry(session) == (Event.METRIC_ADDED, "success_metric", cast.triage.id)
        (metric,) = queries.metrics_of(session, cast.triage.id)
        assert queries.metric_facts(metric) == replace(whole(cast), name="Right first time")
        assert str(metric.baseline) == "81.50"
        assert metric.slug == "right-first-time"
        assert is_measurable(metric)
        assert is_guarded(metric)


def test_a_slug_stays_when_the_name_changes_and_is_never_given_out_again(house):
    database, cast = house
    number = cast.triage.id
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        metric = actions.add_metric(session, ada, number, BEGUN)
        actions.edit_metric(session, ada, metric, replace(BEGUN, name="Sorted right"), version=1)
        actions.retire_metric(session, ada, metric, "The queue is gone.")
        again = actions.add_metric(session, ada, number, BEGUN)
        assert (metric.slug, again.slug) == ("right-first-time", "right-first-time-2")


def test_two_metrics_in_use_never_share_a_name_but_a_retired_one_gives_it_back(house):
    database, cast = house
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        first = actions.add_metric(session, ada, cast.triage.id, BEGUN)
        with pytest.raises(RuleBroken) as refused:
            actions.add_metric(session, ada, cast.triage.id, replace(BEGUN, name="RIGHT first Time"))
        assert refused_fields(refused) == ["name"]
        actions.edit_metric(session, ada, first, replace(BEGUN, unit="%"), version=1)
        actions.add_metric(session, ada, cast.sentinel.id, BEGUN)
        actions.retire_metric(session, ada, first, "No longer needed.")
        actions.add_metric(session, ada, cast.triage.id, BEGUN)


def test_the_database_itself_refuses_a_second_metric_of_the_same_slug(house):
    database, cast = house
    with database.transaction() as session:
        actions.add_metric(session, cast.actor(session, "ada"), cast.triage.id, BEGUN)
        twin = SuccessMetric(system_id=cast.triage.id, slug="right-first-time", kind=Kind.ACCURACY, name="x")
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(twin)


def test_a_retired_metric_is_neither_changed_nor_retired_again_and_stays_readable(house):
    database, cast = house
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        metric = actions.add_metric(session, ada, cast.triage.id, BEGUN)
        with pytest.raises(RuleBroken) as refused:
            actions.retire_metric(session, ada, metric, "  ")
        assert refused_fields(refused) == ["because"]
        actions.retire_metric(session, ada, metric, " The queue is gone. ")
        for attempt in (
            lambda: actions.retire_metric(session, ada, metric, "again"),
            lambda: actions.edit_metric(session, ada, metric, BEGUN, version=metric.version),
        ):
            with pytest.raises(RuleBroken):
                attempt()
        assert list(queries.metrics_of(session, cast.triage.id)) == []
        assert [
            each.retired_because for each in queries.metrics_of(session, cast.triage.id, retired=True)
        ] == ["The queue is gone."]
        assert queries.metrics_by_system(session, [cast.triage.id]) == {cast.triage.id: []}


def test_the_owner_of_a_number_is_somebody_who_is_here_unless_already_named(house):
    database, cast = house
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        metric = actions.add_metric(session, ada, cast.triage.id, whole(cast))
        ben = person_by_id(session, cast.number("ben"))
        people.mark_as_left(session, cast.actor(session, "adam"), ben, date(2026, 1, 1))
        actions.edit_metric(session, ada, metric, replace(whole(cast), unit="share"), version=1)
        for gone in (cast.number("ben"), 10_000):
            with pytest.raises(RuleBroken) as refused:
                actions.add_metric(
                    session, ada, cast.triage.id, replace(BEGUN, name="Another", number_owner_id=gone)
                )
            assert refused_fields(refused) == ["number_owner_id"]


def test_a_late_edit_of_a_metric_is_a_conflict_not_a_loss(house):
    database, cast = house
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        metric = actions.add_metric(session, ada, cast.triage.id, BEGUN)
        actions.edit_metric(session, ada, metric, replace(BEGUN, unit="%"), version=1)
        with pytest.raises(Conflict) as refused:
            actions.edit_metric(session, ada, metric, replace(BEGUN, groups=("region",)), version=1)
        differing = {each.field: (each.theirs, each.yours) for each in refused.value.differences}
        assert differing == {"unit": ("%", ""), "groups": ([], ["region"])}
        assert (metric.unit, metric.groups) == ("%", [])


def test_an_edit_that_changes_nothing_keeps_the_revision(house):
    database, cast = house
    with database.transaction() as session:
        metric = actions.add_metric(session, cast.actor(session, "ada"), cast.triage.id, whole(cast))
    with database.transaction() as session:
        found = queries.metric_by_slug(session, cast.triage.id, metric.slug, lock=True)
        actions.edit_metric(session, cast.actor(session, "ada"), found, whole(cast), version=1)
    with database.transaction(read_only=True) as session:
        assert queries.metric_by_slug(session, cast.triage.id, metric.slug).version == 1


def test_of_two_first_objectives_at_once_one_stands_and_the_other_is_told(house):
    database, cast = house

    def as_pages_do(session, name):
        system = by_key(session, cast.actor(session, name), "AI-1", lock=True)
        facts = replace(PURPOSE, problem=name)
        actions.set_objective(session, cast.actor(session, name), system.id, facts, version=0)

    outcome = second_of(
        database, lambda one: as_pages_do(one, "ada"), lambda other: as_pages_do(other, "ben")
    )
    assert outcome == "Conflict"
    with database.transaction(read_only=True) as session:
        assert queries.objective_of(session, cast.triage.id).problem == "ada"


def test_of_two_metrics_added_at_once_each_gets_its_own_slug(house):
    database, cast = house

    def as_pages_do(session, name):
        system = by_key(session, cast.actor(session, "ada"), "AI-1", lock=True)
        actions.add_metric(session, cast.actor(session, "ada"), system.id, replace(BEGUN, name=name))

    outcome = second_of(
        database, lambda one: as_pages_do(one, "Time"), lambda other: as_pages_do(other, "Time!")
    )
    assert outcome == "done"
    with database.transaction(read_only=True) as session:
        assert [metric.slug for metric in queries.metrics_of(session, cast.triage.id)] == ["time", "time-2"]


def test_a_metric_is_found_only_under_its_own_system(house):
    database, cast = house
    with database.transaction() as session:
        metric = actions.add_metric(session, cast.actor(session, "ada"), cast.triage.id, BEGUN)
        assert queries.metric_by_slug(session, cast.triage.id, metric.slug) is metric
        with pytest.raises(NotFound):
            queries.metric_by_slug(session, cast.pricing.id, metric.slug)


def test_value_realised_is_added_to_and_read_newest_first(house):
    database, cast = house
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        actions.record_value(session, ada, cast.triage.id, VALUE)
        actions.record_value(
            session, ada, cast.triage.id, replace(VALUE, on_day=date(2026, 9, 30), amount=D("-0"))
        )
        actions.record_value(
            session, ada, cast.triage.id, replace(VALUE, amount=D("-10.10"), note="Correction")
        )
    with database.transaction(read_only=True) as session:
        entries = queries.values_of(session, cast.triage.id)
        assert [str(entry.amount) for entry in entries] == ["0", "-10.10", "210000.10"]
        assert {entry.recorded_by_id for entry in entries} == {cast.number("ada")}
        assert last_entry(session) == (Event.VALUE_RECORDED, "value_realised", cast.triage.id)


def test_value_of_a_day_to_come_is_refused(house):
    database, cast = house
    ahead = replace(VALUE, on_day=clock.later(2).date())
    with database.transaction() as session, pytest.raises(RuleBroken) as refused:
        actions.record_value(session, cast.actor(session, "ada"), cast.triage.id, ahead)
    assert refused_fields(refused) == ["on_day"]


def test_what_belongs_to_several_systems_is_read_in_one_statement_each(house):
    database, cast = house
    numbers = [cast.triage.id, cast.sentinel.id, cast.pricing.id]
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        for number in numbers[:2]:
            actions.set_objective(session, ada, number, PURPOSE, version=0)
            actions.add_metric(session, ada, number, BEGUN)
    with database.transaction(read_only=True) as session:
        with counted(database) as statements:
            objectives = queries.objectives_by_system(session, numbers)
            metrics = queries.metrics_by_system(session, numbers)
        assert len(statements) == 2
        assert objectives.keys() == set(numbers[:2])
        assert {number: len(found) for number, found in metrics.items()} == dict(
            zip(numbers, (1, 1, 0), strict=True)
        )
        assert queries.objectives_by_system(session, []) == queries.metrics_by_system(session, []) == {}

"""card_facts(): what is read, for whom, in how many statements, of one moment; and that nothing unread becomes a zero."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter

import pytest
from sqlalchemy.exc import OperationalError

from registry.audit.queries import entries_about
from registry.cards.queries import card_facts, gathering
from registry.cards.rules.canonical import card_json, content_hash
from registry.cards.rules.facts import CardStopped, Rail
from registry.data_sources.rules.sources import Purpose
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.drift import actions as drifting
from registry.drift.rules.comparing import Standing
from registry.drift.rules.measures import Measure as DriftMeasure
from registry.fairness.rules.measures import Measure
from registry.feedback import actions as feedback
from registry.feedback.actions import Incoming
from registry.feedback.rules.feedback import Door, FeedbackFacts, Outcome
from registry.incidents.actions.corrective import set_action
from registry.incidents.actions.linking import spread
from registry.incidents.actions.moving import move
from registry.incidents.actions.opening import open_incident
from registry.incidents.actions.reports import begin
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import Status
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat, Token
from registry.kernel.errors import Forbidden
from registry.kernel.guard_rails import Bound
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.alerts import Severity
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives.rules.judging import Verdict
from registry.systems import actions as systems
from registry.systems.queries import by_number, facts_of
from registry.systems.rules.record import Visibility
from tests.cards.filling import add_metric, add_source, fill, measure
from tests.drift.test_actions import ages, batch
from tests.fairness.counting import counted as counts_by_group
from tests.fairness.counting import day, sent
from tests.incidents.happening import at as incident_at
from tests.incidents.happening import facts as incident_facts
from tests.incidents.happening import later
from tests.store.statements import counted


def facts_of_card(database, cast, name="ada", system="triage"):
    with database.transaction(read_only=True) as session:
        actor = cast.actor(session, name)
        return card_facts(session, actor, by_number(session, getattr(cast, system).id))


def test_everything_recorded_reaches_the_card(database, cast):
    fill(database, cast)
    facts = facts_of_card(database, cast)
    assert facts.identity.key == cast.triage.key
    assert facts.identity.name == "Claims triage"
    assert facts.ownership.unit == "Halden Mutual / Claims"
    assert [(each.seat, each.name, each.email) for each in facts.ownership.holders] == [
        (Seat.OWNER, "Ada Owner", "ada@example.org"),
        (Seat.DEPUTY, "Dee Deputy", "dee@example.org"),
        (Seat.ENGINEERING_LEAD, "Ben Engineer", "ben@example.org"),
    ]
    assert facts.objective.problem == "Urgent claims wait too long."
    (metric,) = facts.metrics
    assert (metric.baseline, metric.target, metric.number_owner) == (
        Decimal("38.0"),
        Decimal("92.5"),
        "Ben Engineer",
    )
    assert metric.breach == Rail(Bound.AT_LEAST, Decimal(85), None)
    assert metric.warn is None
    assert [(each.on, each.amount) for each in facts.realised] == [(date(2025, 10, 31), Decimal("61000.50"))]
    (source,) = facts.sources
    assert (source.name, source.owner, source.steward) == ("Claims ledger 0", "Ada Owner", "Mia Colleague")
    assert [use.purpose for use in source.uses] == [Purpose.OPERATIONAL_INPUT]


def test_a_check_carries_its_latest_result_and_only_its_own(database, cast):
    fill(database, cast, sources=2)
    for source in facts_of_card(database, cast).sources:
        (check,) = source.checks
        assert (check.latest.on, check.latest.value, check.latest.met) == (
            date(2025, 10, 2),
            Decimal("98.4"),
            True,
        )


def test_a_source_used_twice_stands_once(database, cast):
    from registry.data_sources import actions, queries

    fill(database, cast)
    with database.transaction() as session:
        ((_, source),) = queries.uses_of(session, cast.triage.id)
        actions.attach(session, cast.actor(session, "ada"), cast.triage.id, source, Purpose.TRAINING)
    (source,) = facts_of_card(database, cast).sources
    assert {use.purpose for use in source.uses} == {Purpose.OPERATIONAL_INPUT, Purpose.TRAINING}


def test_the_origin_is_the_last_ledger_entry_about_the_system(database, cast):
    fill(database, cast)
    facts = facts_of_card(database, cast)
    with database.transaction(read_only=True) as session:
        entries = entries_about(session, cast.triage.id, limit=200)
        assert (facts.origin.seq, facts.origin.at) == (entries[0].seq, entries[0].at)
        assert facts.origin.at.tzinfo is UTC
        assert facts.origin.changes == len(entries)
        assert facts.origin.revision == by_number(session, cast.triage.id).version
    assert len(facts.origin.leaf) == 64


def test_the_same_record_gives_the_same_bytes_whoever_asks(database, cast):
    fill(database, cast)
    made = {card_json(facts_of_card(database, cast, name)) for name in ("ada", "mia", "aud", "adam", "olga")}
    assert len(made) == 1


def test_a_change_elsewhere_leaves_the_card_as_it_was(database, cast):
    before = content_hash(facts_of_card(database, cast))
    with database.transaction() as session:
        olga = cast.actor(session, "olga")
        pricing = by_number(session, cast.pricing.id)
        systems.edit(session, olga, pricing, facts_of(pricing), version=pricing.version)
    assert content_hash(facts_of_card(database, cast)) == before


def test_people_are_named_for_what_they_answer_for_and_mailed_only_in_their_seats(database, cast):
    fill(database, cast)
    text = card_json(facts_of_card(database, cast)).decode()
    assert "mia@example.org" not in text
    assert "Mia Colleague" in text
    for stranger in ("otto", "hedy", "rita", "adam"):
        assert cast.people[stranger].email not in text
        assert cast.people[stranger].name not in text


def test_it_needs_the_permission_on_this_system(database, cast):
    with database.transaction(read_only=True) as session:
        triage = by_number(session, cast.triage.id)
        narrowed = cast.actor(session, "ada")
        elsewhere = Actor(
            narrowed.person_id,
            "Ada",
            narrowed.roles,
            narrowed.seats,
            token=Token(1, frozenset({"registry:read"}), cast.pricing.id),
        )
        for nobody in (Actor(None, "nobody"), elsewhere):
            with pytest.raises(Forbidden):
                card_facts(session, nobody, triage)


def test_a_long_record_costs_as_many_statements_as_a_short_one(database, cast):
    def cost():
        with database.transaction(read_only=True) as session:
            ada, triage = cast.actor(session, "ada"), by_number(session, cast.triage.id)
            with counted(database) as statements:
                card_facts(session, ada, triage)
        return len(statements)

    fill(database, cast)
    with database.transaction() as session:
        measure(session, cast)
    short = cost()
    for more in "abcd":
        with database.transaction() as session:
            measure(session, cast, more, more)
    for write in (add_metric, add_source) * 4:
        with database.transaction() as session:
            write(session, cast, cast.actor(session, "ada"))
    assert cost() == short
    # Two about groups, one about forecasts, three about drift; twenty-four about what stands of it, is signed and kept, of
    # which fifteen read the record as reviews are held against it; one about the edition before.
    assert short <= 60


READS = {
    "the unit": ("people", "unit_paths"),
    "the seats": ("ownership", "held_on"),
    "the objective": ("objectives", "objective_of"),
    "the metrics": ("objectives", "metrics_of"),
    "the sources of data": ("data_sources", "uses_of"),
    "the versions": ("operation", "live_now"),
    "the readings": ("operation", "latest_of"),
    "the alerts": ("operation", "unresolved_of"),
    "the dependencies": ("operation.depending", "lines_of"),
    "the feedback": ("operation.feedback", "weekly_figures"),
    "the counts by group": ("measured.reading", "recent_windows"),
    "the forecasts": ("measured.reading", "forecasts_page"),
    "the drift of features": ("measured", "newest_of"),
    "the incidents": ("incidents", "times_of"),
    "the classification": ("classification", "newest_run"),
    "the reviews, risks, tests and evidence": ("assurance", "standing_of"),
    "the edition before": ("since", "newest_issued"),
    "the names of people": ("people", "people_by_id"),
    "the rule pack": ("lifecycle", "standing_of"),
}


@pytest.mark.parametrize("what", READS)
def test_what_cannot_be_read_stops_the_card_and_is_named(database, cast, monkeypatch, what):
    fill(database, cast)
    module, name = READS[what]

    def fails(*_arguments, **_named):
        raise OperationalError("SELECT count(*)", {}, Exception("disk I/O error"))

    monkeypatch.setattr(attrgetter(module)(gathering), name, fails)
    with pytest.raises(CardStopped, match=rf"{what} could not be read \(OperationalError\)"):
        facts_of_card(database, cast)


@pytest.mark.parametrize(
    "table", ["success_metric", "data_use", "quality_result", "value_realised", "handover"]
)
def test_a_table_that_cannot_be_read_stops_the_card(database, cast, table):
    fill(database, cast)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_away")
    with pytest.raises(CardStopped, match="could not be read"):
        facts_of_card(database, cast)


def test_a_read_that_swallowed_its_own_failure_would_not_get_past_these_tests(database, cast, monkeypatch):
    # What a known peer ships: the query fails, the page says there is nothing.
    fill(database, cast)
    monkeypatch.setattr(gathering.objectives, "metrics_of", lambda *_arguments, **_named: [])
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"), pytest.raises(CardStopped):
        facts_of_card(database, cast)


def test_a_system_the_ledger_does_not_know_has_no_card(database, cast):
    with database.transaction(read_only=True) as session:
        triage = by_number(session, cast.triage.id)
        assert gathering._place(session, triage).changes > 0
        triage.id, kept = 999_999, triage.id
        with pytest.raises(CardStopped, match="the ledger holds no entry about AI-999999"):
            gathering._place(session, triage)
        triage.id = kept


def test_a_system_without_an_owner_has_no_card(database, cast, monkeypatch):
    real = gathering.ownership.held_on
    monkeypatch.setattr(
        gathering.ownership,
        "held_on",
        lambda *arguments: [each for each in real(*arguments) if each.assignment.seat is not Seat.OWNER],
    )
    with pytest.raises(CardStopped, match="has no accountable owner"):
        facts_of_card(database, cast)


def test_a_card_is_of_one_moment_even_if_the_record_changes_while_it_is_read(database, cast, monkeypatch):
    real, writes = gathering.people.unit_paths, iter([add_metric])

    def and_somebody_adds_a_metric(session):
        for write in writes:
            with database.transaction() as other:
                write(other, cast, cast.actor(other, "ada"))
        return real(session)

    monkeypatch.setattr(gathering.people, "unit_paths", and_somebody_adds_a_metric)
    facts = facts_of_card(database, cast)
    # SQLite shows the moment the reading began, PostgreSQL the one after the change; either is whole.
    with database.transaction(read_only=True) as session:
        entries = {entry.seq: entry.event for entry in entries_about(session, cast.triage.id)}
    assert len(facts.metrics) == (1 if entries[facts.origin.seq] == "metric.added" else 0)
    assert facts.origin.changes == len([seq for seq in entries if seq <= facts.origin.seq])


def test_a_record_edited_before_the_reading_began_is_read_anew(database, cast):
    with database.transaction() as session:
        triage = by_number(session, cast.triage.id)
        assert triage.technique == ""
        # On SQLite the reader's snapshot rules this out, and a second writer would have to wait for it.
        if not database.is_sqlite:
            with database.transaction() as other:
                theirs = by_number(other, cast.triage.id)
                facts = replace(facts_of(theirs), technique="Boosted trees")
                systems.edit(other, cast.actor(other, "ada"), theirs, facts, version=theirs.version)
            made = card_facts(session, cast.actor(session, "ada"), triage)
            assert (made.identity.technique, made.origin.revision) == ("Boosted trees", 2)


def test_a_record_that_never_rests_has_no_card(database, cast, monkeypatch):
    places = (gathering._Place(number, "2026-11-02T09:30:00.000000Z", "a" * 64, 1) for number in range(1, 99))
    monkeypatch.setattr(gathering, "_place", lambda *_arguments: next(places))
    with pytest.raises(CardStopped, match="kept changing"):
        facts_of_card(database, cast)


def test_the_recipient_of_an_open_offer_is_not_named(database, cast):
    from registry.ownership import actions as ownership

    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        ownership.offer_handover(session, ada, cast.triage.id, cast.number("mia"), "I change units.")
    facts = facts_of_card(database, cast)
    assert facts.ownership.handover_offered_at is not None
    assert "Mia" not in card_json(facts).decode()


def test_what_happens_in_operation_reaches_the_card_and_no_restricted_system_is_named(database, cast):
    fill(database, cast)
    with clock.frozen(datetime(2090, 3, 6, 12, tzinfo=UTC)), database.transaction() as session:
        ada, number = cast.actor(session, "ada"), cast.triage.id
        for end, group in ((4, ""), (5, ""), (5, '{"site":"north"}')):
            at = datetime(2090, 3, end, tzinfo=UTC)
            point = PointIn("urgent-claims-found-0", at, at, Decimal(70 + end), 200, group=group)
            record_snapshots(session, ada, number, Batch("", "", "", (point,)))
        for other in (cast.pricing, cast.sentinel):
            dependencies.add_dependency(
                session, ada, number, DependencyFacts(Direction.UPSTREAM, other_system_id=other.id)
            )
        dependencies.add_dependency(
            session, ada, number, DependencyFacts(Direction.DOWNSTREAM, service="Letters")
        )
        said = [Incoming(FeedbackFacts(5)), Incoming(FeedbackFacts(1, Outcome.OVERRIDDEN))]
        feedback.receive(session, ada, number, Door.STAFF, said)
    facts = facts_of_card(database, cast)
    (metric,) = facts.metrics
    assert (metric.latest.value, metric.latest.n, metric.latest.verdict) == (75, 200, Verdict.BREACH)
    assert [each.group for each in metric.by_group] == ['{"site":"north"}']
    assert [(each.severity, each.count) for each in facts.alerts] == [
        (Severity.CRITICAL, 1),
        (Severity.CRITICAL, 2),
    ]
    # Since the window that was bad first, as the page of the alert says, and not since somebody was told.
    assert {each.since for each in facts.alerts} == {
        datetime(2090, 3, 4, tzinfo=UTC),
        datetime(2090, 3, 5, tzinfo=UTC),
    }
    assert [each.other for each in facts.dependencies] == [
        f"{cast.pricing.key} {cast.pricing.name}",
        "",
        "Letters",
    ]
    told = facts.feedback
    assert (told.first, told.last) == (date(2090, 2, 13), date(2090, 3, 6))
    assert (told.received, told.satisfied, told.ratings, told.against, told.decided) == (2, 1, 2, 1, 1)
    assert cast.sentinel.name not in card_json(facts).decode()
    # However much later it is asked for, and by whomever: it is the same record.
    with clock.frozen(datetime(2091, 1, 1, tzinfo=UTC)):
        assert content_hash(facts_of_card(database, cast, "adam")) == content_hash(facts)


def test_incidents_reach_the_card_of_each_system_as_far_as_everybody_may_know_of_them(database, cast):
    with later(), database.transaction() as session:
        ada, adam = cast.actor(session, "ada"), cast.actor(session, "adam")
        alone, both = (
            open_incident(session, ada, cast.triage, incident_facts(title=title)) for title in "AB"
        )
        spread(session, adam, both, by_number(session, cast.pricing.id))
        begin(session, ada, alone, "serious_default", "Authority", "Europe/Berlin", incident_at(-2))
        move(session, ada, alone, Status.INVESTIGATING, at=incident_at(-2))
        move(session, ada, alone, Status.RESOLVED, at=incident_at(-1))
        due = incident_at(24).date()
        set_action(session, ada, alone, ActionFacts("Guard it", owner_id=cast.number("ben"), due_on=due))
    log = facts_of_card(database, cast).incidents
    assert [each.title for each in log.incidents] == ["B", "A"]
    assert (log.last - log.first).days in {730, 731}
    assert (log.detect.n, log.detect.median_seconds) == (2, Decimal("7200.000000"))
    assert (log.resolve.n, log.resolve.open, log.resolve.p90_seconds) == (1, 1, Decimal("7200.000000"))
    assert [(one.authority, one.is_met) for one in log.incidents[1].reports] == [("Authority", None)]
    assert [(each.title, each.incident) for each in log.actions] == [("Guard it", alone.id)]
    assert [each.title for each in facts_of_card(database, cast, system="pricing").incidents.incidents] == [
        "B"
    ]
    with database.transaction() as session:
        adam, system = cast.actor(session, "adam"), by_number(session, cast.pricing.id)
        hidden = replace(facts_of(system), visibility=Visibility.RESTRICTED)
        systems.edit(session, adam, system, hidden, version=system.version)
    left = facts_of_card(database, cast).incidents
    assert ([each.title for each in left.incidents], left.undescribed) == (["A"], 1)
    assert facts_of_card(database, cast, "adam").incidents == facts_of_card(database, cast).incidents


def test_what_was_measured_by_group_by_forecast_and_by_feature_reaches_the_card_as_the_pages_show_it(
    database, cast
):
    with database.transaction() as session:
        measure(session, cast)
        # Newer, and too few to compare; without a bound; a feature that nothing is compared with.
        sent(session, cast, *counts_by_group({"female": (4, 9), "male": (5, 9)}, at=7))
        sent(session, cast, *counts_by_group({"old": (50, 100), "young": (40, 100)}, attribute="age"))
        unwatched = batch(replace(ages(3), feature="postcode"))
        drifting.record_distributions(session, cast.actor(session, "ben"), cast.triage.id, unwatched)
    facts = facts_of_card(database, cast)
    age, sex = facts.attributes
    assert (age.attribute, age.measure, age.acceptable) == ("age", Measure.IMPACT_RATIO, "")
    assert {each.verdict for each in age.compared} == {Verdict.NO_GUARD_RAIL}
    assert (sex.acceptable, sex.newer, sex.furthest) == ("impact ratio at least 0.8", 1, "female")
    assert (sex.window_start, sex.window_end) == (day(0), day(1))
    assert [(each.group, each.n, each.verdict, each.value) for each in sex.groups] == [
        ("diverse", 10, Verdict.TOO_FEW, None),
        ("female", 200, Verdict.BREACH, Decimal("0.500000")),
        ("male", 200, Verdict.MET, Decimal("1.000000")),
    ]
    assert sex.groups[0].withheld == "It has 10 of the 30 cases that this rate needs."
    assert sex.groups[1].low < Decimal("0.5") < sex.groups[1].high < Decimal("0.8")
    (told,) = facts.calibration
    assert (told.n, told.error, told.brier) == (150, Decimal("0.023333"), Decimal("0.068500"))
    (moved,) = facts.drift
    assert (moved.feature, moved.baseline, moved.n) == ("age", "training data", 2_000)
    assert (moved.standing, moved.measure) == (Standing.SIGNIFICANT, DriftMeasure.PSI)
    assert moved.value > Decimal("0.25") > moved.by_chance > 0
    assert facts.without_baseline == 1
    assert card_json(facts_of_card(database, cast, "adam")) == card_json(facts)

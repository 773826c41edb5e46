"""Stages, stops, autonomy and spells out of compliance, written through their actions on both databases."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.accounts.queries import actor_for
from registry.audit.models import LedgerEntry
from registry.classification.actions import Verdict, complete
from registry.classification.queries.runs import newest_run
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.kernel import clock
from registry.kernel.actor import Actor, Role, Seat, Token, the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.lifecycle import jobs
from registry.lifecycle.actions import autonomy, stages, stopping
from registry.lifecycle.models import AutonomyRequest, ComplianceSpell, EmergencyStop, StageChange
from registry.lifecycle.queries.gates import gate_of, subjects_of
from registry.lifecycle.queries.header import header
from registry.lifecycle.queries.stages import days_out, held_from, request_open, stop_of
from registry.lifecycle.queries.touching import is_relied_on_unseen
from registry.lifecycle.rules.autonomy import Evidence
from registry.lifecycle.rules.gates import GATE_FACTS, Gate
from registry.lifecycle.rules.stages import Move
from registry.oversight import actions as oversight
from registry.oversight.rules import Bounds, DrillFacts, Training
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.rules import Function
from registry.reviews.rules.kinds import Decision, Kind
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.systems.rules.record import Stage, Tier
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from tests.cast import Cast
from tests.journeys.furnished import furnish
from tests.reviews.doing import decided, edited, later, ready
from tests.store.statements import counted

DOOR = the_registry("demo")


NOT_FURNISHED = {
    *("compliance_answered", "dependencies_tested", "overseer_trained", "override_bounds", "drill_current"),
    *("no_critical_alert", "not_silent"),
}


def brought(session, cast: Cast, stage: Stage) -> System:
    triage = session.get_one(System, cast.triage.id)
    stages.bring(session, DOOR, triage, stage, "It ran before it was registered.")
    return triage


def lift(*told):
    return stopping.lift(*told, confirmed_at=clock.now())


def decide(*told, granted):
    return autonomy.decide(*told, granted=granted, confirmed_at=clock.now())


def events(session, system) -> list[str]:
    session.flush()
    rows = session.exec(
        select(LedgerEntry).where(LedgerEntry.system_id == system.id).order_by(LedgerEntry.seq)
    )
    return [row.event for row in rows]


def test_a_system_climbs_gate_by_gate_and_each_step_keeps_the_criteria_as_they_stood(session, cast):
    triage, ada = session.get_one(System, cast.triage.id), cast.actor(session, "ada")
    with pytest.raises(RuleBroken, match="The gate to in development does not hold yet"):
        stages.advance(session, ada, triage)
    furnish(session, cast)
    ownership.fill_seat(session, ada, cast.triage.id, Seat.COMPLIANCE_LEAD, person_id=cast.number("mia"))
    # It was classified as prohibited: nobody begins to build it until a reviewer has set another tier.
    with pytest.raises(RuleBroken, match="does not hold yet: G44"):
        stages.advance(session, ada, triage)
    answers = newest_run(session, cast.triage.id).answers
    lower = Verdict(Tier.HIGH, "What was prohibited about it is gone.")
    complete(session, cast.actor(session, "rita"), triage, answers, lower)
    assert stages.advance(session, ada, triage).to_stage is Stage.IN_DEVELOPMENT
    assert stages.advance(session, ada, triage, "Built.").to_stage is Stage.IN_VALIDATION
    [*_, last] = session.exec(select(StageChange).order_by(StageChange.id)).all()
    assert (last.move, last.reason, last.pack_id, last.pack_edition) == (
        Move.ADVANCED,
        "Built.",
        "gates",
        "2026.2",
    )
    assert {line["id"] for line in last.criteria} >= {"G01", "G11"}
    assert all(line["met"] for line in last.criteria)
    # A test failed, and nobody who watches it is named: the gate says exactly that.
    found = gate_of(session, triage, Stage.PILOT)
    assert [line.id for line in found.open] == ["G34", "G40", "G42", "G46"]
    with pytest.raises(RuleBroken, match="G34, G40, G42 and G46"):
        stages.advance(session, ada, triage)
    with pytest.raises(Forbidden):
        stages.advance(session, cast.actor(session, "adam"), triage)


def test_every_fact_of_a_gate_is_computed_in_a_fixed_number_of_statements(session, database, cast):
    furnish(session, cast)
    triage, ada, ben = session.get_one(System, cast.triage.id), cast.actor(session, "ada"), cast.number("ben")
    pricing = session.get_one(System, cast.pricing.id)
    session.flush()
    before = subjects_of(session, [triage])[cast.triage.id].facts
    assert {fact for fact in GATE_FACTS if not before[fact]} == NOT_FURNISHED
    ownership.fill_seat(session, ada, cast.triage.id, Seat.OVERSEER, person_id=ben)
    today = clock.today()
    oversight.record_training(
        session, ada, cast.triage.id, Training(ben, "The stop", today, today, may_stop=True)
    )
    oversight.set_bounds(
        session, ada, cast.triage.id, Bounds(Decimal(1), Decimal(9), "Last year's."), version=0
    )
    oversight.record_drill(session, ada, cast.triage.id, DrillFacts(today, "Pressed it.", True, 40, ben))
    session.flush()
    with counted(database) as one:
        after = subjects_of(session, [triage])[cast.triage.id].facts
    assert all(after[fact] for fact in ("overseer_trained", "override_bounds", "drill_current", "overseer"))
    with counted(database) as many:
        subjects_of(session, [triage, pricing])
    assert len(one) == len(many) <= 37
    # A training that has run out and a drill that failed since take back what was shown.
    oversight.record_training(
        session, ada, cast.triage.id, Training(ben, "The stop", today, today, may_stop=False)
    )
    oversight.record_drill(session, ada, cast.triage.id, DrillFacts(today, "Again.", False))
    session.flush()
    again = subjects_of(session, [triage])[cast.triage.id].facts
    assert not again["overseer_trained"]
    assert not again["drill_current"]


def test_a_stop_holds_until_a_reviewer_who_does_not_own_the_system_lifts_it(session, cast):
    triage, ada, rita = (
        brought(session, cast, Stage.LIVE),
        cast.actor(session, "ada"),
        cast.actor(session, "rita"),
    )
    with pytest.raises(RuleBroken, match="why it has to stop"):
        stopping.stop(session, ada, triage, " ")
    with pytest.raises(Forbidden):
        stopping.stop(session, cast.actor(session, "mia"), triage, "Wrong letters.")
    stop = stopping.stop(session, ada, triage, "Wrong letters go out.")
    assert (triage.stage, stop.from_stage, stop.by_machine) == (Stage.SUSPENDED, Stage.LIVE, False)
    for act in (
        lambda: stopping.stop(session, rita, triage, "Too."),
        lambda: stages.advance(session, ada, triage),
        lambda: stages.lower(session, rita, triage, Move.SENT_BACK, Stage.IN_VALIDATION, "Back."),
    ):
        with pytest.raises(RuleBroken, match="stopped"):
            act()
    for name in ("ada", "dee", "adam"):
        with pytest.raises(Forbidden):
            lift(session, cast.actor(session, name), triage, stop, Stage.LIVE, "Fine.")
    with pytest.raises(Forbidden):
        program = Actor(rita.person_id, "Rita", rita.roles, token=Token(1, frozenset({"systems:stop"})))
        lift(session, program, triage, stop, Stage.LIVE, "Fine.")
    with pytest.raises(RuleBroken, match="A review of the incident"):
        lift(session, rita, triage, stop, Stage.RESTRICTED, "The printer was at fault.")
    cast.triage = triage
    with later():
        decided(session, cast, ready(session, cast, kind=Kind.INCIDENT))
    lifted = lift(session, rita, triage, stop, Stage.RESTRICTED, "The printer was at fault.")
    assert (triage.stage, lifted.lifted_to, stop_of(session, triage.id)) == (
        Stage.RESTRICTED,
        Stage.RESTRICTED,
        None,
    )
    assert held_from(session, triage) is Stage.LIVE
    with pytest.raises(Conflict):
        lift(session, rita, triage, stop, Stage.LIVE, "Again.")
    assert [row.move for row in session.exec(select(StageChange).order_by(StageChange.id))] == [
        Move.BROUGHT,
        Move.STOPPED,
        Move.LIFTED,
    ]


def test_a_stop_is_lifted_on_the_newest_word_on_what_was_handed_in_since_and_never_past_the_gate(
    session, cast
):
    with later():
        triage = brought(session, cast, Stage.LIVE)
        cast.triage = triage
        ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
        before = ready(session, cast, kind=Kind.CHANGE)
    with later(seconds=10):
        stop = stopping.stop(session, ada, triage, "Wrong letters go out.")
    with later(seconds=20):

        def refused(match="A review of the incident", to=Stage.RESTRICTED):
            with pytest.raises(RuleBroken, match=match):
                lift(session, rita, triage, stop, to, "The printer was at fault.")

        decided(session, cast, before)
        refused()
        decided(session, cast, ready(session, cast, kind=Kind.PERIODIC))
        refused()
        decided(session, cast, ready(session, cast, kind=Kind.INCIDENT))
        refused("The gate to live does not hold yet", Stage.LIVE)
        edited(session, cast, intended_use="Entirely different.")
        refused()
        decided(session, cast, ready(session, cast, kind=Kind.CHANGE))
        no = {"decision": Decision.REJECT, "reason": "It must not be used."}
        decided(session, cast, ready(session, cast, kind=Kind.PERIODIC), **no)
        refused()
        decided(session, cast, ready(session, cast, kind=Kind.INCIDENT))
        decided(session, cast, ready(session, cast, kind=Kind.DECOMMISSION), **no)
        lift(session, rita, triage, stop, Stage.RESTRICTED, "The printer was at fault.")
        session.flush()
        [*_, kept] = session.exec(select(StageChange).order_by(StageChange.id)).all()
        assert (kept.move, kept.to_stage, kept.pack_id) == (Move.LIFTED, Stage.RESTRICTED, "gates")
        assert {"G02", "G54"} <= {line["id"] for line in kept.criteria if not line["met"]}


def test_what_a_reviewer_suspended_is_let_go_on_by_a_reviewer_who_does_not_answer_for_it(
    session, cast, monkeypatch
):
    triage, ada, rita = (
        brought(session, cast, Stage.LIVE),
        cast.actor(session, "ada"),
        cast.actor(session, "rita"),
    )
    monkeypatch.setattr(stages, "gate_of", lambda *_: Gate(Stage.LIVE, "gates", "2026.1", ()))
    stages.lower(session, ada, triage, Move.SUSPENDED, Stage.SUSPENDED, "Mending it.")
    session.flush()
    with pytest.raises(Forbidden, match="Its owner or deputy"):
        stages.release(session, rita, triage)
    stages.advance(session, ada, triage)
    stages.lower(session, rita, triage, Move.RESTRICTED, Stage.RESTRICTED, "Complaints.")
    # Holding it further does not make the hold one's own.
    stages.lower(session, ada, triage, Move.SUSPENDED, Stage.SUSPENDED, "Mending it.")
    session.flush()
    with pytest.raises(Forbidden, match="A reviewer restricted or suspended it"):
        stages.advance(session, ada, triage)
    with pytest.raises(RuleBroken, match="A reviewer restricted or suspended it"):
        stages.lower(session, ada, triage, Move.SENT_BACK, Stage.IN_VALIDATION, "So it climbs again.")
    with pytest.raises(Forbidden, match="You answer for this system"):
        stages.release(session, _also_deputy(rita, triage), triage)
    assert stages.release(session, rita, triage).to_stage is Stage.LIVE


def _also_deputy(reviewer: Actor, system: System) -> Actor:
    return Actor(
        reviewer.person_id, reviewer.name, reviewer.roles, {system.id or 0: frozenset({Seat.DEPUTY})}
    )


def test_what_a_hidden_system_relies_on_is_not_retired_before_its_people_are_told(session, cast):
    facts = DependencyFacts(Direction.UPSTREAM, other_system_id=cast.pricing.id)
    relies = dependencies.add_dependency(session, cast.actor(session, "ada"), cast.sentinel.id, facts)
    session.flush()
    pricing, olga = session.get_one(System, cast.pricing.id), cast.actor(session, "olga")
    with pytest.raises(RuleBroken, match="Others that you may not know of rely on it") as refused:
        stages.retire(session, olga, pricing, "Over.", "", told=False)
    assert "Sentinel" not in str(refused.value)
    with session.begin_nested() as tried:
        dependencies.end_dependency(session, cast.actor(session, "ada"), relies, "It reads the table now.")
        session.flush()
        assert not is_relied_on_unseen(session, olga, pricing)
        tried.rollback()
    assert stages.retire(session, olga, pricing, "Over.", "", told=True).to_stage is Stage.RETIRED


def test_what_did_harm_is_retired_without_being_let_go_on_and_its_stop_ends_with_it(session, cast):
    triage, ada = brought(session, cast, Stage.LIVE), cast.actor(session, "ada")
    facts = VersionFacts("2.1", "Retrained.", significant=False)
    model = versions.add_version(session, ada, triage.id, facts)
    session.flush()
    versions.approve(session, cast.actor(session, "dee"), model, version=model.version)
    stop = stopping.stop(session, ada, triage, "Wrong letters go out.")
    with pytest.raises(RuleBroken, match="Its system is stopped"):
        versions.put_live(session, ada, triage.id, [(model, 100)])
    with pytest.raises(RuleBroken, match="how it is taken out of use"):
        stages.retire(session, ada, triage, "Never again.", "", told=False)
    stages.retire(session, ada, triage, "Never again.", "Its model and its access are deleted.", told=False)
    session.flush()
    assert (triage.stage, stop.lifted_to, stop.lifted_by_id) == (
        Stage.RETIRED,
        Stage.RETIRED,
        cast.number("ada"),
    )
    assert stop_of(session, triage.id) is None
    with pytest.raises(RuleBroken, match="Its system is retired"):
        versions.add_version(session, ada, triage.id, replace(facts, label="2.2"))


@pytest.mark.parametrize("stage", [Stage.RESTRICTED, Stage.SUSPENDED])
def test_what_was_brought_over_as_held_goes_on_over_the_gate_to_live_and_not_back_to_proposed(
    session, cast, stage
):
    triage = brought(session, cast, stage)
    assert held_from(session, triage) is None
    with pytest.raises(RuleBroken, match="The gate to live does not hold yet"):
        stages.advance(session, cast.actor(session, "ada"), triage)


def test_who_owned_a_system_when_it_was_stopped_does_not_lift_the_stop_later(session, cast):
    triage, ada = brought(session, cast, Stage.LIVE), cast.actor(session, "ada")
    stop = stopping.stop(session, ada, triage, "Wrong letters go out.")
    session.flush()
    ownership.fill_seat(session, ada, triage.id, Seat.DEPUTY, person_id=cast.number("ben"))
    dee = actor_for(session, cast.people["dee"], via="session")
    reviewer = Actor(dee.person_id, dee.name, dee.roles | {Role.REVIEWER})
    with pytest.raises(Forbidden, match="or did since"):
        lift(session, reviewer, triage, stop, Stage.LIVE, "Fine.")


def test_whoever_held_an_owner_seat_in_between_or_holds_it_in_a_team_neither_lifts_nor_grants(session, cast):
    triage, ada = brought(session, cast, Stage.LIVE), cast.actor(session, "ada")
    triage.autonomy = 1
    asked = autonomy.ask(session, ada, triage, Evidence("Two quarters without an override."))
    stop = stopping.stop(session, ada, triage, "Wrong letters go out.")

    def refused(name, why="or did since"):
        actor = cast.actor(session, name)
        with pytest.raises(Forbidden, match=why):
            lift(session, actor, triage, stop, Stage.RESTRICTED, "Fine.")
        with pytest.raises(Forbidden, match=why):
            decide(session, actor, triage, asked, "Fine.", granted=False)

    rita = {"leader_id": cast.number("mia"), "member_ids": frozenset({cast.number("rita")})}
    deputies = people.add_team(session, the_registry("command"), "Deputies", Function.BUSINESS, **rita)
    seat = ownership.fill_seat(session, ada, triage.id, Seat.DEPUTY, team_id=deputies.id)
    session.flush()
    refused("rita")
    with later(1):
        ownership.vacate_seat(session, ada, seat)
        session.flush()
        refused("rita")


def test_what_a_reviewer_decides_asks_for_the_password_whichever_door_it_comes_through(session, cast):
    triage, ada, rita = (
        brought(session, cast, Stage.LIVE),
        cast.actor(session, "ada"),
        cast.actor(session, "rita"),
    )
    triage.autonomy = 1
    asked = autonomy.ask(session, ada, triage, Evidence("Two quarters without an override."))
    stop = stopping.stop(session, ada, triage, "Wrong letters go out.")
    for given in (None, clock.now() - timedelta(minutes=6), clock.now() + timedelta(minutes=6)):
        with pytest.raises(RuleBroken, match="Give your password again"):
            stopping.lift(session, rita, triage, stop, Stage.RESTRICTED, "Fine.", confirmed_at=given)
        with pytest.raises(RuleBroken, match="Give your password again"):
            autonomy.decide(session, rita, triage, asked, "Fine.", granted=False, confirmed_at=given)


def test_the_database_itself_keeps_one_stop_and_one_request_at_a_time_and_its_decider_another(session, cast):
    number, ada = cast.triage.id, cast.number("ada")
    stop = {"system_id": number, "from_stage": Stage.LIVE, "stopped_at": clock.now(), "reason": "x"}
    asked = {"system_id": number, "from_level": 2, "to_level": 3, "evidence": "x", "asked_at": clock.now()}
    by = {"asked_by_id": ada}
    decided = {"decided_at": clock.now(), "decided_by_id": ada, "granted": True, "because": "x"}
    for rows in (
        [EmergencyStop(**stop), EmergencyStop(**stop)],
        [AutonomyRequest(**asked, **by), AutonomyRequest(**asked, **by)],
        [AutonomyRequest(**asked, **by, **decided)],
        [AutonomyRequest(**(asked | {"to_level": 4}), **by)],
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add_all(rows)
            session.flush()


def test_autonomy_in_use_is_raised_by_a_reviewer_on_evidence_and_not_by_editing(session, cast):
    furnish(session, cast)
    triage, ada, rita = (
        brought(session, cast, Stage.PILOT),
        cast.actor(session, "ada"),
        cast.actor(session, "rita"),
    )
    more = facts_of(triage)
    with pytest.raises(RuleBroken, match="one level at a time and on evidence"):
        systems.edit(
            session, ada, triage, type(more)(**{**_values(more), "autonomy": 3}), version=triage.version
        )
    asked = request_open(session, triage.id)
    with pytest.raises(RuleBroken, match="asked already"):
        autonomy.ask(session, ada, triage, Evidence("Me too."))
    assert (asked.from_level, asked.to_level) == (2, 3)
    assert asked.numbers[0] == {
        "metric": "Share sorted right",
        "value": "91 %",
        "n": 90,
        "verdict": "too_few",
        "until": asked.numbers[0]["until"],
    }
    with pytest.raises(Forbidden):
        decide(session, ada, triage, asked, "Mine.", granted=True)
    with session.begin_nested() as tried:
        stopping.stop(session, ada, triage, "It decided wrongly by itself.")
        with pytest.raises(RuleBroken, match="It was stopped"):
            decide(session, rita, triage, asked, "The report holds.", granted=True)
        tried.rollback()
    decide(session, rita, triage, asked, "The report holds.", granted=True)
    assert triage.autonomy == 3
    with pytest.raises(Conflict):
        decide(session, rita, triage, asked, "Again.", granted=False)
    autonomy.lower(session, rita, triage, 1, "Complaints.")
    assert triage.autonomy == 1


def _values(facts):
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__}


def test_a_live_system_below_its_gate_is_not_moved_but_says_for_how_many_days(database, cast):
    noon = clock.now()
    with database.transaction() as session:
        brought(session, cast, Stage.LIVE)
    for days in (0, 0, 2):
        with clock.frozen(noon + timedelta(days=days)):
            jobs.note_compliance(database, {})
    with database.transaction() as session, clock.frozen(noon + timedelta(days=3)):
        triage = session.get_one(System, cast.triage.id)
        [spell] = session.exec(select(ComplianceSpell)).all()
        assert (triage.stage, days_out(session, [triage.id])) == (Stage.LIVE, {triage.id: 4})
        assert spell.since == noon.date()
        assert "G02" in {line["id"] for line in spell.criteria}
        ada = cast.actor(session, "ada")
        stages.lower(session, ada, triage, Move.RESTRICTED, Stage.RESTRICTED, "Fewer cases.")
    with clock.frozen(noon + timedelta(days=3)):
        jobs.note_compliance(database, {})
    with database.transaction() as session, clock.frozen(noon + timedelta(days=4)):
        triage = session.get_one(System, cast.triage.id)
        # Restricted it is in use still.
        assert header(session, ada, triage)["days_out"] == 5
        stages.lower(session, ada, triage, Move.SUSPENDED, Stage.SUSPENDED, "Mending it.")
    with clock.frozen(noon + timedelta(days=4)):
        jobs.note_compliance(database, {})
    with database.transaction(read_only=True) as session:
        [spell] = session.exec(select(ComplianceSpell)).all()
        assert spell.ended_at is not None
        assert [each for each in events(session, triage) if each.startswith("compliance")] == [
            "compliance.lost",
            "compliance.left",
        ]

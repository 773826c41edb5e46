"""What authorities have to be told: begun by the edition in force, moved by counsel, sent first and in full."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.audit.queries import verify
from registry.incidents.actions import dropping
from registry.incidents.actions import reports as actions
from registry.incidents.actions.merging import merge
from registry.incidents.actions.moving import close, move
from registry.incidents.actions.timeline import state_cause
from registry.incidents.models.incidents import Incident
from registry.incidents.queries import beside
from registry.incidents.queries import reports as queries
from registry.incidents.rules.clocks import Standing
from registry.incidents.rules.kinds import Status
from registry.kernel import clock
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from tests.incidents.happening import at, is_whole, later, opened, timeline
from tests.ownership.doing import events, said

AUTHORITY = "Bundesnetzagentur"
TOLD = f"{AUTHORITY} has to be told by"


def begun(session, cast, incident, duty="serious_default", by="ada", authority=AUTHORITY, **more):
    stated = {"zone": "Europe/Berlin", "aware_at": at(-2)} | more
    return actions.begin(session, cast.actor(session, by), incident, duty, authority, **stated)


def test_a_report_is_due_by_the_edition_in_force_moved_by_counsel_and_sent_twice(database, cast):
    with later(), database.transaction() as session:
        ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
        incident = opened(session, cast)
        report = begun(session, cast, incident)
        assert (report.days, report.pack, report.due_at) == (
            15,
            "eu-incidents 2026.1",
            datetime(2090, 3, 18, 23, tzinfo=UTC),
        )
        with pytest.raises(RuleBroken, match="already"):
            begun(session, cast, incident, authority=f" {AUTHORITY} ")
        with pytest.raises(Forbidden):
            begun(session, cast, incident, "serious_death", by="mia")
        sooner = begun(session, cast, incident, "serious_widespread_or_critical")
        assert list(queries.reports_of(session, incident.id)) == [sooner, report]
        with pytest.raises(Forbidden):
            actions.move_due(session, ada, report, at(24), "Sooner is better.")
        actions.move_due(session, rita, report, at(24), "The regulator asked for it.")
        assert list(queries.reports_of(session, incident.id)) == [report, sooner]
        assert queries.clock_of(report).until == at(24) != report.due_at
        waiting = [one for one, _ in queries.unsent_for(session, ada)]
        assert waiting == [report, sooner]
        assert [queries.unsent_for(session, cast.actor(session, name)) for name in ("mia", "olga")] == [
            [],
            [],
        ]

    with later(30), database.transaction() as session:
        ada = cast.actor(session, "ada")
        report, incident = queries.report_by_number(session, ada, report.id, lock=True)
        assert queries.clock_of(report).standing(clock.now()) is Standing.OVERDUE
        with pytest.raises(RuleBroken) as refusal:
            actions.sent(session, ada, report, full=False, at=at(31), reference="")
        assert said(refusal) == ["reference", "at"]
        actions.sent(session, ada, report, full=False, at=at(29), reference="BNA-17")
        assert [one for one, _ in queries.unsent_for(session, ada)] == [sooner]
        actions.sent(session, ada, report, full=True, at=at(30), reference="BNA-17/2")
        assert queries.clock_of(report).standing(clock.now()) is Standing.COMPLETE
        assert timeline(session, incident)[-5:] == [
            f"{TOLD} the end of 18 Mar 2090 (Europe/Berlin), 15 days after awareness: AI Act, Article 73(2).",
            f"{TOLD} the end of 5 Mar 2090 (Europe/Berlin), 2 days after awareness: AI Act, Article 73(3).",
            f"{TOLD} 4 Mar 2090, 12:00 UTC, instead: The regulator asked for it.",
            "A first report was sent to Bundesnetzagentur, too late: BNA-17",
            "The full report was sent to Bundesnetzagentur, too late: BNA-17/2",
        ]
    with database.transaction(read_only=True) as session:
        steps = ["set", "set", "moved", "sent", "sent"]
        assert events(session, cast.triage)[-5:] == [f"authority_report.{step}" for step in steps]
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_reports_of_a_merged_incident_are_those_of_the_incident_that_goes_on(database, cast):
    with later(), database.transaction() as session:
        incident, other, last = (opened(session, cast) for _ in range(3))
        report, ada = begun(session, cast, incident), cast.actor(session, "ada")
        for one, into in ((incident, other), (other, last)):
            merge(session, ada, one, into)
        with pytest.raises(RuleBroken, match="merged"):
            begun(session, cast, incident, "serious_death")
        actions.sent(session, ada, report, full=True, at=clock.now(), reference="BNA-17")
        assert list(queries.reports_of(session, last.id)) == [report]


def test_no_report_begins_before_the_first_edition_nor_by_a_zone_that_is_not_there(session, cast):
    with later():
        incident = opened(session, cast)
        for zone in ("", "Berlin", "../etc/passwd", "Europe"):
            with pytest.raises(RuleBroken) as refusal:
                begun(session, cast, incident, zone=zone)
            assert said(refusal) == ["zone"]
    before = clock.frozen(datetime(2026, 8, 1, 12, tzinfo=UTC))
    with before, pytest.raises(RuleBroken, match="in force yet"):
        begun(session, cast, incident)


def test_of_a_restricted_system_no_report_is_known_to_others(session, cast):
    with later():
        number = begun(session, cast, opened(session, cast, cast.sentinel)).id
        for name, sees in (("ada", True), ("rita", True), ("ben", False), ("eva", False)):
            actor = cast.actor(session, name)
            if sees:
                assert isinstance(queries.report_by_number(session, actor, number)[1], Incident)
            else:
                with pytest.raises(NotFound):
                    queries.report_by_number(session, actor, number)


def test_a_report_that_need_not_be_sent_is_dropped_by_another_and_taken_up_again(database, cast):
    with later(), database.transaction() as session:
        ada, rita = (cast.actor(session, name) for name in ("ada", "rita"))
        incident = opened(session, cast)
        report = actions.begin(
            session, ada, incident, "serious_default", "Authority A", "Europe/Berlin", at(-1)
        )
        session.flush()
        for who, because, refusal in ((ada, "A slip.", Forbidden), (rita, " ", RuleBroken)):
            with pytest.raises(refusal):
                dropping.drop(session, who, report, because)
        dropping.drop(session, rita, report, "It is no serious incident.")
        session.flush()
        assert queries.unsent_for(session, ada) == []
        assert beside.next_clocks(session, [incident.id]) == {}
        with pytest.raises(RuleBroken, match="said already"):
            dropping.drop(session, rita, report, "Again.")
        dropping.take_up_again(session, rita, report, "It is one after all.")
        session.flush()
        assert [each for each, _ in queries.unsent_for(session, ada)] == [report]
        mine = actions.begin(
            session, rita, incident, "serious_default", "Authority B", "Europe/Berlin", at(-1)
        )
        session.flush()
        with pytest.raises(RuleBroken, match="You added this report"):
            dropping.drop(session, rita, mine, "A slip.")
        told = timeline(session, incident)
        assert "Authority A need not be told: It is no serious incident." in told
        assert "Authority A has to be told all the same: It is one after all." in told
    assert is_whole(database)


def test_when_somebody_was_aware_is_corrected_and_the_day_computed_anew(database, cast):
    with later(), database.transaction() as session:
        ada, rita = (cast.actor(session, name) for name in ("ada", "rita"))
        incident = opened(session, cast)
        report = actions.begin(
            session, ada, incident, "serious_default", "Authority A", "Europe/Berlin", at(-1)
        )
        actions.move_due(session, rita, report, at(24 * 30), "Counsel says so.")
        before = report.due_at
        for aware, because in (
            (at(-1), "Same."),
            (at(2), "Ahead."),
            (at(-40), "Before it began."),
            (at(-2), ""),
        ):
            with pytest.raises(RuleBroken):
                dropping.correct(session, rita, report, aware, because)
        with pytest.raises(Forbidden):
            dropping.correct(session, ada, report, at(-2), "We knew earlier.")
        incident.started_at = at(-50)
        dropping.correct(session, rita, report, at(-26), "We knew a day earlier.")
        assert (before - report.due_at, report.override_at) == (timedelta(days=1), None)
        assert any("at another time than 3 Mar 2090" in line for line in timeline(session, incident))


def test_an_incident_is_closed_before_its_authority_is_told_only_with_a_reason(database, cast):
    with later(), database.transaction() as session:
        ada, rita = (cast.actor(session, name) for name in ("ada", "rita"))
        incident = opened(session, cast)
        actions.begin(session, ada, incident, "serious_default", "Authority A", "Europe/Berlin", at(-1))
        for status in (Status.INVESTIGATING, Status.RESOLVED):
            move(session, ada, incident, status)
        state_cause(session, ada, incident, "A field was renamed.", "")
        session.flush()
        with pytest.raises(RuleBroken, match="Authority A has still to be told"):
            close(session, rita, incident)
        close(session, rita, incident, "It answers on Monday.")
        assert "Closed. Authority A has still to be told: It answers on Monday." in timeline(
            session, incident
        )
        assert queries.unsent_for(session, ada)

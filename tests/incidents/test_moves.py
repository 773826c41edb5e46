"""How an incident goes on: taken on, stopped, resolved by one person, closed by another; back where it was not so."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.incidents.actions.editing import edit, judge
from registry.incidents.actions.linking import mark_recurrence, merge
from registry.incidents.actions.moving import close, move
from registry.incidents.actions.reports import begin
from registry.incidents.actions.timeline import note, state_cause, write_post_mortem
from registry.incidents.rules.kinds import Pattern, Severity, Status
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from tests.incidents.happening import WHOLE, at, facts, is_whole, later, opened, timeline
from tests.ownership.doing import events

WORKER = the_registry("worker")


def resolved(session, cast, **more):
    """An incident that Dee has resolved, with its cause stated."""
    dee, incident = cast.actor(session, "dee"), opened(session, cast, **more)
    move(session, dee, incident, Status.INVESTIGATING, at=at(-2))
    move(session, dee, incident, Status.RESOLVED, at=at(-1))
    state_cause(session, dee, incident, "A field was renamed.", "Nobody was told.")
    return incident


def test_an_incident_goes_from_open_to_closed_and_two_people_agree_that_it_is_over(database, cast):
    with later(), database.transaction() as session:
        dee, incident = cast.actor(session, "dee"), opened(session, cast)
        move(session, dee, incident, Status.INVESTIGATING, at=at(-2.5))
        move(session, dee, incident, Status.MITIGATED, at=at(-2))
        move(session, dee, incident, Status.RESOLVED, at=at(-1), because="Put back to 1.1.")
        state_cause(session, dee, incident, "A field was renamed.", "Nobody was told.")
        with pytest.raises(Forbidden, match="You resolved"):
            close(session, dee, incident)
        with pytest.raises(Forbidden, match="accountable owner"):
            close(session, cast.actor(session, "ben"), incident)
        close(session, cast.actor(session, "ada"), incident)
        assert incident.status is Status.CLOSED
        assert [incident.acknowledged_at, incident.mitigated_at, incident.resolved_at] == [
            at(-2.5),
            at(-2),
            at(-1),
        ]
        for act in (
            lambda: move(session, dee, incident, Status.INVESTIGATING, because="Again."),
            lambda: judge(session, dee, incident, severity=Severity.SEVERE, because="Worse."),
            lambda: edit(session, dee, incident, facts("Otherwise")),
            lambda: state_cause(session, dee, incident, "Other", ""),
        ):
            with pytest.raises(RuleBroken, match="recurrence"):
                act()
        note(session, dee, incident, None, "The supplier has answered.")
        assert timeline(session, incident)[-2:] == ["Closed.", "The supplier has answered."]
    assert is_whole(database)
    with database.transaction(read_only=True) as session:
        assert events(session, cast.triage)[-7:] == [
            *("incident.opened", "incident.moved", "incident.moved", "incident.moved", "incident.edited"),
            *("incident.closed", "incident.noted"),
        ]


def test_from_severity_three_it_is_closed_with_a_post_mortem_that_says_everything(session, cast):
    with later():
        ada, incident = cast.actor(session, "ada"), resolved(session, cast, severity=Severity.SUBSTANTIAL)
        with pytest.raises(RuleBroken, match="write a post-mortem"):
            close(session, ada, incident)
        write_post_mortem(session, ada, incident, WHOLE.replace("## Impact\nSomething.", "## Impact"))
        with pytest.raises(RuleBroken, match="does not say yet: Impact"):
            close(session, ada, incident)
        write_post_mortem(session, ada, incident, WHOLE)
        close(session, ada, incident)
        assert timeline(session, incident)[-3:] == [
            "The post-mortem was written. It does not say yet: Impact.",
            "The post-mortem was written.",
            "Closed.",
        ]


def test_nobody_the_registry_cannot_name_resolves_what_is_closed_or_closes_it(session, cast):
    with later():
        incident = opened(session, cast)
        for status in (Status.INVESTIGATING, Status.RESOLVED):
            move(session, WORKER, incident, status)
        state_cause(session, WORKER, incident, "A field was renamed.", "")
        with pytest.raises(Forbidden, match="by a person"):
            close(session, WORKER, incident)
        with pytest.raises(RuleBroken, match="Nobody is named"):
            close(session, cast.actor(session, "ada"), incident)


def test_severity_and_pattern_change_with_a_reason_and_editing_leaves_them(session, cast):
    with later():
        ada, incident = cast.actor(session, "ada"), opened(session, cast)
        judge(session, ada, incident, severity=Severity.SEVERE, pattern=Pattern.F6, because="Minors only.")
        judge(session, ada, incident, missing_control="B15", because="Nobody had named them.")
        assert (incident.severity, incident.pattern, incident.pattern_because) == (4, "F6", "Minors only.")
        with pytest.raises(RuleBroken, match="Say what speaks for it"):
            judge(session, ada, incident, severity=Severity.MINOR, because=" ")
        seen = incident.version
        edit(
            session,
            ada,
            incident,
            facts("Otherwise", started_at=at(-9), lead_id=cast.number("ben")),
            version=seen,
        )
        assert (incident.title, incident.severity, incident.pattern) == ("Otherwise", 4, "F6")
        with pytest.raises(Conflict) as refused:
            edit(session, ada, incident, facts("Mine"), version=seen)
        assert {each.field for each in refused.value.differences} == {"title", "started_at", "lead_id"}
        move(session, ada, incident, Status.INVESTIGATING, at=at(-2))
        with pytest.raises(RuleBroken, match="before it was taken on"):
            edit(session, ada, incident, facts(detected_at=at(-1)))
        assert timeline(session, incident)[4:6] == [
            "When it began was corrected from 3 Mar 2090 07:00 UTC to 3 Mar 2090 03:00 UTC.",
            "Ben Engineer leads it now.",
        ]


def test_who_lowers_it_below_what_takes_a_post_mortem_does_not_close_it(database, cast):
    with later(), database.transaction() as session:
        ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
        incident = resolved(session, cast, severity=Severity.CATASTROPHIC)
        judge(session, ada, incident, severity=Severity.MINOR, because="Nobody was hurt after all.")
        with pytest.raises(Forbidden, match="You lowered the severity below 3"):
            close(session, ada, incident)
        # Nor what it was merged into.
        twin = resolved(session, cast)
        merge(session, ada, incident, twin)
        with pytest.raises(Forbidden, match="You lowered the severity below 3"):
            close(session, ada, twin)
        close(session, rita, twin)
    assert is_whole(database)


def test_that_it_had_been_taken_on_earlier_is_said_with_what_came_of_it(session, cast):
    with later():
        ada, incident = cast.actor(session, "ada"), opened(session, cast)
        move(session, ada, incident, Status.INVESTIGATING)
        with pytest.raises(RuleBroken, match="took it on 3 Mar 2090 12:00 UTC, and 3 Mar 2090 10:00"):
            move(session, ada, incident, Status.MITIGATED, at=at(-2))
        move(session, ada, incident, Status.MITIGATED, at=at(-2), taken_on_by_then=True)
        assert (incident.acknowledged_at, incident.mitigated_at) == (at(-2), at(-2))
        said = "The harm is stopped. It had been taken on by then, not only at 3 Mar 2090 12:00 UTC."
        assert timeline(session, incident)[-1] == said


def test_instants_stay_in_order_with_the_reports_and_recurrences_that_hang_on_them(session, cast):
    with later():
        ada, first = cast.actor(session, "ada"), resolved(session, cast)
        again = opened(session, cast, started_at=None, detected_at=at(-0.5))
        mark_recurrence(session, ada, again, first)
        begin(session, ada, again, "serious_default", "BNetzA", "Europe/Berlin", at(-0.4))
        for incident, more in (
            (again, {"started_at": None, "detected_at": at(-4)}),
            (again, {"started_at": at(-0.3), "detected_at": at(-0.2)}),
        ):
            with pytest.raises(RuleBroken):
                edit(session, ada, incident, facts(**more))


STEPS = st.lists(
    st.tuples(st.sampled_from(Status), st.integers(-6, 1), st.sampled_from(["", "Again."])), max_size=8
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_done_in_whatever_order_no_entry_of_the_timeline_is_lost(session, cast, steps):
    with later():
        ada, incident = cast.actor(session, "ada"), opened(session, cast)
        told = timeline(session, incident)
        for status, hour, because in steps:
            was = incident.status
            with suppress(RuleBroken, Forbidden):
                move(session, ada, incident, status, at=at(hour), because=because)
            now = timeline(session, incident)
            assert now[: len(told)] == told
            assert len(now) == len(told) + (incident.status is not was)
            told = now

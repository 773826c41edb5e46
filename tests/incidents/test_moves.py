"""How an incident goes on: taken on, stopped, resolved by one person, closed by another; back where it was not so."""

import pytest

from registry.audit.queries import verify
from registry.incidents.actions.editing import edit, judge
from registry.incidents.actions.moving import close, move
from registry.incidents.actions.timeline import note, state_cause
from registry.incidents.rules.kinds import Severity, Status
from registry.kernel.errors import Forbidden, RuleBroken
from tests.incidents.happening import at, facts, later, opened, timeline
from tests.ownership.doing import events


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
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []
        assert events(session, cast.triage)[-7:] == [
            *("incident.opened", "incident.moved", "incident.moved", "incident.moved", "incident.edited"),
            *("incident.closed", "incident.noted"),
        ]

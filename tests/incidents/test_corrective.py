"""Corrective actions: set, done by one, verified by another; on whose desk they are; who above is told, once per due day."""

from datetime import timedelta

import pytest

from registry.audit.actions import record
from registry.audit.queries import verify as verify_ledger
from registry.incidents.actions import corrective as actions
from registry.incidents.actions.moving import close, move
from registry.incidents.actions.timeline import state_cause
from registry.incidents.jobs.chasing import chase_actions
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries import corrective as queries
from registry.incidents.queries.corrective import Why
from registry.incidents.queries.visibility import incident_by_number
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import ActionState, Status
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.systems.rules.record import Visibility
from tests.incidents.happening import NOW, at, later, opened, timeline
from tests.ownership.doing import events, said
from tests.ownership.racing import second_of

TODAY = NOW.date()


def stated(cast, owner="mia", days=2, title="Watch the feed", **more):
    return ActionFacts(title, "", cast.number(owner), TODAY + timedelta(days=days), **more)


def set_by(session, cast, incident, by="ada", **more):
    return actions.set_action(session, cast.actor(session, by), incident, stated(cast, **more))


def desk(session, cast, name):
    return [(one.action.title, one.why) for one in queries.due_for(session, cast.actor(session, name))]


def test_one_does_it_and_another_verifies_it_and_the_timeline_tells_of_each(database, cast):
    with later(), database.transaction() as session:
        ada, ben, mia = (cast.actor(session, name) for name in ("ada", "ben", "mia"))
        incident = opened(session, cast)
        action = set_by(session, cast, incident)
        with pytest.raises(Forbidden):
            actions.set_action(session, mia, incident, stated(cast))
        with pytest.raises(Forbidden, match="Only its owner"):
            actions.done(session, cast.actor(session, "otto"), action, "Done.")
        assert [desk(session, cast, name) for name in ("mia", "ada", "dee", "hedy")] == [
            [("Watch the feed", Why.YOURS)],
            [],
            [],
            [],
        ]
        # Whoever works on it may say so in the owner's place, and may then not verify it; nor may the owner.
        actions.done(session, ben, action, "An alert is on.")
        for_verifying = [desk(session, cast, name) for name in ("mia", "ben", "ada", "dee", "otto")]
        assert for_verifying == [[], [], *[[("Watch the feed", Why.VERIFY)]] * 2, []]
        with pytest.raises(Forbidden, match="somebody else has to verify"):
            actions.verify(session, ben, action, "Fine.")
        with pytest.raises(Forbidden):
            actions.verify(session, mia, action, "Fine.")
        actions.reopen(session, ada, action, "It does not ring at night.", TODAY + timedelta(days=5))
        assert (action.state, action.done_by_id, action.reopened) == (ActionState.OPEN, None, 1)
        actions.done(session, mia, action, "Now it does.")
        with pytest.raises(RuleBroken):
            actions.verify(session, ada, action, " ")
        actions.verify(session, ada, action, "Rang at three.")
        assert (action.state, action.verified_by_id) == (ActionState.VERIFIED, cast.number("ada"))
        with pytest.raises(RuleBroken, match="verified"):
            actions.drop(session, ada, action, "No need.")
        [measure] = queries.actions_of(session, incident.id)
        assert (measure.owner.id, measure.done_by.id, measure.verified_by.id) == tuple(
            cast.number(name) for name in ("mia", "mia", "ada")
        )
        assert timeline(session, incident)[-5:] == [
            "To be done by Mia Colleague until 5 Mar 2090: Watch the feed",
            "Corrective action done: Watch the feed. An alert is on.",
            "Corrective action reopened: Watch the feed. It does not ring at night.",
            "Corrective action done: Watch the feed. Now it does.",
            "Corrective action verified: Watch the feed. Rang at three.",
        ]
    with database.transaction(read_only=True) as session:
        assert events(session, cast.triage)[-5:] == [
            f"corrective_action.{step}" for step in ("set", "done", "reopened", "done", "verified")
        ]
    with database.transaction(read_only=True) as session:
        assert verify_ledger(session).problems == []


def test_an_owner_without_a_seat_verifies_nothing_even_when_somebody_else_did_it(database, cast):
    with later(), database.transaction() as session:
        incident = opened(session, cast)
        action = set_by(session, cast, incident, owner="dee")
        actions.done(session, cast.actor(session, "ben"), action, "Done.")
        with pytest.raises(Forbidden, match="This action is yours"):
            actions.verify(session, cast.actor(session, "dee"), action, "Fine.")


def test_a_due_day_moves_with_a_reason_and_a_late_editor_is_told(database, cast):
    with later(), database.transaction() as session:
        ada = cast.actor(session, "ada")
        action = set_by(session, cast, opened(session, cast))
        session.flush()
        version = action.version
        with pytest.raises(RuleBroken) as refusal:
            actions.edit_action(session, ada, action, stated(cast, days=9))
        assert said(refusal) == ["because"]
        with pytest.raises(RuleBroken) as refusal:
            actions.edit_action(session, ada, action, stated(cast, system_id=cast.pricing.id))
        assert said(refusal) == ["system_id"]
        actions.edit_action(
            session, ada, action, stated(cast, owner="otto", days=9), because="Mia is away.", version=version
        )
        assert (action.owner_id, action.due_on) == (cast.number("otto"), TODAY + timedelta(days=9))
        with pytest.raises(Conflict):
            actions.edit_action(session, ada, action, stated(cast, owner="otto", days=9), version=version)


def test_of_a_restricted_system_nobody_does_anything_who_may_not_know_of_it(database, cast):
    with later(), database.transaction() as session:
        incident = opened(session, cast, cast.sentinel)
        with pytest.raises(RuleBroken) as refusal:
            set_by(session, cast, incident)
        assert said(refusal) == ["owner_id"]
        number = set_by(session, cast, incident, owner="hedy").id
        for name, sees in (("ada", True), ("hedy", True), ("rita", True), ("ben", False), ("mia", False)):
            actor = cast.actor(session, name)
            if sees:
                assert queries.action_by_number(session, actor, number)[0].id == number
            else:
                with pytest.raises(NotFound):
                    queries.action_by_number(session, actor, number)
        assert desk(session, cast, "hedy") == [("Watch the feed", Why.YOURS)]


def test_an_action_leaves_the_desk_of_whoever_may_no_longer_know_of_its_system(database, cast):
    with later(), database.transaction() as session:
        number = set_by(session, cast, opened(session, cast)).id
        cast.triage.visibility = Visibility.RESTRICTED
        session.add(cast.triage)
        record(
            session, cast.actor(session, "ada"), Event.SYSTEM_EDITED, cast.triage, system_id=cast.triage.id
        )
        session.flush()
        assert desk(session, cast, "mia") == []
        with pytest.raises(NotFound):
            queries.action_by_number(session, cast.actor(session, "mia"), number)


def test_what_is_left_open_at_closing_is_finished_afterwards_and_nothing_new_is_set(database, cast):
    with later(), database.transaction() as session:
        ada, dee = cast.actor(session, "ada"), cast.actor(session, "dee")
        incident = opened(session, cast)
        first, second = set_by(session, cast, incident), set_by(session, cast, incident, title="Train people")
        actions.drop(session, ada, second, "Covered by the first.")
        move(session, dee, incident, Status.INVESTIGATING, at=at(-2))
        move(session, dee, incident, Status.RESOLVED, at=at(-1))
        state_cause(session, dee, incident, "A field was renamed.", "")
        close(session, ada, incident)
        with pytest.raises(RuleBroken, match="closed"):
            set_by(session, cast, incident)
        with pytest.raises(RuleBroken, match="recurrence"):
            actions.reopen(session, ada, second, "After all.")
        actions.done(session, cast.actor(session, "mia"), first, "Done.")
        actions.reopen(session, dee, first, "It is not.")
        actions.done(session, cast.actor(session, "mia"), first, "Done.")
        actions.verify(session, dee, first, "It is.")


def test_the_head_of_the_unit_is_told_once_per_due_day_and_the_next_one_up_where_it_is_theirs(database, cast):
    def run(days):
        with later(24 * days):
            for _ in range(2):
                chase_actions(database, {})
            with database.transaction(read_only=True) as session:
                told = [events(session, cast.triage).count("corrective_action.escalated")]
                return told + [desk(session, cast, name) for name in ("mia", "hedy", "otto")]

    with later(), database.transaction() as session:
        incident = opened(session, cast)
        number = set_by(session, cast, incident).id
        done = set_by(session, cast, incident, owner="otto", title="Done in time")
        actions.done(session, cast.actor(session, "otto"), done, "Done.")
    mine, told = [("Watch the feed", Why.YOURS)], [("Watch the feed", Why.TOLD)]
    # Due on the second day; the system is not classified, so five days more are waited.
    assert run(7) == [0, mine, [], []]
    assert run(8) == run(30) == [1, mine, told, []]

    with later(24 * 30), database.transaction() as session:
        action = session.get_one(CorrectiveAction, number)
        actions.edit_action(
            session, cast.actor(session, "ada"), action, stated(cast, days=32), because="A week more."
        )
    assert run(37) == [1, mine, [], []]
    assert run(38) == [2, mine, told, []]
    with later(24 * 38), database.transaction() as session:
        action = session.get_one(CorrectiveAction, number)
        actions.edit_action(
            session,
            cast.actor(session, "ada"),
            action,
            stated(cast, owner="hedy", days=40),
            because="It is a matter for the head.",
        )
    # Nobody heads the unit above hers: that nobody was told is kept, and is not tried again each hour.
    assert run(46)[0] == run(47)[0] == 3
    with database.transaction() as session:
        action = session.get_one(CorrectiveAction, number)
        assert (action.escalated_for, action.escalated_to_id) == (action.due_on, None)
        assert timeline(session, incident)[-1].endswith("There is no head of a unit above to tell.")
        with later(24 * 47), pytest.raises(Forbidden):
            actions.escalate(session, cast.actor(session, "ada"), action, None)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_incident_is_not_closed_while_an_action_of_it_is_reopened(database, cast):
    with later(), database.transaction() as session:
        ada, dee, incident = cast.actor(session, "ada"), cast.actor(session, "dee"), opened(session, cast)
        number = set_by(session, cast, incident).id
        actions.drop(session, ada, session.get_one(CorrectiveAction, number), "Covered.")
        move(session, dee, incident, Status.INVESTIGATING, at=at(-2))
        move(session, dee, incident, Status.RESOLVED, at=at(-1))
        state_cause(session, dee, incident, "A field was renamed.", "")

    def finish(session):
        with later(1):
            held = incident_by_number(session, ada, incident.id, lock=True)
            close(session, cast.actor(session, "ada"), held)

    def again(session):
        with later(1):
            actor = cast.actor(session, "dee")
            action, _, _ = queries.action_by_number(session, actor, number, lock=True)
            actions.reopen(session, actor, action, "After all.")

    assert second_of(database, finish, again) == "refused"

"""Risks are added, edited and accepted; an acceptance stays as it was made, and the database holds to who made it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.kernel.actor import Role, Seat
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.ownership import actions as ownership
from registry.ownership.models import Assignment
from registry.risks import actions, queries
from registry.risks.models import Risk, RiskAcceptance
from registry.risks.rules import AcceptanceFacts, Status
from tests.risks.test_rules import FACTS

TODAY = clock.today()
WHY = AcceptanceFacts("It is watched.", TODAY + timedelta(days=30))


@pytest.fixture
def stated(cast):
    return replace(FACTS, likelihood=3, owner_id=cast.number("ben"), review_on=TODAY + timedelta(days=60))


@pytest.fixture
def risk(session, cast, stated):
    return actions.add_risk(session, cast.actor(session, "ben"), cast.triage.id, stated)


def line(session, risk, on=TODAY):
    return queries.line_of(session, risk, on)


def accepted_by(*given, **stated):
    """Accepted by somebody who gave their password again just now."""
    return actions.accept_risk(*given, **stated, confirmed_at=clock.now())


def test_a_risk_is_added_by_those_who_answer_and_hidden_with_its_system(session, cast, stated, risk):
    assert (risk.key, line(session, risk).owner.name, line(session, risk).score) == (
        "RSK-0001",
        "Ben Engineer",
        8,
    )
    for who in ("otto", "rita"):
        with pytest.raises(Forbidden):
            actions.add_risk(session, cast.actor(session, who), cast.triage.id, stated)
    with pytest.raises(RuleBroken, match="somebody who is here"):
        actions.add_risk(
            session, cast.actor(session, "ben"), cast.triage.id, replace(stated, owner_id=999_999)
        )
    hidden = actions.add_risk(session, cast.actor(session, "ada"), cast.sentinel.id, stated)
    with pytest.raises(NotFound):
        queries.by_number(session, cast.actor(session, "ben"), hidden.id)


def test_an_acceptance_lapses_and_ends_when_the_risk_is_another(session, cast, stated, risk):
    ada, ben = cast.actor(session, "ada"), cast.actor(session, "ben")
    with pytest.raises(Forbidden):
        accepted_by(session, ben, risk, WHY, version=risk.version)
    with pytest.raises(RuleBroken, match="Give your password again"):
        actions.accept_risk(session, ada, risk, WHY, version=risk.version, confirmed_at=None)
    with pytest.raises(Conflict):
        accepted_by(session, ada, risk, WHY, version=9)
    accepted_by(session, ada, risk, WHY, version=risk.version)
    assert line(session, risk).standing.status is Status.ACCEPTED
    lapsed = line(session, risk, WHY.until + timedelta(days=1)).standing
    assert (lapsed.status, "lapsed on" in lapsed.says) == (Status.OPEN, True)
    later = replace(stated, review_on=TODAY + timedelta(days=90), residual_likelihood=1)
    actions.edit_risk(session, ben, risk, later, version=risk.version)
    assert line(session, risk).standing.status is Status.ACCEPTED
    for changed, says in (
        ({"residual_likelihood": 3}, "likelihood that is left"),
        (
            {"residual_likelihood": 1, "impact": 5, "residual_impact": 5},
            "impact without controls, impact that is left",
        ),
        ({"title": "Sorted last"}, "title"),
        ({"event": "Somebody dies.", "owner_id": cast.number("mia")}, "event, who watches it"),
    ):
        actions.edit_risk(session, ben, risk, replace(stated, **changed), version=risk.version)
        stands = line(session, risk).standing
        assert (stands.status, stands.says) == (Status.OPEN, f"changed since it was accepted, in {says}")
    assert [row.likelihood for row, _ in queries.acceptances_of(session, risk.id)] == [2]
    with pytest.raises(Conflict) as met:
        actions.edit_risk(session, ben, risk, replace(stated, impact=5), version=1)
    assert "impact" in {each.field for each in met.value.differences}


def test_a_large_risk_is_accepted_by_who_had_no_hand_in_it_and_the_database_says_so_too(
    database, cast, stated
):
    def done(act):
        # One transaction each, as people act: the ledger is written where it ends.
        with database.transaction() as session:
            risk = session.get(Risk, 1)
            return act(session, *([risk, risk.version] if risk else []))

    def by(session, who):
        return cast.actor(session, who)

    def edited(who, facts):
        done(lambda session, risk, at: actions.edit_risk(session, by(session, who), risk, facts, version=at))

    def accepted(who):
        return done(lambda session, risk, at: accepted_by(session, by(session, who), risk, WHY, version=at))

    # Rita watched it once, Adam edited it before Ben did, Mia led the business when it was last changed.
    large = replace(stated, likelihood=4, residual_likelihood=4)
    watched = replace(large, owner_id=cast.number("rita"))
    done(lambda session: actions.add_risk(session, by(session, "ben"), cast.triage.id, watched))
    for who in ("adam", "mia"):
        done(
            lambda session, *_, who=who: accounts.grant_role(
                session, by(session, "adam"), cast.people[who], Role.EXECUTIVE
            )
        )
    edited("adam", replace(watched, cause="Few."))
    mia, triage = cast.number("mia"), cast.triage.id
    seat = done(
        lambda session, *_: ownership.fill_seat(
            session, by(session, "ada"), triage, Seat.BUSINESS_LEAD, person_id=mia
        )
    )
    edited("ben", large)
    done(
        lambda session, *_: ownership.vacate_seat(
            session, by(session, "ada"), session.get(Assignment, seat.id)
        )
    )
    for who in ("ada", "rita", "adam", "mia"):
        with pytest.raises(RuleBroken, match="reviewer or an exec" if who == "ada" else "of their own"):
            accepted(who)
    made = accepted("eva")
    row = RiskAcceptance(**made.model_dump(exclude={"id", "accepted_by_id"}), accepted_by_id=made.owner_id)
    with pytest.raises(sa.exc.IntegrityError):
        done(lambda session, *_: (session.add(row), session.flush()))


def test_a_large_risk_is_closed_by_those_who_may_accept_it_and_a_small_one_by_its_owner(
    session, cast, stated, risk
):
    ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
    over = replace(stated, status=Status.CLOSED, closed_because="A duplicate.")
    for large, then in ((replace(stated, likelihood=5), over), (stated, replace(over, likelihood=5))):
        actions.edit_risk(session, ada, risk, large, version=risk.version)
        with pytest.raises(RuleBroken, match="a reviewer or an executive who had no hand in it"):
            actions.edit_risk(session, ada, risk, then, version=risk.version)
    actions.edit_risk(session, ada, risk, replace(stated, likelihood=5), version=risk.version)
    closing = {"version": risk.version, "confirmed_at": clock.now()}
    for actor, because, says in (
        (ada, "Gone.", "a reviewer or an executive"),
        (rita, " ", "what made it go away"),
        (cast.actor(session, "ben"), "Gone.", None),
    ):
        with pytest.raises(RuleBroken if says else Forbidden, match=says):
            actions.close_risk(session, actor, risk, because, **closing)
    with pytest.raises(RuleBroken, match="password"):
        actions.close_risk(session, rita, risk, "Gone.", version=risk.version, confirmed_at=None)
    with pytest.raises(Conflict):
        actions.close_risk(session, rita, risk, "Gone.", **closing | {"version": risk.version - 1})
    closed = actions.close_risk(session, rita, risk, "It was taken out.", **closing)
    assert (closed.status, line(session, risk).standing.status) == (Status.CLOSED, Status.CLOSED)
    small = actions.add_risk(session, ada, cast.triage.id, stated)
    assert actions.edit_risk(session, ada, small, over, version=small.version).status is Status.CLOSED
    # Nor does one that was closed while it was small become large behind that.
    with pytest.raises(RuleBroken, match="a reviewer or an executive who had no hand in it"):
        actions.edit_risk(session, ada, small, replace(over, likelihood=5), version=small.version)


def test_the_matrix_counts_what_is_left_of_what_is_not_closed(session, cast, stated, risk, monkeypatch):
    ben = cast.actor(session, "ben")
    bare = replace(stated, controls="", residual_likelihood=None, residual_impact=None)
    actions.add_risk(session, ben, cast.triage.id, bare)
    gone = actions.add_risk(session, ben, cast.triage.id, stated)
    over = replace(stated, status=Status.CLOSED, closed_because="The feature was dropped.", review_on=None)
    actions.edit_risk(session, ben, gone, over, version=gone.version)
    lines = queries.lines_of(session, cast.triage.id, TODAY)
    assert [(one.score, one.standing.status) for one in lines] == [
        (12, Status.OPEN),
        (8, Status.OPEN),
        (8, Status.CLOSED),
    ]
    counts = queries.matrix(session, cast.triage.id)
    assert {place: count for place, count in counts.items() if count} == {(3, 4): 1, (2, 4): 1}
    assert len(counts) == 25
    monkeypatch.setattr(queries, "MOST", 1)
    for _ in range(2):
        actions.add_risk(session, ben, cast.triage.id, replace(stated, residual_likelihood=1))
    assert [one.score for one in queries.lines_of(session, cast.triage.id, TODAY)] == [12]
    assert queries.matrix(session, cast.triage.id)[1, 4] == 2
    assert queries.count(session, cast.triage.id) == 5

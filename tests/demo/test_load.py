"""The demonstration: loaded by the actions people use, over the past year, into an empty register only."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.accounts.actions import sign_in
from registry.accounts.queries import actor_for, person_by_email
from registry.audit.models import ENTRY
from registry.audit.queries import verify
from registry.cards.queries import card_facts
from registry.cards.render.exports import FORMS
from registry.cards.rules.canonical import card_json
from registry.classification.models import ClassificationDraft, ClassificationRun
from registry.data_sources.models import QualityResult
from registry.demo.actions import load
from registry.demo.rules.invented import invented
from registry.dependencies.models import Dependency, DependencyTest
from registry.feedback.models import Feedback
from registry.feedback.queries import theme_lines
from registry.feedback.rules.triage import State as Triage
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import AuthorityReport, CorrectiveAction
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.rules.corrective import is_overdue
from registry.incidents.rules.kinds import ActionState, Status
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import RuleBroken
from registry.monitoring.models.alerts import Alert, AlertNotice
from registry.monitoring.models.snapshots import LATEST
from registry.monitoring.rules.alerts import AlertState
from registry.objectives.models import Objective, SuccessMetric, ValueRealised
from registry.ownership.models import Assignment, Confirmation, ConfirmationNotice, Handover
from registry.ownership.rules import HandoverState, Step
from registry.packs.models import ControlStatement
from registry.packs.rules import Implementation
from registry.people.models import Person
from registry.people.queries import units as every_unit
from registry.portfolio.models import KeptFigure
from registry.portfolio.queries.figures import headline
from registry.portfolio.queries.kept import trends
from registry.portfolio.queries.reports import report
from registry.portfolio.render.reports import to_workbook
from registry.portfolio.rules.figures import Scope, quarter_end_before
from registry.portfolio.rules.kept import WHOLE, Audience, kept_of
from registry.reviews.models.reviews import Review
from registry.store import migrate
from registry.store.past import Pasts, as_of
from registry.systems.models import System
from registry.systems.rules.record import Tier
from registry.tables import recipe
from registry.versions.models import LivePeriod, ModelVersion
from registry.versions.rules.standing import State
from tests import databases
from tests.cards.schemas import card_problems, header_and_body, problems
from tests.commands.typed import Typed
from tests.incidents.plain_sql import compared
from tests.portfolio.plain_figures import objections
from tests.portfolio.report_parts import differing
from tests.store.contents import counts, digests

# The demonstration is loaded once for all of them, which takes longer than they do.
pytestmark = pytest.mark.slow


@pytest.fixture(params=databases.KINDS)
def demo(request):
    """A demonstration of one's own, loaded once per run."""

    def fill(database):
        migrate.upgrade(database)
        load(database, None, lambda _said: None)

    with databases.fresh(request.param, "demo", fill) as database:
        yield database


@pytest.fixture
def typed(database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))
    return Typed(database, capsys)


def some(session, kind, **wanted):
    return session.scalars(sa.select(kind).filter_by(**wanted)).all()


def test_the_ledger_is_whole_and_tells_a_year_in_order(demo):
    with demo.transaction(read_only=True) as session:
        assert verify(session).problems == []
    with demo.engine.connect() as connection:
        times = connection.execute(sa.select(ENTRY.c.at).order_by(ENTRY.c.seq)).scalars().all()
    assert times == sorted(times)
    assert times[0] < clock.written(clock.later(days=-365))
    assert times[-1] <= clock.written(clock.now())
    # What happened stands at the day it happened on, and not where the loading had come to.
    assert len({at[:10] for at in times}) > 100
    assert sum(at > clock.written(clock.later(days=-3)) for at in times) < len(times) / 5


def test_a_past_quarter_shows_what_was_then_and_the_trends_what_was_kept(demo):
    pasts, quarter_end = Pasts(demo, recipe()), quarter_end_before(clock.today())
    try:
        with as_of(pasts, quarter_end) as session:
            then = headline(session, the_registry("command"), Scope(), list(every_unit(session)))
            registered, reviewed = some(session, System), some(session, Review)
            readings = session.scalar(sa.select(sa.func.max(LATEST.c.window_end)))
        with as_of(pasts, clock.today() - timedelta(days=500)) as session:
            first = [system.name for system in some(session, System)]
    finally:
        pasts.dispose()
    with demo.transaction(read_only=True) as session:
        now = headline(session, the_registry("command"), Scope(), list(every_unit(session)))
        told = trends(session, the_registry("command"), Scope(), now)
        kept = some(session, KeptFigure, unit_id=WHOLE, audience=Audience.EVERYTHING, day=quarter_end)
        assert len(registered) < len(some(session, System))
        assert len(reviewed) < len(some(session, Review))
    assert first == ["Home premium model"]
    assert quarter_end - timedelta(days=60) < readings.date() <= quarter_end
    assert {each.figure: each.value for each in kept} == kept_of(then)
    assert [trend.change.words for trend in told.values() if "not recorded" in trend.change.words] == []
    assert min(len(trend.points) for trend in told.values()) > 20


def test_the_times_of_its_incidents_are_what_plain_sql_says_those_not_over_counted_as_open(demo):
    with demo.transaction(read_only=True) as session:
        times = compared(session, the_registry("command"), Narrowing())
    assert (times.counted, times.resolve.n, times.resolve.open) == (3, 1, 2)


def test_the_figures_of_its_portfolio_are_what_plain_sql_counts(demo):
    with demo.transaction(read_only=True) as session:
        eva = actor_for(session, some(session, Person, name="Eva Castell")[0], via="session")
        for reader, seen in ((the_registry("command"), "1 = 1"), (eva, "s.visibility = 'company'")):
            told = report(session, reader, Scope())
            assert objections(session, told.figures, seen) == []
            assert differing(to_workbook(told), told.figures) == []


def test_there_is_something_of_everything_a_visitor_should_see(demo):
    with demo.transaction(read_only=True) as session:
        for kind in (System, Objective, SuccessMetric, ValueRealised):
            assert some(session, kind), kind
        assert {each.state for each in some(session, ModelVersion)} == set(State)
        assert {each.share for each in some(session, LivePeriod, to_at=None)} == {10, 90, 100}
        for state in (HandoverState.OFFERED, HandoverState.DECLINED, HandoverState.EXPIRED):
            assert some(session, Handover, state=state), state
        assert some(session, Confirmation)
        states = {said.state for said in some(session, Feedback)}
        assert states >= {Triage.NEW, Triage.IN_TRIAGE, Triage.ANSWERED, Triage.ESCALATED}
        assert some(session, Feedback, looks_like_spam=True)
        triage = some(session, System, name="Motor claims triage")[0].id
        surging = [
            line.theme.name for line in theme_lines(session, triage, clock.today()) if line.trend.surges
        ]
        assert surging == ["Hail sorted too low"]
        assert {notice.step for notice in some(session, ConfirmationNotice)} == set(Step)
        for state in (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.RESOLVED):
            assert some(session, Alert, state=state), state
        assert some(session, AlertNotice)
        assert some(session, Assignment, to_be_confirmed=True)
        assert [person for person in some(session, Person) if person.active_to is not None]
        assert {system.visibility.value for system in some(session, System)} == {"company", "restricted"}
        assert {test.passed for test in some(session, DependencyTest)} == {True, False}
        assert {result.met for result in some(session, QualityResult)} == {True, False}
        assert [one for one in some(session, Dependency) if one.other_system_id is not None]
        assert {each.status for each in some(session, ControlStatement)} == {None, *Implementation}
        assert {each.tier for each in some(session, ClassificationRun)} == set(Tier) - {Tier.PROHIBITED}
        assert some(session, ClassificationDraft)
        _holds_three_incidents(session)
        open_owners = sa.select(Assignment.system_id).filter_by(seat="accountable_owner", to_at=None)
        assert sorted(session.scalars(open_owners)) == sorted(session.scalars(sa.select(System.id)))


# The facts of a card are the same from both databases.
@pytest.mark.parametrize("demo", databases.KINDS[:1], indirect=True)
def test_every_card_is_valid_in_the_forms_that_others_read(demo, real_data):
    with demo.transaction(read_only=True) as session:
        for system in session.scalars(sa.select(System)):
            facts = card_facts(session, the_registry("command"), system)
            for name in ("cyclonedx", "model-card-toolkit"):
                assert problems(real_data, name, FORMS[name].make(facts)) == [], (system.key, name)
            assert header_and_body(FORMS["markdown"].make(facts))
            assert card_problems(card_json(facts)) == [], system.key


def _holds_three_incidents(session):
    """One closed, one being looked into with a report and an action overdue, one that the registry opened."""
    found = {each.status: each for each in some(session, Incident)}
    closed, running, alone = (found[each] for each in (Status.CLOSED, Status.INVESTIGATING, Status.OPEN))
    assert (alone.opened_by_id, alone.slot) == (None, f"{alone.system_id}:F1")
    actions = some(session, CorrectiveAction)
    states = [each.state for each in actions if each.incident_id == closed.id]
    assert states == [ActionState.VERIFIED] * 2
    late = [each for each in actions if is_overdue(each.state, each.due_on, clock.today())]
    assert [each.incident_id for each in late] == [running.id]
    told = {each.incident_id: each for each in some(session, AuthorityReport)}
    assert told[closed.id].initial_sent_at < told[closed.id].due_at
    assert told[running.id].initial_sent_at is None
    assert told[running.id].due_at > clock.now()


# Every day the command on one database, as it is an edge; what it calls has filled both for the tests above.
@pytest.mark.parametrize(
    ("database", "demo"),
    [("sqlite", "sqlite"), pytest.param("postgresql", "postgresql", marks=pytest.mark.long)],
    indirect=True,
)
def test_it_goes_into_an_empty_register_and_its_sign_ins_open_the_door_there_alone(typed, app, demo):
    told = typed("demo", "--systems", "30", "--json")
    assert told.code == 0
    assert told.answer["systems"] == counts(typed.database)["system"] == 30
    assert told.answer["people"] == counts(typed.database)["person"]
    assert {each["role"] for each in told.answer["sign_ins"]}
    for each in told.answer["sign_ins"]:
        client = app.test_client()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text).group(1)
        form = {"csrf_token": token, "email": each["email"], "password": each["password"], "next": ""}
        assert client.post("/sign-in", data=form).status_code == 303, each["email"]
        assert client.get("/").status_code == 200
    for each in told.answer["sign_ins"]:
        with demo.transaction() as session:
            assert person_by_email(session, each["email"])
            with pytest.raises(RuleBroken):
                sign_in(session, each["email"], each["password"], device="", request_id="")


def test_a_used_register_is_refused_and_left_as_it_was(typed, cast):
    before = digests(typed.database)
    told = typed("demo", "--json")
    assert told.code == 1
    assert "empty register only" in told.answer["refused"]
    left_out = typed("demo", "--if-empty", "--json")
    assert (left_out.code, left_out.answer["systems"]) == (0, 0)
    assert digests(typed.database) == before


def test_invented_systems_are_the_same_each_time_and_no_two_share_a_name():
    names = [invented(number) for number in range(2_000)]
    assert names == [invented(number) for number in range(2_000)]
    assert len({name for name, _ in names}) == 2_000
    assert all(len(name) <= 300 and 0 < len(summary) <= 350 for name, summary in names)

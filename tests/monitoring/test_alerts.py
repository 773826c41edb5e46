"""Alerts that readings open and end, what people answer to them, and what the ledger keeps of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from registry.audit.queries import verify
from registry.kernel import clock
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from registry.monitoring.actions import alerts as actions
from registry.monitoring.actions.charts import choose_chart
from registry.monitoring.models.alerts import Alert, Watch
from registry.monitoring.queries import alerts as queries
from registry.monitoring.queries.alerts import AlertSearch, trend_rule_of
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity
from registry.monitoring.rules.answers import Level
from registry.monitoring.rules.slides import Chart
from registry.store.session import finish
from tests.monitoring.alerting import DOOR, START, alerts, later, readings, stated, weighed
from tests.ownership.doing import events, said
from tests.ownership.racing import second_of
from tests.store.statements import counted


def test_bad_values_are_one_alert_that_gets_worse_and_ends_with_three_good_ones(database, cast):
    with later(), database.transaction() as session:
        metric = stated(session, cast)
        opened = weighed(session, cast, readings(metric, 95, 85)).opened
        [alert] = opened
        assert (alert.kind, alert.severity, alert.count) == (AlertKind.WARN, Severity.WARNING, 1)
        assert alert.says == "Accuracy was 85 % on 4 Mar 2090; acceptable is at least 90 %."
        assert (alert.first_snapshot_id, alert.first_window_end) == (1, START + timedelta(days=1))
        assert weighed(session, cast, readings(metric, 70, 60, first=2)) == actions.Weighed()
        assert (alert.kind, alert.severity, alert.count) == (AlertKind.BREACH, Severity.CRITICAL, 3)
        assert alert.says == "Accuracy was 60 % on 6 Mar 2090; acceptable is at least 80 %."
        weighed(session, cast, readings(metric, 95, 95, first=4))
        assert (alert.state, alert.good_run, alert.last_snapshot_id) == (AlertState.OPEN, 2, 3)
        assert weighed(session, cast, readings(metric, 95, first=6)).resolved == (alert,)
        assert (alert.state, alert.resolved_by_id) == (AlertState.RESOLVED, None)
        [again] = weighed(session, cast, readings(metric, 70, first=7)).opened
        assert (again.previous_id, again.count) == (alert.id, 1)
        assert queries.following(session, alert.id) is again
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_too_few_cases_or_no_guard_rail_open_nothing(session, cast):
    with later():
        metric = stated(session, cast)
        bare = stated(
            session, cast, "Bare", warn_bound=None, warn_low=None, breach_bound=None, breach_low=None
        )
        weighed(session, cast, [*readings(metric, 1, 2, n=49), *readings(bare, 1, 2)])
        assert alerts(session) == []
        # Heard of they are all the same: neither is silent.
        assert len(session.scalars(sa.select(Watch)).all()) == 2


def test_each_subgroup_has_an_alert_of_its_own_and_a_slide_one_besides(session, cast):
    with later():
        metric = stated(session, cast)
        calm = [97 + (-1) ** place for place in range(20)]
        weighed(session, cast, readings(metric, *calm))
        weighed(session, cast, readings(metric, *[93] * 6, first=20))
        [slide] = alerts(session)
        assert (slide.kind, slide.severity) == (AlertKind.TREND, Severity.WARNING)
        assert "lie below its first ones" in slide.says
        north = readings(metric, 70, first=30, group='{"region":"north"}')
        [alert] = weighed(session, cast, north).opened
        assert alert.says.startswith("Accuracy (region north) was 70 %")
        actions.resolve(session, cast.actor(session, "ada"), slide, "The cases are harder since spring.")
        [watch] = [one for one in session.scalars(sa.select(Watch)) if one.series.endswith(":all")]
        assert (watch.calm, watch.points) == ([], [])
        assert weighed(session, cast, readings(metric, 93, first=31)).opened == ()


def test_the_chart_that_was_chosen_looks_for_slides_and_the_alert_names_it(database, cast):
    with later(), database.transaction() as session:
        charted, other = stated(session, cast), stated(session, cast, "Other")
        ada = cast.actor(session, "ada")
        with pytest.raises(RuleBroken):
            choose_chart(session, ada, charted, Chart.CUSUM)
        with pytest.raises(Forbidden):
            choose_chart(session, cast.actor(session, "otto"), charted, Chart.EWMA)
        choose_chart(session, ada, charted, Chart.EWMA)
        calm = [97 + (-1) ** place for place in range(20)]
        some = [*readings(charted, *calm, *[94] * 3), *readings(other, *calm, *[94] * 3)]
        weighed(session, cast, some)
        said = {alert.metric_id: alert.says for alert in alerts(session)}
        assert said[charted.id].endswith("than chance explains (EWMA chart).")
        assert said[other.id].endswith("than chance explains (CUSUM chart).")
    with later(), database.transaction() as session:
        choose_chart(session, cast.actor(session, "ada"), session.merge(charted), Chart.CUSUM)
        assert trend_rule_of(session, charted.id).version == 2
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_a_delivery_costs_the_same_number_of_statements_however_many_readings_it_has(database, cast):
    with later(), database.transaction() as session:
        some = [stated(session, cast, f"Metric {number}") for number in range(9)]
    seen = []
    deliveries = [
        readings(some[0], 95),
        [one for metric in some for one in readings(metric, *[95] * 30)],
        [one for metric in some for one in readings(metric, *[96, 94] * 30, first=30)],
    ]
    for delivery in deliveries:
        with later(), database.transaction() as session:
            with counted(database) as sent:
                actions.weigh(session, DOOR, cast.triage.id, delivery)
            seen.append(len(sent))
    assert seen == [4, 5, 4]


def test_readings_of_another_systems_metric_are_passed_over(session, cast):
    with later():
        foreign = stated(session, cast, system=cast.pricing, by="olga")
        assert weighed(session, cast, readings(foreign, 10)) == actions.Weighed()
        assert weighed(session, cast, []) == actions.Weighed()
        with pytest.raises(Forbidden):
            weighed(session, cast, readings(foreign, 10), by="otto")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_deliveries_at_once_are_one_alert_and_a_late_one_brings_back_nothing(database, cast):
    with later(), database.transaction() as session:
        metric = stated(session, cast)

    def delivers(*values, first):
        return lambda session: weighed(session, cast, readings(metric, *values, first=first))

    def calls_over(session):
        [alert] = queries.unresolved_of(session, cast.triage.id)
        found, _ = queries.alert_by_id(session, DOOR, alert.id, lock=True)
        actions.resolve(session, DOOR, found, "Known by now.")

    assert second_of(database, delivers(70, first=5), delivers(70, first=6)) == "done"
    with database.transaction(read_only=True) as session:
        assert [alert.count for alert in alerts(session)] == [2]
    # While somebody calls it over, a value arrives that belongs to what is over.
    assert second_of(database, calls_over, delivers(70, first=4)) == "done"
    with database.transaction(read_only=True) as session:
        assert [alert.state for alert in alerts(session)] == [AlertState.RESOLVED]


def raised(session, cast, kind=AlertKind.DEPENDENCY, system=None, **more):
    return actions.raise_alert(session, DOOR, (system or cast.triage).id, kind, "It failed.", **more)


def test_what_is_raised_twice_is_counted_and_gets_worse_but_other_things_have_their_own(session, cast):
    with later():
        first = raised(session, cast, group="1")
        assert raised(session, cast, group="1", severity=Severity.CRITICAL) is first
        assert (first.count, first.severity, first.kind) == (2, Severity.CRITICAL, AlertKind.DEPENDENCY)
        other = raised(session, cast, group="2")
        assert other is not first
        with pytest.raises(Forbidden):
            actions.raise_alert(session, cast.actor(session, "ada"), cast.triage.id, AlertKind.DRIFT, "x")


def test_the_database_itself_keeps_a_cause_to_one_unresolved_alert(session, cast):
    with later():
        first = raised(session, cast)
        values = first.model_dump(exclude={"id"})
        session.add(Alert(**values))
        with pytest.raises(IntegrityError):
            session.flush()


def test_an_alert_that_was_promised_or_rests_waits_again_on_its_day(session, cast):
    with later():
        ada, alert = cast.actor(session, "ada"), raised(session, cast)
        assert [one.id for one, _ in queries.waiting_on(session, ada)] == [alert.id]
        actions.acknowledge(session, ada, alert, clock.today() + timedelta(days=2), "Asked the vendor ")
        assert (alert.state, alert.acknowledged_by_id, alert.promise_note) == (
            AlertState.ACKNOWLEDGED,
            cast.number("ada"),
            "Asked the vendor",
        )
    for days, waits in ((2, False), (3, True)):
        with later(days):
            assert bool(queries.waiting_on(session, ada)) is waits
    with later(3):
        actions.snooze(session, ada, alert, clock.today() + timedelta(days=4), "Holidays")
        assert (alert.state, alert.promised_on) == (AlertState.SNOOZED, None)
    for days, waits in ((6, False), (7, True)):
        with later(days):
            assert bool(queries.waiting_on(session, ada)) is waits


def test_a_warning_that_rests_wakes_when_it_becomes_a_breach_and_not_before(session, cast):
    with later():
        metric = stated(session, cast)
        [alert] = weighed(session, cast, readings(metric, 85)).opened
        ada = cast.actor(session, "ada")
        actions.snooze(session, ada, alert, clock.today() + timedelta(days=30), "Known")
    with later(1):
        weighed(session, cast, readings(metric, 85, first=1))
        assert (alert.state, alert.count) == (AlertState.SNOOZED, 2)
    with later(2):
        weighed(session, cast, readings(metric, 70, first=2))
        assert (alert.state, alert.snoozed_until, alert.waiting_from) == (
            AlertState.OPEN,
            None,
            clock.today(),
        )


def test_what_was_called_over_stays_over_and_says_by_whom_and_why(session, cast):
    with later():
        metric, ben = stated(session, cast), cast.actor(session, "ben")
        [alert] = weighed(session, cast, readings(metric, 95, 70, 95)).opened
        with pytest.raises(RuleBroken) as refused:
            actions.resolve(session, ben, alert, "  ")
        assert said(refused) == ["because"]
        actions.resolve(session, ben, alert, "A test batch was sent by mistake.")
        assert (alert.resolved_by_id, alert.resolved_because) == (
            cast.number("ben"),
            "A test batch was sent by mistake.",
        )
        assert weighed(session, cast, readings(metric, 60)).opened == ()
        with pytest.raises(RuleBroken):
            actions.acknowledge(session, ben, alert, clock.today())
        finish(session)
        assert events(session, cast.triage)[-3:] == ["metric.edited", "alert.resolved", "metric.edited"]


@pytest.mark.parametrize("name", ["otto", "mia", "olga", "rita", "eva", "aud", "hedy"])
def test_only_those_with_a_seat_on_the_system_answer(session, cast, name):
    with later():
        alert, other = raised(session, cast), cast.actor(session, name)
        for act in (
            lambda: actions.acknowledge(session, other, alert, clock.today()),
            lambda: actions.snooze(session, other, alert, clock.today(), "x"),
            lambda: actions.resolve(session, other, alert, "x"),
            lambda: actions.escalate(session, other, alert, Level.DEPUTY, None),
        ):
            with pytest.raises(Forbidden):
                act()


def test_alerts_of_a_restricted_system_are_there_only_for_those_who_may_know_of_it(session, cast):
    with later():
        hidden, open_to_all = raised(session, cast, system=cast.sentinel), raised(session, cast)
        for name, seen in (
            ("otto", [open_to_all]),
            ("hedy", [open_to_all, hidden]),
            ("aud", [open_to_all, hidden]),
        ):
            actor = cast.actor(session, name)
            page = queries.alerts_page(session, actor, AlertSearch())
            assert [alert for alert, _ in page.items] == seen
            assert queries.alerts_count(session, actor, AlertSearch()) == len(seen)
        with pytest.raises(NotFound):
            queries.alert_by_id(session, cast.actor(session, "otto"), hidden.id)


def test_a_list_is_narrowed_and_paged_and_a_system_has_its_gravest_first(session, cast):
    with later():
        ada = cast.actor(session, "ada")
        some = [raised(session, cast, group=str(number)) for number in range(3)]
        grave = raised(session, cast, AlertKind.BREACH)
        raised(session, cast, system=cast.pricing)
        later_ones = raised(session, cast, AlertKind.DRIFT)
        assert queries.unresolved_of(session, cast.triage.id) == [grave, later_ones, *some[::-1]]
        mine = AlertSearch(mine=True, kind=AlertKind.DEPENDENCY)
        page = queries.alerts_page(session, ada, mine, limit=2)
        rest = queries.alerts_page(session, ada, mine, before=page.next_after, limit=2)
        assert [one for one, _ in [*page.items, *rest.items]] == some[::-1]
        assert rest.next_after is None
        first = queries.alerts_page(session, ada, AlertSearch(), limit=1)
        assert ([one for one, _ in first.items], first.next_after) == ([grave], (1, grave.id))
        second = queries.alerts_page(session, ada, AlertSearch(), before=first.next_after, limit=1)
        assert [one for one, _ in second.items] == [later_ones]
        actions.resolve(session, ada, grave, "Mended")
        assert [one for one, _ in queries.alerts_page(session, ada, AlertSearch(resolved=True)).items] == [
            grave
        ]

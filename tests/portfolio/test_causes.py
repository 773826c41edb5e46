"""Why AI fails: every number is what a list counts, and nobody counts what they may not know of."""

import html
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.incidents.actions.corrective import set_action
from registry.incidents.actions.editing import judge
from registry.incidents.actions.opening import open_incident
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import Pattern, Severity
from registry.incidents.rules.opening import pattern_of_alert
from registry.incidents.rules.pointing import alerts_pointing_to
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.calendar import instants_between
from registry.kernel.errors import RuleBroken
from registry.lifecycle.actions.compliance import note_lost
from registry.lifecycle.rules.gates import Gate, Line
from registry.monitoring.actions.alerts import raise_alert
from registry.monitoring.queries.alerts import AlertSearch, alerts_count
from registry.monitoring.rules.alerts import AlertKind
from registry.monitoring.rules.alerts import Severity as AlertSeverity
from registry.objectives.rules.metric import Kind as MetricKind
from registry.portfolio.queries.causes import causes
from registry.portfolio.rules.causes import (
    Alarmed,
    Detected,
    Failed,
    failed_by_month,
    months_until,
    rows_of,
)
from registry.systems.rules.record import Stage
from tests.incidents.happening import NOW, at, facts, later

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
INCIDENTS = st.lists(
    st.builds(Detected, st.sampled_from(Pattern), DAYS, st.integers(1, 5), st.integers(1, 9)), max_size=30
)
ALERTS = st.lists(
    st.builds(
        Alarmed,
        st.sampled_from(AlertKind),
        st.none() | st.sampled_from(MetricKind),
        DAYS,
        st.integers(1, 9),
    ),
    max_size=30,
)


@given(DAYS, INCIDENTS, ALERTS)
def test_rows_hold_what_lies_in_the_last_twelve_months_and_nothing_else(today, incidents, alerts):
    months = months_until(today)
    assert len(months) == 12
    assert (months[-1].begin.year, months[-1].begin.month) == (today.year, today.month)
    assert all(one.end == other.begin for one, other in pairwise(months))
    rows = rows_of(months, incidents, alerts)
    first, last = months[0].begin.date(), months[-1].end.date()
    told = Counter()
    for each in incidents:
        if first <= each.on < last:
            told[each.pattern] += each.count
    assert {row.pattern: row.incidents_in_all for row in rows} == {each: told[each] for each in Pattern}
    within = sum(each.count for each in alerts if first <= each.on < last)
    assert sum(row.breaches_in_all for row in rows) == within
    worst = max((each.worst for each in incidents if first <= each.on < last), default=None)
    assert max((f.worst for row in rows for f in row.incidents if f.worst), default=None) == worst


def test_every_alert_points_to_one_pattern_and_is_listed_under_it():
    for kind in AlertKind:
        for metric in (None, *MetricKind):
            under = [pattern for pattern in Pattern if (kind, metric) in alerts_pointing_to(pattern)]
            assert under == [pattern_of_alert(kind, metric)]


def test_a_period_takes_both_of_its_days_and_names_what_is_no_day():
    begin, end = instants_between("2026-11-01", "2026-11-30")
    assert (begin, end) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert instants_between("", "") == (None, None)
    with pytest.raises(RuleBroken) as refused:
        instants_between("yesterday", "9999-12-31")
    assert [problem.field for problem in refused.value.problems] == ["since", "until"]


@pytest.fixture
def failed(database, cast):
    """Two incidents at Triage, one at Sentinel, which few may know of; alerts; an action that is late."""
    door = the_registry("command")
    with later(), database.transaction() as session:
        ada = cast.actor(session, "ada")
        first = open_incident(session, ada, cast.triage, facts(pattern=Pattern.F1))
        judge(session, ada, first, missing_control="B08", because="No guard-rail.")
        old = at(-24 * 500)
        open_incident(session, ada, cast.triage, facts(pattern=Pattern.F1, started_at=old, detected_at=old))
        severe = facts(pattern=Pattern.F6, severity=Severity.SEVERE)
        open_incident(session, ada, cast.triage, severe)
        open_incident(session, ada, cast.sentinel, severe)
        for system in (cast.triage, cast.sentinel):
            for kind in (AlertKind.BREACH, AlertKind.DEPENDENCY):
                raise_alert(session, door, system.id, kind, "Test.", severity=AlertSeverity.CRITICAL)
        action = ActionFacts(
            "Guard it", owner_id=cast.number("ben"), due_on=NOW.date(), system_id=cast.triage.id
        )
        set_action(session, ada, first, action)
    return first


def test_each_reader_is_told_what_they_may_know_of(database, cast, failed):
    with clock.frozen(NOW + timedelta(days=2)), database.transaction(read_only=True) as session:
        ada, otto = (causes(session, cast.actor(session, name)) for name in ("ada", "otto"))
        assert [row.incidents_in_all for row in ada.rows] == [1, 0, 0, 0, 0, 2]
        assert [row.incidents_in_all for row in otto.rows] == [1, 0, 0, 0, 0, 1]
        assert [row.breaches_in_all for row in ada.rows] == [0, 0, 0, 2, 0, 2]
        assert [row.breaches_in_all for row in otto.rows] == [0, 0, 0, 1, 0, 1]
        assert otto.controls == {Pattern.F1: {"B08": 1}, Pattern.F6: {"": 1}}
        behind = {
            pattern: [(each.system.key, each.incidents) for each in found]
            for pattern, found in ada.systems.items()
        }
        assert behind == {
            Pattern.F1: [(cast.triage.key, 1)],
            Pattern.F6: [(cast.triage.key, 1), (cast.sentinel.key, 1)],
        }
        assert {item.pattern for found in ada.systems.values() for each in found for item in each.lacks} <= {
            "F1",
            "F6",
        }
        assert (otto.actions_open, otto.actions_overdue) == ({Pattern.F1: 1}, {Pattern.F1: 1})
        assert [(each.action.title, each.is_overdue) for each in otto.actions] == [("Guard it", True)]
        for row in ada.rows:
            search = AlertSearch(
                resolved=None,
                severity=AlertSeverity.CRITICAL,
                opened_from=ada.months[0].begin,
                opened_to=ada.months[-1].end,
                about=alerts_pointing_to(row.pattern),
            )
            assert alerts_count(session, cast.actor(session, "ada"), search) == row.breaches_in_all


def test_the_page_leads_from_each_number_to_its_list(cast, client_of, failed):
    with clock.frozen(NOW + timedelta(days=2)):
        page = client_of("otto").get("/portfolio/why").text
        assert cast.sentinel.key not in page
        assert "nobody has said yet which" in page
        found = re.search(r'href="(/alerts\?[^"]*pattern=F4[^"]*)">1<', page)
        listed = client_of("otto").get(html.unescape(found.group(1))).text
        assert "Those that point to pattern F4." in listed
        assert listed.count('href="/alerts/') == 1
        lists = {
            html.unescape(one): int(count)
            for one, count in re.findall(r'href="(/incidents\?[^"]*)">(\d+)<', page)
        }
        assert any("control=B08" in one for one in lists)
        assert any("control=none" in one for one in lists)
        assert any(f"system={cast.triage.key}" in one for one in lists)
        for address, count in lists.items():
            listed = client_of("otto").get(address).text
            assert len(set(re.findall(r'href="/incidents/(\d+)"', listed))) == count, address


def test_a_criterion_counts_in_every_month_in_which_it_failed_at_any_time():
    months = months_until(date(2026, 11, 26))
    failed = [
        Failed(
            Pattern.F1, "G01", "Watched", datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
        ),
        Failed(Pattern.F1, "G02", "Guarded", datetime(2026, 10, 31, 23, 59, tzinfo=UTC), None),
        Failed(Pattern.F3, "G03", "Overseen", datetime(2026, 12, 1, tzinfo=UTC), None),
    ]
    counts = failed_by_month(months, failed)
    assert counts[Pattern.F1] == (1, 1, *[0] * 8, 1, 1)
    assert sum(map(sum, counts.values())) == 4


def test_failed_criteria_lead_to_the_list_of_exactly_those_and_restricted_systems_stay_out(
    database, cast, client_of
):
    with database.transaction() as session:
        for system in (cast.triage, cast.sentinel):
            lines = (
                Line("G09", "F1", "It is watched", met=False, tab="", field=""),
                Line("G10", "F2", "It has a use", met=True, tab="", field=""),
            )
            gate = Gate(Stage.LIVE, "gates", "2026.1", lines)
            note_lost(session, the_registry("worker"), system.id, gate)
    month = f"{clock.today():%Y-%m}"
    for name, seen in (("rita", {"Claims triage", "Sentinel"}), ("otto", {"Claims triage"})):
        client = client_of(name)
        assert f"/portfolio/failed-criteria?pattern=F1&amp;month={month}" in client.get("/portfolio/why").text
        page = client.get(f"/portfolio/failed-criteria?pattern=F1&month={month}").text
        assert {each for each in ("Claims triage", "Sentinel") if each in page} == seen
        assert page.count("It is watched") == len(seen)
        assert "It has a use" not in page

"""Quality across all sources: which checks are shown in what order, how they are narrowed and counted, and at what cost."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.data_sources import actions, queries
from registry.data_sources.queries import CheckSearch
from registry.data_sources.rules.quality import CheckFacts, CheckState, Dimension, ResultFacts, is_overdue
from registry.data_sources.rules.sources import SourceFacts
from registry.kernel import clock
from registry.kernel.calendar import Cadence, last_overdue
from registry.kernel.guard_rails import Bound
from tests.store.statements import counted

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(DAYS, st.integers(-3, 800), st.sampled_from(Cadence))
def test_the_last_overdue_day_divides_what_is_overdue_from_what_is_not(on, ago, cadence):
    last = on - timedelta(days=ago)
    assert is_overdue(last, cadence, on) is (last <= last_overdue(cadence, on))


@pytest.fixture
def measured(database, cast):
    """By name: how many days ago each check was measured and with which result; None: never. Each is due every week."""
    told = {
        "fresh": (2, "99"),
        "missed": (3, "90"),
        "late": (9, "99"),
        "late and missed": (30, "90"),
        "never": None,
        "also never": None,
    }
    today = clock.today()
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        for number, (rule, result) in enumerate(told.items()):
            facts = SourceFacts(f"Ärzte {number % 2} of {rule}", owner_id=cast.number("ben"))
            source = actions.add_source(session, adam, facts)
            dimension = Dimension.VALIDITY if rule == "late" else Dimension.COMPLETENESS
            facts = CheckFacts(dimension, rule, "%", Bound.AT_LEAST, Decimal(98), None, Cadence.WEEKLY)
            check = actions.add_check(session, adam, source, facts)
            if result:
                days, value = result
                # An older result, which counts for nothing.
                for ago, was in ((days + 400, "1"), (days, value)):
                    facts = ResultFacts(today - timedelta(days=ago), Decimal(was))
                    actions.record_result(session, adam, source, check, facts)
            stopped = actions.add_check(session, adam, source, check_like("stopped"))
            actions.retire_check(session, adam, source, stopped)
        gone = actions.add_source(session, adam, SourceFacts("Gone", owner_id=cast.number("ben")))
        actions.add_check(session, adam, gone, check_like("of a retired source"))
        actions.retire_source(session, adam, gone, "Replaced.")
    return database


def check_like(rule):
    return CheckFacts(Dimension.VALIDITY, rule, "%", Bound.AT_LEAST, Decimal(98), None, Cadence.WEEKLY)


def test_checks_are_paged_never_measured_first_then_the_longest_unmeasured(measured):
    search = CheckSearch(clock.today())
    with measured.transaction(read_only=True) as session:

        def rules(**more):
            found = queries.checks_page(session, CheckSearch(clock.today(), **more))
            return [one.check.rule for one in found.items]

        seen, after = [], None
        while True:
            page = queries.checks_page(session, search, after=after, limit=2)
            seen += [one.check.rule for one in page.items]
            after = page.next_after
            if after is None:
                break
        assert seen == rules() == ["never", "also never", "late and missed", "late", "missed", "fresh"]
        assert rules(state=CheckState.NOT_MET) == ["late and missed", "missed"]
        assert rules(state=CheckState.OVERDUE) == ["late and missed", "late"]
        assert rules(state=CheckState.NEVER) == ["never", "also never"]
        assert rules(state=CheckState.MET) == ["fresh"]
        assert rules(dimension=Dimension.VALIDITY) == ["late"]
        assert rules(words="ÄRZTE 1") == ["also never", "late and missed", "missed"]
        assert rules(words="also") == ["also never"]
        assert rules(words="%") == []
        counts = queries.checks_counted(session, search)
        assert counts == {
            CheckState.NOT_MET: 2,
            CheckState.OVERDUE: 2,
            CheckState.NEVER: 2,
            CheckState.MET: 1,
        }


def test_the_page_shows_each_state_and_costs_the_same_whatever_there_is(measured, cast, client_of):
    client = client_of("otto")
    with counted(measured) as statements:
        shown = client.get("/data-quality").text
    few = len(statements)
    for words in ("never measured", "not met", "overdue", "30 days ago", "Ben Engineer"):
        assert words in shown, words
    assert client.get("/data-quality?state=met").text.count("/checks/") == 1
    assert "Nothing matches" in client.get("/data-quality?q=nowhere").text
    for wrong in ("state=odd", "dimension=odd", "after=odd"):
        assert client.get(f"/data-quality?{wrong}").status_code == 422
    assert 'href="/data-quality"' in client.get("/data-sources").text
    with measured.transaction() as session:
        adam = cast.actor(session, "adam")
        source = queries.by_key(session, "DS-1")
        for number in range(55):
            actions.add_check(session, adam, source, check_like(f"more {number:02}"))
    with counted(measured) as statements:
        first = client.get("/data-quality?dimension=validity").text
    assert len(statements) == few
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(following).text
    rules = re.findall(r">(more \d\d|late)<", first) + re.findall(r">(more \d\d|late)<", second)
    assert rules == [*(f"more {number:02}" for number in range(55)), "late"]
    bad = re.sub(r"after=[^&]+", "after=WyJvZGQiLCAxXQ", following)
    assert client.get(bad).status_code == 422

"""Until when an authority has to be told: calendar days where it is, over changes of clocks, leap days and date lines."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.incidents.rules.clocks import (
    Clock,
    ReportFacts,
    Standing,
    due_at,
    last_day,
    problems_with_moving,
    problems_with_report,
    problems_with_sending,
)
from registry.packs.queries import shipped_editions

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
KIRITIMATI, SANTIAGO = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/Santiago")
DUTIES = shipped_editions("eu-incidents")[0].reporting
assert DUTIES is not None


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("aware", "days", "zone", "due"),
    [
        (utc(2026, 11, 2, 9, 30), 15, UTC, utc(2026, 11, 18)),
        (utc(2026, 11, 2, 9, 30), 15, BERLIN, utc(2026, 11, 17, 23)),
        # One second before and at midnight in Berlin: two days.
        (utc(2026, 11, 2, 22, 59, 59), 2, BERLIN, utc(2026, 11, 4, 23)),
        (utc(2026, 11, 2, 23), 2, BERLIN, utc(2026, 11, 5, 23)),
        # Where the new day begins first of all, it is the third already.
        (utc(2026, 11, 2, 10), 2, KIRITIMATI, utc(2026, 11, 5, 10)),
        # Over the end of summer time (25 October, 1 November) and over its beginning (29 March, 8 March).
        (utc(2026, 10, 20, 12), 10, BERLIN, utc(2026, 10, 30, 23)),
        (utc(2026, 10, 25, 0, 30), 2, BERLIN, utc(2026, 10, 27, 23)),
        (utc(2026, 10, 30, 12), 2, NEW_YORK, utc(2026, 11, 2, 5)),
        (utc(2026, 3, 20, 12), 10, BERLIN, utc(2026, 3, 30, 22)),
        (utc(2026, 3, 7, 12), 2, NEW_YORK, utc(2026, 3, 10, 4)),
        # With and without a leap day; over the end of the year.
        (utc(2028, 2, 27, 12), 2, BERLIN, utc(2028, 2, 29, 23)),
        (utc(2027, 2, 27, 12), 2, BERLIN, utc(2027, 3, 1, 23)),
        (utc(2026, 12, 25, 12), 15, UTC, utc(2027, 1, 10)),
        # Clocks jump over midnight: the day ends as the next one begins, at one o'clock.
        (utc(2026, 9, 3, 12), 2, SANTIAGO, utc(2026, 9, 6, 4)),
    ],
)
def test_the_day_of_awareness_does_not_count_and_the_last_day_counts_to_its_end(aware, days, zone, due):
    assert due_at(aware, days, zone) == due
    assert last_day(due, zone) == aware.astimezone(zone).date() + timedelta(days=days)


@given(
    aware=st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
    days=st.integers(1, 366),
    zone=st.sampled_from([BERLIN, NEW_YORK, KIRITIMATI, UTC]),
)
def test_a_period_ends_at_a_local_midnight_so_many_days_later_whatever_the_clocks_do(aware, days, zone):
    due = due_at(aware, days, zone)
    hour = timedelta(hours=1)
    assert aware + timedelta(days=days) - hour <= due <= aware + timedelta(days=days + 1) + hour
    assert due.astimezone(zone).time().isoformat() == "00:00:00"
    assert due.tzinfo is UTC


AWARE, NOW = utc(2026, 11, 2, 9), utc(2026, 11, 20, 9)
CLOCK = Clock(AWARE, due_at(AWARE, 15, UTC))


def sent(*, full=None, initial=None, override=None):
    return Clock(AWARE, CLOCK.due_at, override, initial, full)


def test_a_report_is_due_until_its_last_instant_and_overdue_from_then_on():
    last = CLOCK.due_at - timedelta(microseconds=1)
    assert [CLOCK.standing(at) for at in (AWARE, last, CLOCK.due_at)] == [
        Standing.DUE,
        Standing.DUE,
        Standing.OVERDUE,
    ]
    assert sent(override=NOW + timedelta(days=1)).standing(NOW) is Standing.DUE
    assert sent(initial=last).standing(NOW) is Standing.INITIAL_SENT
    assert sent(full=NOW).standing(NOW) is Standing.COMPLETE
    assert [one.was_late for one in (CLOCK, sent(initial=last, full=NOW), sent(full=NOW))] == [
        False,
        False,
        True,
    ]


FACTS = ReportFacts("serious_death", "Market surveillance authority", BERLIN, AWARE)


@pytest.mark.parametrize(
    ("facts", "started", "field"),
    [
        (FACTS, None, None),
        (FACTS, AWARE, None),
        (ReportFacts("other", "Authority", BERLIN, AWARE), None, "duty"),
        (ReportFacts("serious_death", "", BERLIN, AWARE), None, "authority"),
        (ReportFacts("serious_death", "a\nb", BERLIN, AWARE), None, "authority"),
        (ReportFacts("serious_death", "Authority", None, AWARE), None, "zone"),
        (ReportFacts("serious_death", "Authority", BERLIN, None), None, "aware_at"),
        (ReportFacts("serious_death", "Authority", BERLIN, NOW + timedelta(seconds=1)), None, "aware_at"),
        (FACTS, AWARE + timedelta(seconds=1), "aware_at"),
    ],
)
def test_a_report_names_its_duty_and_authority_and_an_awareness_that_can_have_been(facts, started, field):
    problems = problems_with_report(facts, DUTIES, started_at=started, now=NOW)
    assert [problem.field for problem in problems] == ([field] if field else [])


def test_the_same_duty_to_the_same_authority_is_begun_once():
    [problem] = problems_with_report(FACTS, DUTIES, started_at=None, now=NOW, is_begun=True)
    assert "already" in problem.message


@pytest.mark.parametrize(
    ("clock", "at", "because", "field"),
    [
        (CLOCK, AWARE + timedelta(days=20), "The provider was told first.", None),
        (CLOCK, AWARE + timedelta(days=20), "", "because"),
        (CLOCK, AWARE, "Sooner.", "at"),
        (CLOCK, AWARE + timedelta(days=731), "Never.", "at"),
        (CLOCK, None, "Some day.", "at"),
        (sent(initial=NOW), AWARE + timedelta(days=20), "Too late.", ""),
    ],
)
def test_counsel_sets_another_day_with_a_reason_while_nothing_is_sent(clock, at, because, field):
    problems = problems_with_moving(clock, at, because)
    assert [problem.field for problem in problems] == ([] if field is None else [field])


@pytest.mark.parametrize(
    ("clock", "full", "at", "reference", "field"),
    [
        (CLOCK, False, NOW, "MSA-17", None),
        (CLOCK, True, NOW, "MSA-17", None),
        (sent(initial=NOW), True, NOW, "MSA-18", None),
        (CLOCK, False, NOW, "", "reference"),
        (CLOCK, False, None, "MSA-17", "at"),
        (CLOCK, False, NOW + timedelta(seconds=1), "MSA-17", "at"),
        (CLOCK, False, AWARE - timedelta(seconds=1), "MSA-17", "at"),
        (sent(initial=NOW), False, NOW, "MSA-18", ""),
        (sent(initial=NOW), True, NOW - timedelta(seconds=1), "MSA-18", "at"),
        (sent(full=NOW), False, NOW, "MSA-18", ""),
        (sent(full=NOW), True, NOW, "MSA-18", ""),
    ],
)
def test_what_was_sent_was_sent_after_awareness_in_order_and_can_be_found_again(
    clock, full, at, reference, field
):
    problems = problems_with_sending(clock, full=full, at=at, reference=reference, now=NOW)
    assert [problem.field for problem in problems] == ([] if field is None else [field])

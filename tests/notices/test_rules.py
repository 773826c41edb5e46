"""When somebody is mailed, what a letter says, and that somebody has decided of every event who hears of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from registry.kernel.events import Event
from registry.notices.rules import choices, letters, paths, retrying, silent, table, telling
from registry.notices.rules.choices import DUTIES, Choice, Kind, Rhythm, Way, due_at, problems_with
from registry.notices.rules.letters import Line
from registry.notices.rules.telling import SUBJECT, Changed, Telling
from tests.architecture.test_events import listed_as
from tests.architecture.tree import PACKAGE, parsed

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HOUR = st.integers(0, 23)
QUIET = st.none() | st.tuples(HOUR, HOUR).filter(lambda two: two[0] != two[1])
CHOICES = st.builds(
    lambda ways, rhythm, weekday, hour, zone, quiet: Choice(
        ways, rhythm, weekday, hour, zone, *(quiet or (None, None))
    ),
    st.dictionaries(st.sampled_from(Kind), st.sampled_from(Way)),
    st.sampled_from(Rhythm),
    st.integers(0, 6),
    HOUR,
    st.sampled_from(ZONES),
    QUIET,
)


def test_of_every_event_somebody_has_decided_who_is_told_or_why_nobody_is():
    # Named one by one: what is worked out as "all the others" decides for each new event that nobody hears of it.
    told = listed_as("TELLINGS", parsed(PACKAGE / "notices/rules/table.py"))
    told |= listed_as("OWN_ACCOUNT", parsed(PACKAGE / "notices/rules/own_account.py"))
    kept = listed_as("SILENT", parsed(PACKAGE / "notices/rules/silent.py"))
    assert told == set(table.TELLINGS)
    assert kept == set().union(*silent.SILENT.values())
    assert sum(map(len, silent.SILENT.values())) == len(kept)
    assert told | kept == set(Event)
    assert not told & kept


def test_every_column_the_table_reads_is_there_and_every_line_tells_somebody():
    tables = SQLModel.metadata.tables
    for event, line in table.TELLINGS.items():
        assert line.to or line.named, event
        assert ("{about}" in line.says) == bool(line.about), event
        for name in {*line.named, line.about} - {SUBJECT, ""}:
            kind, _, column = name.partition(".")
            assert column in tables[kind].columns, (event, name)


@given(
    CHOICES,
    st.sampled_from(Kind),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_nobody_is_mailed_in_their_quiet_hours_nor_later_than_their_next_digest(choice, kind, at):
    due = due_at(choice, kind, at)
    way = choice.way(kind)
    if way is Way.HERE:
        assert due is None
        assert kind not in DUTIES
        return
    # A day for quiet hours, a week for the digest, and an hour that a clock change may add.
    assert at <= due <= at + timedelta(days=9 if choice.rhythm is Rhythm.WEEKLY else 3)
    assert choices.after_quiet(choice, due) == due
    local = due.astimezone(ZoneInfo(choice.zone))
    if way is Way.DIGEST and choice.quiet_from is None and local.minute == 0:
        assert local.hour in {choice.hour, (choice.hour + 1) % 24}


@pytest.mark.parametrize(
    ("choice", "kind", "due"),
    [
        (Choice(), Kind.ALERT, AT),
        (Choice(), Kind.CARD, datetime(2026, 11, 3, 8, tzinfo=UTC)),
        (Choice(hour=11, zone="Europe/Berlin"), Kind.CARD, datetime(2026, 11, 2, 10, tzinfo=UTC)),
        (Choice(rhythm=Rhythm.WEEKLY, weekday=0), Kind.CARD, datetime(2026, 11, 9, 8, tzinfo=UTC)),
        (Choice(quiet_from=22, quiet_until=10), Kind.ALERT, datetime(2026, 11, 2, 10, tzinfo=UTC)),
        (Choice(quiet_from=9, quiet_until=17), Kind.ALERT, datetime(2026, 11, 2, 17, tzinfo=UTC)),
        (Choice({Kind.ALERT: Way.HERE}), Kind.ALERT, None),
        (Choice({Kind.REVIEW: Way.HERE}), Kind.REVIEW, datetime(2026, 11, 3, 8, tzinfo=UTC)),
    ],
)
def test_a_notice_is_mailed_when_its_reader_wants_it(choice, kind, due):
    assert due_at(choice, kind, AT) == due


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (Choice(zone="Mars/Olympus"), "zone"),
        (Choice(hour=24), "hour"),
        (Choice(weekday=-1), "weekday"),
        (Choice(quiet_from=22), "quiet_until"),
        (Choice(quiet_until=6), "quiet_from"),
        (Choice(quiet_from=6, quiet_until=6), "quiet_until"),
        (Choice(quiet_from=25, quiet_until=6), "quiet_from"),
        (Choice({Kind.ACCOUNT: Way.HERE}), "way_account"),
    ],
)
def test_a_choice_that_cannot_stand_names_its_field(choice, field):
    assert [each.field for each in problems_with(choice, ZONES)] == [field]
    assert problems_with(Choice({Kind.ALERT: Way.HERE}), ZONES) == []


def test_what_is_tried_again_is_tried_for_more_than_a_day_and_no_two_at_one_moment():
    at, tries = AT, 0
    while (again := retrying.next_try(tries + 1, at, 0.5)) is not None:
        assert again > at
        at, tries = again, tries + 1
    assert timedelta(days=1) <= at - AT <= timedelta(days=1.5)
    assert tries == retrying.MOST_ATTEMPTS - 1
    assert retrying.next_try(1, AT, 0.0) < retrying.next_try(1, AT, 1.0) < AT + timedelta(minutes=1)


def line(number, event="alert.raised", key="AI-0001", says="Alert"):
    return Line(number, event, key, "Triage", says, "/alerts/1", AT + timedelta(minutes=number))


def test_many_alike_are_one_line_that_counts_them_and_two_are_two():
    lines = [line(number, says=f"Alert {number}") for number in range(12)]
    lines += [line(20, key="AI-0002"), line(21, "review.opened")]
    shown = letters.collapsed(lines)
    assert [each.sentence for each in shown] == ["Alert", "Alert", "12 times, last: Alert 11"]
    assert sum(each.count for each in shown) == len(lines)
    assert letters.subject_of(shown) == "14 notices about 2 systems"
    assert letters.subject_of([line(1)]) == "AI-0001 Triage: Alert"
    assert len(letters.subject_of([line(1, says="x" * 500)])) <= letters.SUBJECT_LIMIT


def test_a_sentence_is_put_together_from_the_entry_and_braces_in_names_stay_what_they_are():
    told = Telling(Kind.ALERT, "{actor} says: {about}", about="alert.says", only_new=True)
    rows = [
        Changed("alert", new, {"says": says}) for new, says in ((True, "a{b}"), (True, "c_d"), (False, "old"))
    ]
    assert telling.applies(told, {}, rows)
    assert not telling.applies(told, {}, rows[2:])
    assert telling.sentence(told, "{x}", "a{b}") == "{x} says: a{b}"
    assert telling.about_in(told, rows) == "a{b}; c d"
    assert telling.sentence(told, "ada", "") == "Ada says"
    unless = Telling(Kind.HOUSE, "Broken", unless="whole")
    assert not telling.applies(unless, {"result": "whole"}, [])
    assert telling.applies(unless, {"result": "not whole"}, [])


def test_people_are_named_by_the_rows_an_entry_left_or_by_being_its_subject():
    line = Telling(Kind.ACCOUNT, "x", named=("api_token.person_id", SUBJECT))
    rows = [
        Changed("api_token", True, {"person_id": 4}),
        Changed("api_token", False, None),
        Changed("alert", True, {}),
    ]
    assert telling.named_in(line, ("person", 7), rows) == {4, 7}
    assert telling.named_in(line, ("system", 7), ()) == set()


def test_every_path_leads_to_a_page(app):
    adapter = app.url_map.bind("here")
    stated = [
        *paths.OF_THINGS.values(),
        *paths.OF_SYSTEMS.values(),
        *paths.OF_KINDS.values(),
        paths.HOME,
        "/systems/{key}",
        "/systems/{key}/monitoring",
        "/reviews/{number}",
    ]
    for path in stated:
        assert adapter.match(path.format(number=1, key="AI-0001"), method="GET"), path
    review = [Changed("review_decision", True, {"review_id": 9})]
    assert paths.path_of(Event.REVIEW_DECIDED, Kind.REVIEW, ("review_decision", 3), 1, review) == "/reviews/9"
    assert (
        paths.path_of(Event.SNAPSHOTS_RECORDED, Kind.ALERT, ("snapshot_batch", 3), 1, ())
        == "/systems/AI-0001/monitoring"
    )
    assert paths.path_of(Event.ROLE_GRANTED, Kind.ACCOUNT, ("person", 3), None, ()) == "/account"

"""A list of incidents comes in: every row is accounted for, and a second time nothing changes."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from registry.audit.models import ENTRY
from registry.audit.queries import verify
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.rules.columns import declared, guessed, problems_with_map
from registry.incidents.rules.imports import draft_of
from registry.incidents.rules.instants import read_instant
from registry.incidents.rules.kinds import Status
from registry.kernel.actor import the_registry
from registry.kernel.dates import DateStyle, Order
from tests.commands.typed import Typed
from tests.incidents.happening import NOW, timeline
from tests.incidents.plain_sql import compared

HEAD = "Ticket,Application,Title,Severity,Category,Noticed by,Status,Began,Noticed,Harm stopped,Resolved,Closed,Harm,People affected"
ROWS = """\
T-1,{triage},Letters lacked their second page,3,F4,staff,Closed,2025-03-01T08:00:00+01:00,2025-03-01 09:30,,2025-03-02,2025-03-10,money; trust,"1,200"
T-2,Home pricing,"=Quotes for flats were doubled",2 Minor,Data drift and model degradation,Monitoring,,,2025-04-01,2025-04-02,,,,
T-2,Home pricing,The same again,2,F1,monitor,,,2025-04-01,,,,,
T-3,Somebody else's chatbot,It insulted people,5,F6,outside,,,2025-05-01,,,,,
T-4,{triage},,grave,F9,staff,resolved,2025-05-03,2025-05-02,,,,pride,many
T-5,{triage},It came too early,1,F5,user,,,2025-06-02,,2025-06-01,,,
"""


@pytest.fixture
def settings(database, tmp_path, monkeypatch):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))


@pytest.fixture
def brought(database, settings, capsys, cast, tmp_path):
    file = tmp_path / "tickets.csv"
    file.write_text(f"{HEAD}\n{ROWS.format(triage=cast.triage.key)}", encoding="utf-8")
    typed = Typed(database, capsys)
    return lambda *more: typed("incidents", "import", str(file), "--json", *more)


def test_every_row_ends_in_one_way_and_a_second_import_changes_nothing(brought, database, cast):
    counts = {"rows": 6, "created": 2, "updated": 0, "unchanged": 0, "duplicate": 1, "refused": 3}
    dry = brought("--dry-run").answer
    assert {name: dry[name] for name in counts} == counts
    with database.transaction(read_only=True) as session:
        assert session.exec(select(Incident)).all() == []
    first = brought().answer
    assert first == dry
    told = {(each["row"], each["column"]): each["message"] for each in first["problems"]}
    assert {row for row, _ in told} == {5, 6, 7}
    assert "No system on the register" in told[5, "Application"]
    assert {column for row, column in told if row == 6} == {
        *("Title", "Severity", "Category", "Harm", "Resolved", "Began", "People affected"),
    }
    assert told[7, "Resolved"] == "This lies before what must have come first."
    again = brought().answer
    assert (again["created"], again["unchanged"], again["refused"]) == (0, 2, 3)
    with database.transaction(read_only=True) as session:
        closed, stopped = session.exec(select(Incident).order_by(Incident.id)).all()
        assert (closed.status, closed.system_id, closed.affected_count) == (
            Status.CLOSED,
            cast.triage.id,
            1_200,
        )
        assert closed.started_at == datetime(2025, 3, 1, 7, tzinfo=UTC)
        assert closed.detected_at == datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
        assert (closed.harms, closed.closed_by_id) == (["money", "trust"], None)
        assert (stopped.status, stopped.pattern, stopped.source_ref) == (Status.MITIGATED, "F1", "T-2")
        # Whoever answers for its system goes on with what is not over.
        assert (closed.lead_id, stopped.lead_id) == (None, cast.number("olga"))
        assert "nobody here has agreed" in timeline(session, closed)[0]
        events = list(session.scalars(sa.select(ENTRY.c.event).order_by(ENTRY.c.seq)))
        assert events[-3:] == ["incident.opened", "incident.opened", "incidents.imported"]
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []
        assert compared(session, the_registry("command"), Narrowing()).counted == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_map_names_columns_constants_and_the_source(database, settings, capsys, cast, tmp_path):
    file, mapped = tmp_path / "own.csv", tmp_path / "map.yaml"
    file.write_text(f"Nr;Wo;Was;Wann\n7;{cast.triage.key};Briefe fehlten;3.4.2025\n", encoding="utf-8")
    typed = Typed(database, capsys)
    assert "No column is known to hold" in typed("incidents", "import", str(file)).err
    mapped.write_text(
        "source: Briefe\ndates: day_first\ncolumns: {reference: Nr, system: Wo, title: Was, detected_at: Wann}\n"
        "constants: {severity: 2, pattern: F4, detected_by: staff}\n",
        encoding="utf-8",
    )
    told = typed("incidents", "import", str(file), "--map", str(mapped))
    assert told.out == "1 rows: 1 created, 0 unchanged, 0 duplicate, 0 refused.\n"
    with database.transaction(read_only=True) as session:
        found = session.exec(select(Incident)).one()
        assert (found.source, found.detected_at.date().isoformat()) == ("Briefe", "2025-04-03")


def test_a_map_that_does_not_fit_is_refused_by_what_is_wrong_with_it():
    _, problems = declared({"columns": {"mood": "A", "title": "B"}, "dates": "odd", "extra": 1}, ["A"])
    assert [problem.field for problem in problems] == ["extra", "columns", "columns", "dates"]
    assert declared([], [])[1]
    assert problems_with_map(guessed(["Title"]), ["Title"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-03T10:00:00Z", datetime(2026, 11, 3, 10, tzinfo=UTC)),
        ("2026-11-03 10:00", datetime(2026, 11, 3, 10, tzinfo=UTC)),
        ("2026-11-03T10:00:00+05:30", datetime(2026, 11, 3, 4, 30, tzinfo=UTC)),
        ("3 Nov 2026", datetime(2026, 11, 3, tzinfo=UTC)),
        ("3/4/2026", datetime(2026, 4, 3, tzinfo=UTC)),
        ("Nov 2026", "Give the day"),
        ("13.01.2024 22:45", datetime(2024, 1, 13, 22, 45, tzinfo=UTC)),
        ("01/13/2024 10:45 PM", datetime(2024, 1, 13, 22, 45, tzinfo=UTC)),
        ("2024/01/13 12:45 a.m. GMT", datetime(2024, 1, 13, 0, 45, tzinfo=UTC)),
        ("Jan 13, 2024 at 9:05 UTC+1", datetime(2024, 1, 13, 8, 5, tzinfo=UTC)),
        ("2024-01-13T22:45:10.250 Z", datetime(2024, 1, 13, 22, 45, 10, 250_000, tzinfo=UTC)),
        ("45304.948", datetime(2024, 1, 13, 22, 45, 7, tzinfo=UTC)),
        ("45304", datetime(2024, 1, 13, tzinfo=UTC)),
        ("2024-01-13 22:45 CET", "Give the zone"),
        ("2024-01-13T25:61", "There is no such time"),
        ("13.01.2024 13:00 PM", "There is no such time"),
        ("2024-01-13 (about noon)", "There is more in this"),
        ("22:45 2024-01-13", "This is not a date"),
        ("soon", "This is not a date"),
        ("0001-01-01T00:00:00+05:00", "This lies outside"),
        ("", None),
    ],
)
def test_instants_are_read_to_the_day_at_least(text, said):
    found = read_instant(text, DateStyle(Order.DAY_FIRST))
    assert found.startswith(said) if isinstance(said, str) else found == said


DAYS = st.sampled_from(("13.01.2024", "1/13/2024", "2024/01/13", "13 Jan 2024", "Jan 13, 2024", "2024-01-13"))
ENDS = st.sampled_from(("", " UTC", "Z", " PM", " CET", " o'clock", "h", " (local)", "-14:00", " a.m. GMT+2"))


@given(DAYS, st.integers(0, 29), st.integers(0, 69), st.sampled_from(("{}:{:02}", "{:02}:{:02}")), ENDS)
def test_a_time_of_day_is_read_or_refused_and_never_left_out(day, hour, minute, form, end):
    found = read_instant(f"{day} {form.format(hour, minute)}{end}", DateStyle(Order.DAY_FIRST))
    if isinstance(found, datetime):
        half = 12 if end.startswith(" PM") else 0
        hours = hour % 12 + half if half or "a.m." in end else hour
        offset = {"-14:00": -14, " a.m. GMT+2": 2}.get(end, 0)
        assert found == datetime(2024, 1, 13, tzinfo=UTC) + timedelta(hours=hours - offset, minutes=minute)
    else:
        assert hour > 12 or hour == 0 or minute > 59 or end in {" CET", " o'clock", "h", " (local)"}


def test_no_cell_whatever_it_holds_breaks_the_reading():
    row = next(csv.DictReader(io.StringIO(f"{HEAD}\n{ROWS}")))
    by = guessed(list(row))
    odd = ["\x00", "\ud800", "9" * 40, "=1+1", "٣", "x" * 40_000, "\n\n", "NaN", "-1", "F1\u202e", "true"]
    for column in row:
        for text in odd:
            draft_of(2, row | {column: text}, by, NOW)

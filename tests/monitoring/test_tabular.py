"""Readings in tables: the headings people give, times without zones, and every row accounted for."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.monitoring.rules.reports.shapes import ReportPoint, ReportRefused
from registry.monitoring.rules.reports.tabular import read

NIGHT = datetime(2026, 11, 2, tzinfo=UTC)


def refused(row) -> str:
    with pytest.raises(ReportRefused) as refusal:
        read([row])
    return refusal.value.says


def test_headings_are_known_under_their_common_names_and_the_rest_is_told():
    row = {
        "Metric Name": "accuracy",
        "from": "2026-11-01",
        "To": "2026-11-01",
        "Score": "0.912",
        "sample-size": "5000.0",
        "CI lower": "0.904",
        "ci_upper": "0.919",
        "group.site": "north",
        "Group region": "",
        "Run ID": "run-81",
        "Comment": "ok",
    }
    report = read([row])
    assert report.points == (
        ReportPoint(
            "accuracy", Decimal("0.912"), NIGHT, 5000, (("site", "north"),), NIGHT - timedelta(days=1),
            Decimal("0.904"), Decimal("0.919"), "run-81",
        ),
    )  # fmt: skip
    assert {each.says.split(",")[0]: each.count for each in report.remarks} == {
        "There is no such field of a reading": 1,
        "The time states no zone; it was taken as one in UTC.": 2,
    }


def test_a_row_that_cannot_be_read_is_left_with_its_reason_and_the_others_are_taken():
    rows = [
        {"metric": "m", "date": date, "value": value, "n": n}
        for date, value, n in [
            ("2026-11-02T00:00:00Z", "1", ""),
            ("2026-11-02 01:00", "2", "-"),
            ("2.11.2026", "1", ""),
            ("2026-02-30", "1", ""),
            ("2026-11-02", "0,9", ""),
            ("2026-11-02", "91%", ""),
            ("2026-11-02", "NaN", ""),
            ("2026-11-02", "1", "4.5"),
            ("2026-11-02", "", ""),
            ("", "", " "),
        ]
    ]
    rows[-1]["metric"] = ""
    report = read(rows, zone=ZoneInfo("Europe/Berlin"))
    assert [(each.at, each.value) for each in report.points] == [(NIGHT, 1), (NIGHT, 2)]
    counts = {each.says.split(".")[0]: (each.count, each.examples) for each in report.remarks}
    assert counts.pop("The time states no zone; it was taken as one in Europe/Berlin")[0] == 3
    assert counts == {
        "The time cannot be read": (2, ("row 3", "row 4")),
        "The number cannot be read": (2, ("row 5", "row 6")),
        "It is NaN: the tool had nothing to compute it from": (1, ("m",)),
        "The number of cases is not a whole number": (1, ("row 8",)),
        "The row lacks its metric, its value or its time": (1, ("row 9",)),
        "The row is empty": (1, ("row 10",)),
    }


def test_a_table_that_does_not_say_where_things_are_is_refused():
    assert refused({"kpi": "a", "wert": "1"}) == (
        "The table lacks columns named window_end and value. It has kpi and wert."
    )
    assert "say the same" in refused({"value": "1", "Value ": "2", "metric": "m", "date": "2026-01-01"})
    assert "Two columns" in refused(
        {"value": "2", "metric": "m", "date": "x", "group.a": "b", "Group a": "c"}
    )
    with pytest.raises(ReportRefused):
        read([])


cells = st.sampled_from(
    ["", "m", "1", "-1e-7", "1e400", "2026-11-02", "2026-11-02T00:00:00Z", "9999-12-31", "é"]
) | st.text(max_size=4)


@given(
    st.lists(
        st.fixed_dictionaries(
            dict.fromkeys(("metric", "start", "end", "value", "n", "low", "group.x", "x"), cells)
        ),
        max_size=4,
    )
)
def test_every_row_is_a_reading_or_a_remark(rows):
    with suppress(ReportRefused):
        report = read(rows)
        told = sum(each.count for each in report.remarks)
        assert len(report.points) <= len(rows) <= len(report.points) + told

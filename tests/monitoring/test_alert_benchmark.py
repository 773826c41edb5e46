"""The measuring of alerts on marked series: it counts right where the answer is known, and reads the files as they come."""

import json

from benchmarks.alerts import Score, Series, agreed, alerts_in, main, scored
from registry.monitoring.rules.slides import Chart

CALM = (1.0, -1.0)
# The deviation of twenty such values is 1.026: each of these adds 5.35 to the sum, so that the first one is an alarm.
SHIFTED = (6.0,)


def test_a_marked_shift_is_detected_at_once_and_an_unmarked_one_is_a_false_alarm():
    values = CALM * 15 + SHIFTED * 2 + CALM * 40 + SHIFTED * 2 + CALM * 20
    found = scored(Series("made", values, ((28, 40),)), Chart.CUSUM)
    assert found == Score("made", "cusum", 154, 1, 1, 0, (2,), 1, 154 - 20 - 13)
    assert (found.delay, found.per_thousand) == (2, 1000 / 121)


def test_a_window_within_an_alert_that_is_open_is_hidden_and_not_detected():
    values = CALM * 15 + SHIFTED * 60
    assert list(alerts_in(values)) == [(30, 90)]
    found = scored(Series("made", values, ((30, 40), (60, 70))), Chart.EWMA)
    assert (found.detected, found.hidden, found.false_alarms) == (1, 1, 0)


def test_nothing_is_said_before_the_baseline_is_known():
    assert list(alerts_in(SHIFTED * 10 + CALM * 4 + SHIFTED)) == []


def test_a_change_is_one_that_half_of_those_who_looked_marked():
    assert agreed([[100, 300], [102], [99], []], 310) == ((95, 120),)
    assert agreed([[300], [301]], 310) == ((295, 309),)


def test_series_of_both_kinds_are_read_and_told_as_json(tmp_path, capsys):
    values = CALM * 15 + SHIFTED * 2 + CALM * 5
    (tmp_path / "nab" / "labels").mkdir(parents=True)
    (tmp_path / "river").mkdir()
    times = [f"2026-01-01 {place // 60:02}:{place % 60:02}:00" for place in range(len(values))]
    lines = [f"{time},{value}" for time, value in zip(times, values, strict=True)]
    (tmp_path / "nab" / "pump.csv").write_text("\n".join(["timestamp,value", *lines]))
    windows = {
        "real/pump.csv": [["2026-01-01 00:29:00.000000", "2026-01-01 00:35:00.000000"]],
        "real/other.csv": [],
    }
    (tmp_path / "nab" / "labels" / "combined_windows.json").write_text(json.dumps(windows))
    (tmp_path / "river" / "mine.csv").write_text("\n".join(["year,Workers", *lines]))
    marks = {"annotations": {"mine": {"annotations_by_annotator": {"6": [30], "7": [31]}}}}
    (tmp_path / "river" / "annotations.json").write_text(json.dumps(marks))
    main([str(tmp_path), "--json"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["series"] for each in told] == ["nab pump", "river mine Workers", "all"] * 2
    assert [each["detected"] for each in told[:3]] == [1, 1, 2]
    assert told[2]["delays"] == [1, 5]

"""Reports of other tools: the numbers in them, under their names, and nothing left out in silence."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.monitoring.rules.reports import evidently, great_expectations, mlflow, prometheus
from registry.monitoring.rules.reports.recognising import read_report, recognise
from registry.monitoring.rules.reports.shapes import Kind, ReportPoint, ReportRefused, number_in

NIGHT = datetime(2026, 11, 2, tzinfo=UTC)
READERS = (evidently.read, great_expectations.read, mlflow.read, prometheus.read)


def values(report) -> dict[str, float]:
    return {
        each.name + "".join(f" {one}={other}" for one, other in each.labels): float(each.value)
        for each in report.points
    }


def left(report) -> dict[str, tuple[str, ...]]:
    return {" ".join(each.says.split()[:4]): each.examples for each in report.remarks}


def refused(read, data: bytes) -> str:
    with pytest.raises(ReportRefused) as refusal:
        read(data)
    return refusal.value.says


def metric(kind: str, value: object, **config: object) -> dict[str, object]:
    return {
        "metric_name": f"{kind}()",
        "config": {"type": f"evidently:metric_v2:{kind}", **config},
        "value": value,
    }


def test_evidently_numbers_are_named_by_metric_part_and_column():
    document = {
        "metrics": [
            metric("Accuracy", 0.77, conf_matrix=True, classification_name="default"),
            metric("ValueDrift", 0.3, column="AGE", threshold=0.1),
            metric("MissingValueCount", {"count": 3, "share": float("nan")}, column="AGE"),
            metric("F1ByLabel", {"0": 0.8, "1": 0.5}),
            metric("UniqueValueCount", {"counts": {"b": 2}}),
            metric("Histogram", None),
            {"metric_id": "QuantileValue(column=fare (usd),quantile=0.5)", "value": 2},
            {"value": 1, "metric_name": ""},
        ],
        "tests": [{"status": "FAIL"}, {"status": "ERROR"}, {}],
    }
    report = evidently.read(json.dumps(document).encode(), NIGHT)
    assert values(report) == {
        "Accuracy": 0.77,
        "ValueDrift column=AGE threshold=0.1": 0.3,
        "MissingValueCount.count column=AGE": 3,
        "F1ByLabel label=0": 0.8,
        "F1ByLabel label=1": 0.5,
        "UniqueValueCount.counts value=b": 2,
        "QuantileValue column=fare (usd) quantile=0.5": 2,
        "tests.passed": 0,
        "tests.failed": 1,
        "tests.error": 1,
        "tests.without outcome": 1,
    }
    assert left(report) == {
        "It is NaN: the": ("MissingValueCount.share",),
        "It is not a": ("Histogram",),
        "The metric has no": ("metrics.7",),
    }
    assert {each.at for each in report.points} == {NIGHT}
    old = {"metrics": [{"metric": "DatasetDriftMetric", "result": {"share": 0.5}}]}
    assert "before 0.7" in refused(evidently.read, json.dumps(old).encode())


@pytest.mark.parametrize("spelling", ["type", "expectation_type"])
@pytest.mark.parametrize("gathered", ["alone", "validation_result", "validation_results"])
def test_expectations_of_either_spelling_give_their_numbers(spelling, gathered):
    suite = {
        "suite_name": "nightly",
        "meta": {"run_id": {"run_time": "2026-11-02T01:00:00+01:00"}},
        "statistics": {"evaluated_expectations": 3, "success_percent": 50.0},
        "results": [
            {
                "success": True,
                "expectation_config": {
                    spelling: "expect_column_mean_to_be_between",
                    "kwargs": {"column": "age"},
                },
                "result": {"observed_value": 30.4, "element_count": 1313, "partial_unexpected_list": []},
            },
            {
                "success": False,
                "expectation_config": {spelling: "expect_column_to_exist"},
                "exception_info": {"('column', 'x')": {"raised_exception": True}},
            },
            {"success": None, "expectation_config": {}},
        ],
    }
    document = {
        "alone": suite,
        "validation_result": {"run_results": {"id": {"validation_result": suite}}},
        "validation_results": {"validation_results": [suite]},
    }[gathered]
    report = great_expectations.read(json.dumps(document).encode())
    assert values(report) == {
        "evaluated_expectations suite=nightly": 3,
        "success_percent suite=nightly": 50,
        "expect_column_mean_to_be_between.success column=age suite=nightly": 1,
        "expect_column_mean_to_be_between.observed_value column=age suite=nightly": 30.4,
    }
    assert {(each.at, each.n) for each in report.points} == {(NIGHT, 3), (NIGHT, 1313)}
    assert set(left(report)) == {"It is not a", "The expectation raised an", "The expectation has no"}


def test_mlflow_points_carry_their_moment_their_run_and_a_key_that_stays():
    points = [
        {"key": "roc_auc", "value": 0.91, "timestamp": 1793577600000, "step": 7},
        {"key": "roc_auc", "value": "NaN", "timestamp": "1793577600000", "step": 8},
        {"key": "latency", "value": 1.7976931348623157e308, "timestamp": 1793577600000, "step": 0},
        {"key": "latency", "value": "-Infinity", "timestamp": 1793577600000, "step": 1},
        {"key": "f1", "value": 1, "timestamp": 10**17, "step": 0},
        {"value": 1, "timestamp": 1793577600000},
    ]
    run = {"info": {"run_id": "5afe", "run_name": "weekly"}, "data": {"metrics": points}}
    deleted = {"info": {"run_id": "0", "lifecycle_stage": "deleted"}, "data": {"metrics": points[:2]}}
    report = mlflow.read(json.dumps({"runs": [run, deleted], "next_page_token": "abc"}).encode())
    assert report.points == (
        ReportPoint("roc_auc", Decimal("0.91"), NIGHT, labels=(("run", "weekly"),), key="5afe/roc_auc/7"),
    )
    assert {each.says.split(".")[0]: each.count for each in report.remarks if "NaN" not in each.says} == {
        "The answer goes on: fetch the pages that follow, too, with its next_page_token": 1,
        "It is infinite": 2,
        "It has no time that can be read": 1,
        "It has no name": 1,
        "The run was deleted": 2,
    }
    assert (
        mlflow.read(json.dumps({"metrics": points[:1]}).encode(), run="5afe").points[0].key
        == "5afe/roc_auc/7"
    )
    error = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run 'x' not found"}
    assert (
        refused(mlflow.read, json.dumps(error).encode()) == "MLflow answered with an error: Run 'x' not found"
    )


SCRAPE = r"""
# HELP http_requests_total The total number of HTTP requests. \\ {"}
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1793577600000
http_requests_total {method="post", code="400",} 3 1793577600000
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE}, TXT\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
unknown_yet NaN
# TYPE latency histogram
latency_bucket{le="0.05"} 24054
latency_bucket{le="+Inf"} 144320
latency_sum 53423
latency_count 144320
metric_without_timestamp_and_labels 13
"""


def test_samples_of_the_text_format_are_read_with_escapes_and_times():
    report = prometheus.read(SCRAPE.encode(), NIGHT)
    assert values(report) == {
        "http_requests_total code=200 method=post": 1027,
        "http_requests_total code=400 method=post": 3,
        'msdos_file_access_time_seconds error=Cannot find file:\n"FILE}, TXT" path=C:\\DIR\\FILE.TXT': 1458255915,
        "metric_without_timestamp_and_labels": 12.47,
    }
    assert {each.at for each in report.points} == {NIGHT}
    assert {each.says.split(":")[0]: each.count for each in report.remarks} == {
        "It is infinite.": 1,
        "It is NaN": 1,
        "It is part of a histogram or summary. Ask for it by name to take it.": 4,
        "The same sample stands there twice; the first was taken.": 1,
    }
    asked = prometheus.read(SCRAPE.encode(), NIGHT, {"latency_sum"})
    assert values(asked) == {"latency_sum": 53423}


def test_openmetrics_times_are_seconds_and_nothing_follows_its_end():
    text = '# TYPE foo counter\nfoo_total 17.0 1793577600.5 # {trace="a"} 0.67\nbar_seconds 0x1p-2\n# EOF\n'
    report = prometheus.read(text.encode())
    assert values(report) == {"foo_total": 17, "bar_seconds": 0.25}
    assert report.points[0].at == NIGHT.replace(microsecond=500_000)
    assert "Line 5 follows the end" in refused(prometheus.read, text.encode() + b"foo 1\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a 1\nb{x=1} 2", "Line 2 has labels"),
        ("a 1\nfoo1", "Line 2 is no sample"),
        ('a{x="1",x="2"} 2', "Line 1 states the label x twice"),
        ('a{x="1" y="2"} 2', "Line 1 has labels"),
        ("a 1_000", "value that is no number"),
        ("# TYPE a gauge", "no samples"),
    ],
)
def test_a_line_against_the_format_is_refused_with_its_number(text, said):
    assert said in refused(prometheus.read, text.encode())


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"PK\x03\x04rest", "", Kind.TABLE),
        (b"metric,value\na,1", "readings.CSV", Kind.TABLE),
        (SCRAPE.encode(), "", Kind.PROMETHEUS),
        (b"up 1", "", Kind.PROMETHEUS),
        (b'\xef\xbb\xbf{"runs": [{"info": {}}]}', "", Kind.MLFLOW),
    ],
)
def test_a_report_is_known_by_what_it_holds(data, name, kind):
    assert recognise(data, name) is kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello world", "Nothing in this says"),
        (b"", "Nothing in this says"),
        (b"\xff\xfe{", "byte 1 "),
        (b"<!doctype html>", "web page"),
        (b'{"a": 1, "a": 2}', "the same field twice"),
        (b"[" * 100_000, "nested"),
        (b'{"models": ', "line 1, column 12"),
        (b'{"metrics": []}', "no report that is known here"),
        (b"a,b", "Nothing in this says"),
    ],
)
def test_what_is_no_report_is_refused_with_what_it_is(data, said):
    assert said in refused(read_report, data)


names = st.sampled_from(
    [
        "metrics",
        "metric_name",
        "value",
        "config",
        "type",
        "tests",
        "status",
        "results",
        "expectation_config",
        "result",
        "success",
        "meta",
        "run_id",
        "statistics",
        "run",
        "runs",
        "info",
        "data",
        "key",
        "timestamp",
        "step",
        "mlflow",
        "validation_results",
        "run_results",
        "exception_info",
        "kwargs",
        "column",
    ]
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | names,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(junk)
def test_whatever_document_comes_it_is_read_into_finite_numbers_or_refused(document):
    data = json.dumps(document).encode()
    for read in (*READERS, read_report):
        with suppress(ReportRefused):
            assert all(number_in(each.value) == each.value and each.name for each in read(data).points)


@given(st.text('aZ_:{}="\\,# +-.0123456789eExnN\n\t', max_size=60) | st.binary(max_size=40))
def test_whatever_text_comes_it_is_read_into_finite_numbers_or_refused(text):
    data = text if isinstance(text, bytes) else text.encode()
    for read in (*READERS, read_report):
        with suppress(ReportRefused):
            assert all(each.value.is_finite() for each in read(data).points)


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False).map(Decimal)
)
def test_every_number_taken_fits_the_column_that_keeps_it(number):
    document = {"metrics": [{"metric_name": "m", "value": "X"}]}
    report = evidently.read(json.dumps(document).replace('"X"', str(number)).encode())
    for point in report.points:
        assert len(f"{point.value:f}") <= 40
        assert abs(point.value - number) < Decimal("1e-22")

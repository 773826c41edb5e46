"""Reports of Evidently 0.7 in JSON: metrics with one number, some numbers, or numbers by value"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from registry.monitoring.rules.reports.loading import fields_of, instant_in, items_of, loaded, words_in
from registry.monitoring.rules.reports.shapes import NOT_A_NUMBER, Kind, Report, ReportRefused, Taking

_UNNAMED: Final = "The metric has no name."
_STATUSES: Final = {"SUCCESS": "passed", "FAIL": "failed"}
_SETTING: Final = re.compile(r"(\w+)=([^,()]*(?:\([^()]*\)[^,()]*)*)")


def is_evidently(document: object) -> bool:
    """Whether a decoded document has the shape of an Evidently report, of this or an older release."""
    metrics = items_of(fields_of(document).get("metrics"))
    return any(
        {"metric_name", "metric_id", "metric"} & fields_of(each).keys()
        and {"value", "result"} & fields_of(each).keys()
        for each in metrics
    )


def read(data: bytes, made_at: datetime | None = None) -> Report:
    """The numbers of a report; `made_at` tells when it was made, which Evidently does not write.

    A number is named by its metric ("Accuracy"), one of several by its own name too ("MissingValueCount.share");
    the column and the other settings are labels. Of the tests, those of each outcome are counted
    ("tests.failed"). Raises ReportRefused for what is no such report.
    """
    document = fields_of(loaded(data))
    if not is_evidently(document):
        raise ReportRefused("This is no report of Evidently: it has no list of metrics with their values.")
    metrics = items_of(document["metrics"])
    if all("result" in fields_of(each) and "value" not in fields_of(each) for each in metrics):
        raise ReportRefused("This report was made by an Evidently before 0.7. Make it with 0.7 or newer.")
    taking, made_at = Taking(), instant_in(document.get("timestamp")) or made_at
    for place, each in enumerate(metrics):
        metric = fields_of(each)
        name, labels = _named(metric)
        if name:
            _take(taking, name, metric.get("value"), labels, made_at)
        else:
            taking.leave(_UNNAMED, f"metrics.{place}")
    _take_tests(taking, items_of(document.get("tests")), made_at)
    return taking.report(Kind.EVIDENTLY, made_at)


def _named(metric: Mapping[str, object]) -> tuple[str, dict[str, str]]:
    """The name of a metric and its settings, from its configuration or from a name such as Min(column=age)."""
    title = words_in(metric.get("metric_name")) or words_in(metric.get("metric_id"))
    config = fields_of(metric.get("config"))
    kind = words_in(config.get("type")).rpartition(":")[2]
    settings: dict[str, object] = {**config} if kind else dict(_SETTING.findall(title[:1_000]))
    labels = {
        name: str(value)
        for name, value in settings.items()
        if name != "type"
        and isinstance(value, str | int | Decimal)
        and not isinstance(value, bool)
        and value not in ("default", "True", "False")
    }
    return kind or title.partition("(")[0], labels


def _take(taking: Taking, name: str, value: object, labels: dict[str, str], at: datetime | None) -> None:
    if not isinstance(value, dict):
        taking.take(name, value, at=at, labels=labels)
        return
    for part, inner in value.items():
        if isinstance(inner, dict):
            for one, number in inner.items():
                taking.take(f"{name}.{part}", number, at=at, labels={**labels, "value": one})
        elif name.endswith("ByLabel"):
            taking.take(name, inner, at=at, labels={**labels, "label": part})
        else:
            taking.take(f"{name}.{part}", inner, at=at, labels=labels)
    if not value:
        taking.leave(NOT_A_NUMBER, name)


def _take_tests(taking: Taking, tests: list[object], at: datetime | None) -> None:
    # Passed and failed are told even when they are none: a series of failures has its noughts.
    outcomes = Counter({"SUCCESS": 0, "FAIL": 0} if tests else {})
    outcomes.update(words_in(fields_of(each).get("status")) or "without outcome" for each in tests)
    for outcome, count in outcomes.items():
        taking.take(f"tests.{_STATUSES.get(outcome, outcome.lower())}", count, at=at, n=len(tests))

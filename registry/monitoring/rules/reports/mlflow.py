"""Metrics of MLflow: answers of its REST interface, and the run files its export tools write"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from registry.kernel.text import shortened
from registry.monitoring.rules.reports.loading import fields_of, instant_at, items_of, loaded, words_in
from registry.monitoring.rules.reports.shapes import Kind, Report, ReportRefused, Taking

_DELETED: Final = "The run was deleted."
_WITHOUT: Final = "The run recorded no metrics."
_UNDATED: Final = "It has no time that can be read."
_UNNAMED: Final = "It has no name."
_MORE: Final = "The answer goes on: fetch the pages that follow, too, with its next_page_token."
# JSON has no words for these, so MLflow writes them as text.
_WORDS: Final = {
    "NaN": Decimal("NaN"),
    "Infinity": Decimal("Infinity"),
    "-Infinity": Decimal("-Infinity"),
}
_OTHERS: Final = {
    "registered_model": "a registered model",
    "registered_models": "a list of registered models",
    "model_version": "a version of a model",
    "model_versions": "a list of versions of a model",
    "models": "a list of exported models",
    "experiment": "an experiment",
    "experiments": "a list of experiments",
}


def is_mlflow(document: object) -> bool:
    """Whether a decoded document is an answer or an export of MLflow, with metrics or without."""
    whole = fields_of(document)
    inner = fields_of(whole.get("mlflow"))
    return bool(
        inner
        or ("mlflow" in whole and "system" in whole)
        or "error_code" in whole
        or {"data", "info"} <= fields_of(whole.get("run")).keys()
        or any("info" in fields_of(each) for each in items_of(whole.get("runs")))
        or any({"key", "timestamp"} <= fields_of(each).keys() for each in items_of(whole.get("metrics")))
        or whole.keys() & _OTHERS.keys()
    )


def read(data: bytes, made_at: datetime | None = None, run: str = "") -> Report:
    """The metrics of a run, of several, or the history of one metric (then `run` may say whose it is).

    Each point carries the moment it was logged at, the run's name as a label, and as its key the run, the metric
    and the step, so that the same point is known again. Raises ReportRefused for an error MLflow answered with
    and for answers that hold no metrics.
    """
    whole = fields_of(loaded(data))
    if "error_code" in whole:
        told = shortened(words_in(whole.get("message")), 200) or words_in(whole.get("error_code"))[:200]
        raise ReportRefused(f"MLflow answered with an error: {told}")
    taking = Taking()
    if whole.get("next_page_token"):
        taking.leave(_MORE, words_in(whole["next_page_token"]))
    inner = fields_of(whole.get("mlflow"))
    if "metrics" in whole and is_mlflow(whole):
        _take(taking, _listed(whole["metrics"]), run, run, made_at)
    elif "run" in whole or "runs" in whole:
        for each in [whole.get("run"), *items_of(whole.get("runs"))]:
            one = fields_of(each)
            if one:
                _take_run(
                    taking, fields_of(one.get("info")), _listed(fields_of(one.get("data")).get("metrics"))
                )
    elif "info" in inner:
        _take_run(taking, fields_of(inner["info"]), _by_name(fields_of(inner.get("metrics"))))
    else:
        raise ReportRefused(_without_metrics(whole, inner))
    return taking.report(Kind.MLFLOW, made_at)


def _take_run(taking: Taking, info: Mapping[str, Any], metrics: Iterator[tuple[str, dict[str, Any]]]) -> None:
    number = words_in(info.get("run_id")) or words_in(info.get("run_uuid"))
    name = words_in(info.get("run_name")) or number
    found = list(metrics)
    if not found:
        taking.leave(_WITHOUT, name)
    elif info.get("lifecycle_stage") == "deleted":
        taking.leave(_DELETED, name, len(found))
    else:
        _take(taking, iter(found), number, name, None)


def _take(
    taking: Taking,
    metrics: Iterator[tuple[str, dict[str, Any]]],
    run: str,
    run_name: str,
    otherwise: datetime | None,
) -> None:
    for name, point in metrics:
        at = instant_at(point.get("timestamp")) or otherwise
        raw, step = point.get("value"), point.get("step")
        if isinstance(raw, str):
            raw = _WORDS.get(raw, raw)
        if not name:
            taking.leave(_UNNAMED, run_name)
        elif at is None:
            taking.leave(_UNDATED, name)
        else:
            key = f"{run}/{name}/{step}" if run and isinstance(step, int | str) else ""
            taking.take(name, raw, at=at, labels={"run": run_name}, key=key)


def _listed(metrics: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The points of a REST answer: a list, each with its name."""
    for each in items_of(metrics):
        point = fields_of(each)
        yield words_in(point.get("key")), point


def _by_name(metrics: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The points of an export: under each name, its history."""
    for name, history in metrics.items():
        for each in items_of(history):
            yield name, fields_of(each)


def _without_metrics(whole: Mapping[str, Any], inner: Mapping[str, Any]) -> str:
    for name, said in _OTHERS.items():
        if name in inner or name in whole:
            return (
                f"This is {said} and holds no metrics. They are in the runs: "
                "runs/get, runs/search or metrics/get-history, or the run.json of an export."
            )
    if "mlflow" in whole:
        return "This is the list of contents of an MLflow export. The metrics are in the run.json files beside it."
    return "This is no answer and no export of MLflow: neither runs nor metrics are in it."

"""Validation results of Great Expectations, of one suite or of several, in the spellings of old and new releases"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from registry.monitoring.rules.reports.loading import fields_of, instant_in, items_of, loaded, words_in
from registry.monitoring.rules.reports.shapes import Kind, Report, ReportRefused, Taking

_RAISED: Final = "The expectation raised an error instead of being checked."
_UNNAMED: Final = "The expectation has no name."
_UNDATED: Final = "The time of the run cannot be read or has no zone, so it was not used."
# What a number is about. Everything else an expectation was given (bounds, patterns) is its own affair.
_ABOUT: Final = ("column", "column_A", "column_B", "column_list", "column_set")


def is_great_expectations(document: object) -> bool:
    """Whether a decoded document has the shape of validation results."""
    return bool(_suites(fields_of(document)))


def read(data: bytes, made_at: datetime | None = None) -> Report:
    """The numbers of every expectation and of each suite; `made_at` serves where the file tells no time.

    Named by the expectation and the number in its result ("expect_column_mean_to_be_between.observed_value"), with
    ".success" as 1 or 0; those of a suite by their own name ("success_percent"). Columns and suite are labels; the
    elements looked at are the cases. Raises ReportRefused for what is no such file.
    """
    suites = _suites(fields_of(loaded(data)))
    if not suites:
        raise ReportRefused("These are no validation results of Great Expectations: no results are in it.")
    taking, first = Taking(), None
    for suite in suites:
        at = _made(suite, taking) or made_at
        first = first or at
        labels = {"suite": _suite_name(suite)}
        statistics = fields_of(suite.get("statistics"))
        for name, value in statistics.items():
            taking.take(name, value, at=at, n=statistics.get("evaluated_expectations"), labels=labels)
        for result in _results(suite):
            _take(taking, fields_of(result), labels, at)
    return taking.report(Kind.GREAT_EXPECTATIONS, first)


def _suites(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of each suite: the document itself, or those gathered in it."""
    gathered = [
        *fields_of(document.get("run_results")).values(),
        *items_of(document.get("validation_results")),
    ]
    inner = [fields_of(fields_of(each).get("validation_result")) or fields_of(each) for each in gathered]
    return [
        each for each in (inner or [document]) if any(_configured(fields_of(one)) for one in _results(each))
    ]


def _results(suite: Mapping[str, Any]) -> list[Any]:
    return items_of(suite.get("results")) or items_of(suite.get("expectations"))


def _configured(result: dict[str, Any]) -> str:
    """The name of an expectation, as either spelling has it."""
    config = fields_of(result.get("expectation_config")) or result
    return words_in(config.get("type")) or words_in(config.get("expectation_type"))


def _take(taking: Taking, result: dict[str, Any], suite: dict[str, str], at: datetime | None) -> None:
    name = _configured(result)
    if not name:
        taking.leave(_UNNAMED, suite["suite"])
        return
    if _raised(result.get("exception_info")):
        taking.leave(_RAISED, name)
        return
    config = fields_of(result.get("expectation_config")) or result
    labels = {**suite, **_about(fields_of(config.get("kwargs")))}
    found = dict(fields_of(result.get("result")))
    n = found.pop("element_count", None)
    success = result.get("success")
    taking.take(
        f"{name}.success", int(success) if isinstance(success, bool) else success, at=at, n=n, labels=labels
    )
    for part, value in found.items():
        taking.take(f"{name}.{part}", value, at=at, n=n, labels=labels)


def _about(kwargs: Mapping[str, Any]) -> dict[str, str]:
    about = {name: kwargs.get(name) for name in _ABOUT}
    texts = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else words_in(value)
        for name, value in about.items()
    }
    return {name: text for name, text in texts.items() if text}


def _raised(info: object) -> bool:
    """Whether an error stands there: at once, or, in newer releases, under each number that was computed."""
    stated = fields_of(info)
    return any(fields_of(each).get("raised_exception") is True for each in (stated, *stated.values()))


def _suite_name(suite: Mapping[str, Any]) -> str:
    return words_in(suite.get("suite_name")) or words_in(
        fields_of(suite.get("meta")).get("expectation_suite_name")
    )


def _made(suite: Mapping[str, Any], taking: Taking) -> datetime | None:
    meta = fields_of(suite.get("meta"))
    run = meta.get("run_id")
    stated = (fields_of(run).get("run_time"), run, meta.get("validation_time"), meta.get("run_time"))
    texts = [text for text in map(words_in, stated) if text]
    found = next((at for at in map(instant_in, texts) if at), None)
    if texts and not found:
        taking.leave(_UNDATED, texts[0])
    return found

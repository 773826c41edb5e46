"""The card as Markdown with the header that Hugging Face reads: what was measured as its `model-index`, and whose card it is."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import yaml

from registry.cards.render.exports.documents import filled
from registry.cards.render.exports.measured import readings
from registry.cards.render.markdown import to_markdown
from registry.cards.rules.canonical import content_hash
from registry.cards.rules.facts import CardFacts, Metric, Reading
from registry.cards.rules.words import cell, line
from registry.kernel.clock import written
from registry.monitoring.rules.saying import group_said

# The registry states neither a task nor a dataset in the Hub's vocabulary, and its index may not go without.
_TASK: Final = "other"
_MEASURED_IN: Final = "operation"
_YAML_CANNOT: Final = re.compile("[\ufeff\ufffe\uffff\ud800-\udfff]")


def with_front_matter(facts: CardFacts) -> bytes:
    """The readable card under a YAML header.

    The header holds the name, the newest values with their windows, and under `ai_registry` where the card comes from.
    A licence, a language or datasets of the Hub are not in the record and so not in the header.
    """
    header = yaml.safe_dump(
        _plain(_header(facts)), allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=False
    )
    return f"---\n{header}---\n\n{to_markdown(facts)}".encode()


def _header(facts: CardFacts) -> dict[str, Any]:
    what = facts.identity
    name = cell(line(what.name), what.key)
    results = [_result(metric, reading) for metric in facts.metrics for reading in readings(metric)]
    return {
        "model_name": name,
        **({"model-index": [{"name": name, "results": results}]} if results else {}),
        "ai_registry": filled(
            key=what.key,
            edition=facts.edition.name,
            stage=what.stage.value,
            tier=facts.tier.value if facts.tier else None,
            recorded_at=written(facts.origin.at),
            card_sha256=content_hash(facts),
        ),
    }


def _result(metric: Metric, reading: Reading) -> dict[str, Any]:
    name = cell(line(metric.name), metric.slug)
    group = line(group_said(reading.group)) if reading.group else None
    return {
        "task": {"type": _TASK},
        "dataset": {
            "type": _MEASURED_IN,
            "name": "Values measured in operation",
            "args": filled(
                window_start=written(reading.window_start),
                window_end=written(reading.window_end),
                group=group,
                cases=reading.n,
            ),
        },
        "metrics": [
            {
                "type": metric.slug,
                "value": _number(reading.value),
                "name": name,
                **_args(metric, reading),
            }
        ],
    }


def _args(metric: Metric, reading: Reading) -> dict[str, Any]:
    ends = (("low", reading.low), ("high", reading.high))
    found = dict(
        filled(unit=line(metric.unit)) | {name: _number(end) for name, end in ends if end is not None}
    )
    return {"args": found} if found else {}


def _number(value: Decimal) -> int | float | str:
    """The number as YAML holds it without losing a digit, else its digits as text."""
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(str(near)) == value else format(value, "f")


def _plain(value: Any) -> Any:
    """The header with every text free of what YAML does not hold."""
    if isinstance(value, dict):
        return dict(_pairs(value))
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _YAML_CANNOT.sub("\ufffd", value) if isinstance(value, str) else value


def _pairs(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        yield name, _plain(value)

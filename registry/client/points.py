"""What is sent and what comes back: one reading, and the receipt for many"""

import json
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any, Final, SupportsFloat, SupportsIndex

_LONGEST_NUMBER: Final = 40  # characters, without an exponent: what the registry keeps


@dataclass(frozen=True, slots=True)
class Point:
    """One reading. Instants carry a zone; `window_start` may be left out for a reading of one moment.

    `n` counts the cases behind the value, `low` and `high` bound it, `group` names the subgroup it is about. The
    registry knows a reading again by `key`, or by its metric, window and group where there is none, so sending
    it twice does no harm. Raises ValueError for an instant without a zone and a number that is not finite.
    """

    metric: str
    value: SupportsFloat
    window_end: datetime
    window_start: datetime | None = None
    n: SupportsIndex | None = None
    low: SupportsFloat | None = None
    high: SupportsFloat | None = None
    group: Mapping[str, str] | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        for name in ("window_start", "window_end"):
            if (instant := getattr(self, name)) is not None and instant.utcoffset() is None:
                raise ValueError(f"{name} of {self.metric} has no time zone; give it one, such as UTC")
        for name in ("value", "low", "high"):
            if (number := getattr(self, name)) is not None and not math.isfinite(number):
                raise ValueError(f"{name} of {self.metric} is {number}; leave out what has no value")

    def as_json(self) -> str:
        """The reading as the registry takes it, its numbers as exact as they are here."""
        start, group, key = self.window_start, self.group, self.key
        parts = {
            "metric": json.dumps(self.metric),
            "window_start": None if start is None else instant_json(start),
            "window_end": instant_json(self.window_end),
            "value": number_json(self.value),
            "n": None if self.n is None else str(operator.index(self.n)),
            "low": None if self.low is None else number_json(self.low),
            "high": None if self.high is None else number_json(self.high),
            "group": json.dumps(dict(group)) if group else None,
            "key": json.dumps(key) if key else None,
        }
        return "{" + ", ".join(f'"{name}": {text}' for name, text in parts.items() if text) + "}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the points: new to the registry, known to it already, or waiting in the buffer."""

    accepted: int = 0
    duplicate: int = 0
    buffered: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    alerts_opened: tuple[Any, ...] = ()
    alerts_resolved: tuple[Any, ...] = ()
    ledger_seq: int | None = None

    def __add__(self, other: "Receipt") -> "Receipt":
        names = {*self.verdicts, *other.verdicts}
        return Receipt(
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.buffered + other.buffered,
            {name: self.verdicts.get(name, 0) + other.verdicts.get(name, 0) for name in sorted(names)},
            self.alerts_opened + other.alerts_opened,
            self.alerts_resolved + other.alerts_resolved,
            self.ledger_seq if other.ledger_seq is None else other.ledger_seq,
        )


def instant_json(value: datetime) -> str:
    """An instant as JSON."""
    # In UTC, because old zones are off by odd seconds, which RFC 3339 cannot write.
    return f'"{value.astimezone(UTC).isoformat()}"'


def number_json(value: SupportsFloat) -> str:
    """A number as JSON without an exponent, in as many characters as the registry keeps."""
    if isinstance(value, SupportsIndex):
        return str(operator.index(value))
    number = value if isinstance(value, Decimal) else Decimal(float.__repr__(float(value)))
    first = number.adjusted() if number else 0
    if first > -_LONGEST_NUMBER and len(text := f"{number:f}") <= _LONGEST_NUMBER:
        return text
    decimals = Decimal(1).scaleb(max(first, 0) + 3 - _LONGEST_NUMBER)
    return f"{number.quantize(decimals, context=Context(prec=400)):f}"

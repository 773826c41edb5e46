"""A judged reading: one value of one metric over one window, as it is stored and as the rules about alerts see it."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from registry.objectives.rules.judging import Verdict


# A named tuple and no frozen dataclass: a delivery makes thousands of them (rules/decoding.py).
class Reading(NamedTuple):
    """One value with the verdict it was given on arrival.

    `group` is canonical JSON of the subgroup the value is about ("" for everybody); `window_start` equals
    `window_end` for a reading of one moment; instants are aware; `n` counts the cases behind the value;
    `snapshot_id` is the stored row's number; `corrects` says that it stands in for another value of that window.
    """

    metric_id: int
    group: str
    window_start: datetime
    window_end: datetime
    value: Decimal
    n: int | None
    verdict: Verdict
    snapshot_id: int | None = None
    corrects: bool = False

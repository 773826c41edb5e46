"""The guard-rails a batch is judged by, frozen as they were; and the digest that answers for its readings afterwards."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from registry.kernel.guard_rails import GuardRail
from registry.monitoring.rules.points import alike
from registry.objectives.rules.judging import Verdict, judged_by
from registry.objectives.rules.metric import MetricFacts


@dataclass(frozen=True, slots=True)
class Rails:
    """The guard-rails and the minimum sample a reading is judged by, and the digest that names them."""

    warn: GuardRail | None
    breach: GuardRail | None
    minimum_sample: int | None

    @property
    def sha256(self) -> str:
        """The digest of all of it, the same for equal guard-rails."""
        return _digest(
            [repr(_rail_parts(self.warn)), repr(_rail_parts(self.breach)), str(self.minimum_sample)]
        )

    def judge_each(self, values: Sequence[Decimal], cases: Sequence[int | None]) -> list[Verdict]:
        """The verdict on each of these finite values, from so many cases each (registry.objectives.rules.judging)."""
        fewest = None if None in cases else min(cast("Sequence[int]", cases))
        # Guard-rails have no gap: where the smallest and the largest value are good, so is each between them.
        ends = {self._judge(each, fewest) for each in (min(values), max(values))}
        if ends == {Verdict.MET}:
            return [Verdict.MET] * len(values)
        return list(map(self._judge, values, cases))

    def _judge(self, value: Decimal, n: int | None) -> Verdict:
        return judged_by(value, n, self.warn, self.breach, self.minimum_sample)


def rails_of(facts: MetricFacts) -> Rails | None:
    """What readings of the metric are judged by now; None where it has no guard-rail."""
    if facts.warn is None and facts.breach is None:
        return None
    return Rails(facts.warn, facts.breach, facts.minimum_sample)


def _rail_parts(rail: GuardRail | None) -> tuple[str, ...]:
    if rail is None:
        return ()
    return rail.bound.value, *("" if end is None else f"{end.normalize():f}" for end in (rail.low, rail.high))


def lines_of(
    metrics: Sequence[int],
    ends: Sequence[str],
    groups: Sequence[str],
    starts: Sequence[str],
    keys: Sequence[str],
    revisions: Sequence[int],
    values: Sequence[str],
    cases: Sequence[int | None],
    lows: Sequence[str | None],
    highs: Sequence[str | None],
    verdicts: Sequence[str],
    rails_sha256: Sequence[str],
) -> Iterator[str]:
    """Readings as their batch's digest covers them, given as columns: whatever means something, in a fixed order.

    No text of a reading holds the control character between them (kernel/strict_json.py).
    """
    columns = (metrics, starts, ends, groups, keys, revisions, values, cases, lows, highs)
    return map("\x1f".join, zip(*_folded((*columns, verdicts, rails_sha256)), strict=True))


def _folded(columns: Iterable[Sequence[object]]) -> Iterator[Iterable[str]]:
    """The columns as texts. Of those that say the same throughout, neighbours are made one: mostly eight of twelve are."""
    many, same = 0, list[str]()
    for column in columns:
        many = len(column)
        if alike(column):
            same.append(str(column[0]))
            continue
        if same:
            yield ["\x1f".join(same)] * many
            same = []
        yield map(str, column)
    if same:
        yield ["\x1f".join(same)] * many


def digest_of(lines: Iterable[str]) -> str:
    """SHA-256 of a batch's readings in an order that does not depend on how they were sent or stored."""
    return _digest(sorted(lines))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()

"""The guard-rails a batch is judged by, frozen as they were; and the digest that answers for its readings afterwards."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from registry.kernel.guard_rails import GuardRail
from registry.monitoring.rules.batches import Place
from registry.monitoring.rules.decoding import PointIn
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
        fewest = None if None in cases else min(each for each in cases if each is not None)
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


def verdicts_by(rails: Rails | None, points: Sequence[PointIn]) -> list[Verdict]:
    """The verdict on each of these readings of one metric."""
    if rails is None:
        return [Verdict.NO_GUARD_RAIL] * len(points)
    return rails.judge_each([point.value for point in points], [point.n for point in points])


def lines_of(
    places: Iterable[Place],
    revisions: Sequence[int],
    values: Iterable[str],
    cases: Sequence[int | None],
    lows: Sequence[str | None],
    highs: Sequence[str | None],
    verdicts: Iterable[str],
    rails_sha256: Iterable[str],
) -> Iterator[str]:
    """Readings as their batch's digest covers them, given as columns: whatever means something, in a fixed order.

    No text of a reading holds the control character between them (kernel/strict_json.py).
    """
    metrics, ends, groups, starts, keys = zip(*places, strict=True)
    numbers = (values, _texts(cases), _texts(lows), _texts(highs))
    columns = (
        map(str, metrics),
        starts,
        ends,
        groups,
        keys,
        _texts(revisions),
        *numbers,
        verdicts,
        rails_sha256,
    )
    return map("\x1f".join, zip(*columns, strict=True))


def _texts(column: Sequence[object]) -> Iterable[str]:
    # Mostly every reading of a delivery says the same here.
    alike = column.count(column[0]) == len(column)
    return [str(column[0])] * len(column) if alike else map(str, column)


def digest_of(lines: Iterable[str]) -> str:
    """SHA-256 of a batch's readings in an order that does not depend on how they were sent or stored."""
    return _digest(sorted(lines))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()

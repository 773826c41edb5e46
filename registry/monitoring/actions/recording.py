"""record_snapshots(): a whole batch or nothing, each reading once, judged by the guard-rails of the moment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.monitoring.actions import storing
from registry.monitoring.actions.storing import Judged
from registry.monitoring.actions.weighing import Weighed, weigh
from registry.monitoring.models.snapshots import SnapshotBatch
from registry.monitoring.queries.stored import Held, held_at
from registry.monitoring.rules import batches
from registry.monitoring.rules.batches import Known, Place
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import Points
from registry.monitoring.rules.rails import Rails, digest_of, lines_of, rails_of
from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.telling import telling
from registry.objectives import queries as objectives
from registry.objectives.rules.judging import Verdict
from registry.versions.queries import by_label

_BECAUSE_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: readings taken and known already, and how those taken were judged."""

    batch: SnapshotBatch | None
    accepted: int
    duplicate: int
    verdicts: Mapping[Verdict, int]
    first_batch_id: int | None = None
    weighed: Weighed = field(default_factory=Weighed)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The readings of a batch that are new, with the numbers of their metrics and their revisions; and those held already."""

    points: Points
    metrics: Sequence[int]
    revisions: Sequence[int]
    known: Sequence[Held]


def record_snapshots(session: Session, actor: Actor, system_id: int, batch: Batch) -> Receipt:
    """Take in readings of a system's metrics: all of them, or none with every objection named.

    A reading that is held already counts as a duplicate and changes nothing, so that sending a batch again is
    safe. Raises RuleBroken ("snapshots.3.value"), and Conflict where a place holds another value and the batch does
    not say why it supersedes it. One ledger entry for the delivery; none when it brought nothing new.
    """
    require(actor, Permission.SNAPSHOT_PUSH, system_id)
    received_at = clock.now()
    known = _metrics(session, system_id)
    points = Points.of(batch.points)
    version = by_label(session, system_id, batch.version) if batch.version else None
    if batch.version and version is None:
        raise RuleBroken(
            [Problem("version", f"This system has no version {batch.version[:60]!r}. Add it first.")]
        )
    refuse_if([*_words_refused(batch), *batches.problems_with(points, known, received_at)])
    connection = session.connection()
    storing.hold_system(connection, system_id)
    # Before anything is read of the readings: whoever has read them would stand in the way of a new month, and wait for it.
    storing.make_months(connection, points.kept_ends)
    sorted_ = _sort(connection, batch, points, _numbers(points, known))
    if not sorted_.points:
        first = min(each.batch_id for each in sorted_.known)
        return Receipt(None, 0, len(points), {}, first)
    judged, digest = _judged(connection, sorted_, known)
    delivery = SnapshotBatch(
        system_id=system_id,
        received_at=received_at,
        received_by_id=actor.person_id,
        version_id=version.id if version else None,
        source=clean(batch.source),
        supersedes_because=clean(batch.supersedes),
        points=len(judged.ids),
        sha256=digest,
    )
    session.add(delivery)
    session.flush()
    storing.store(connection, delivery.id or 0, judged)
    storing.keep_latest(connection, judged, received_at)
    weighed = weigh(session, actor, system_id, _readings(judged))
    record(session, actor, Event.SNAPSHOTS_RECORDED, delivery, system_id=system_id)
    counts = {Verdict(each): count for each, count in Counter(judged.said).items()}
    accepted = len(judged.ids)
    return Receipt(delivery, accepted, len(points) - accepted, counts, weighed=weighed)


def _readings(judged: Judged) -> list[Reading]:
    """The readings that alerts have to be told of: of a thousand good ones a few say all there is to say."""
    told = telling(judged.series(), judged.points.kept_ends, judged.verdicts, judged.revisions)
    return [_reading(judged, place) for place in told]


def _reading(judged: Judged, place: int) -> Reading:
    points, corrects = judged.points, judged.revisions[place] > 0
    window = (points.groups[place], points.starts[place], points.ends[place])
    value, n, verdict = points.values[place], points.cases[place], judged.verdicts[place]
    return Reading(judged.metrics[place], *window, value, n, verdict, judged.ids[place], corrects)


def _words_refused(batch: Batch) -> list[Problem]:
    problems = []
    if len(batch.source) > batches.SOURCE_LIMIT:
        problems.append(Problem("source", f"Name the source in at most {batches.SOURCE_LIMIT} characters."))
    if len(batch.supersedes) > _BECAUSE_LIMIT:
        problems.append(Problem("supersedes", f"Say why in at most {_BECAUSE_LIMIT:,} characters."))
    return problems


def _metrics(session: Session, system_id: int) -> dict[str, Known]:
    return {
        metric.slug: Known(metric.id, metric.facts, metric.retired_at is not None)
        for metric in objectives.metrics_ever_of(session, system_id)
    }


def _numbers(points: Points, known: Mapping[str, Known]) -> list[int]:
    """The number of each reading's metric, all of which are known."""
    numbers = {slug: known[slug].id for slug in set(points.metrics)}
    return list(map(numbers.__getitem__, points.metrics))


def _sort(connection: sa.Connection, batch: Batch, points: Points, metrics: Sequence[int]) -> _Sorted:
    """Tell new readings from known ones. Raises Conflict, naming each, for other values without a reason."""
    held = held_at(connection, points, metrics)
    if not held and batches.apart_in_place(points):
        return _Sorted(points, metrics, [0] * len(points), ())
    new, revisions, old, contradicted = [], [], [], []
    seen: set[Place] = set()
    for number, (point, place) in enumerate(zip(points, batches.places_of(points, metrics), strict=True)):
        if place in seen:
            continue
        seen.add(place)
        standing = held.get(number)
        if standing is not None and batches.same(
            point, standing.value, standing.n, standing.low, standing.high
        ):
            old.append(standing)
        elif standing is None or batch.supersedes.strip():
            new.append(number)
            revisions.append(0 if standing is None else standing.revision + 1)
        else:
            contradicted.append(f"snapshots.{number} ({point.metric}: {standing.value:f} is held)")
    if contradicted:
        named = "; ".join(contradicted[:10]) + (
            f"; and {len(contradicted) - 10} more" if len(contradicted) > 10 else ""
        )
        raise Conflict(
            f'Another value is held for {named}. To correct it, send "supersedes" with the reason.', 0
        )
    return _Sorted(points.only(new), [metrics[number] for number in new], revisions, old)


def _judged(connection: sa.Connection, new: _Sorted, known: Mapping[str, Known]) -> tuple[Judged, str]:
    """The readings as they will be stored, each with its verdict; and the digest that answers for all of them."""
    points, slugs = new.points, new.points.metrics
    rails = {slug: rails_of(known[slug].facts) for slug in set(slugs)}
    kept = storing.rail_numbers(connection, [each for each in rails.values() if each is not None])
    digests = {slug: "" if each is None else each.sha256 for slug, each in rails.items()}
    numbers = {slug: kept.get(digest) for slug, digest in digests.items()}
    verdicts = _verdicts(points, rails)
    judged = Judged(
        ids=storing.numbers_for(connection, len(points)),
        points=points,
        metrics=new.metrics,
        revisions=new.revisions,
        verdicts=verdicts,
        said=list(map(str, verdicts)),
        rail_ids=list(map(numbers.__getitem__, slugs)),
        values=points.digits or batches.all_in_digits(points.values),
        lows=batches.each_in_digits(points.lows),
        highs=batches.each_in_digits(points.highs),
    )
    lines = lines_of(
        judged.metrics,
        points.kept_ends,
        points.groups,
        points.kept_starts,
        points.keys,
        judged.revisions,
        judged.values,
        points.cases,
        judged.lows,
        judged.highs,
        judged.said,
        list(map(digests.__getitem__, slugs)),
    )
    return judged, digest_of(lines)


def _verdicts(points: Points, rails: Mapping[str, Rails | None]) -> list[Verdict]:
    """The verdicts on readings, those of each metric judged together."""
    if len(rails) == 1:
        return _verdicts_by(rails[points.metrics[0]], points.values, points.cases)
    of: dict[str, list[int]] = {slug: [] for slug in rails}
    for place, slug in enumerate(points.metrics):
        of[slug].append(place)
    judged = {
        slug: iter(
            _verdicts_by(
                rails[slug], [points.values[each] for each in some], [points.cases[each] for each in some]
            )
        )
        for slug, some in of.items()
    }
    return [next(judged[slug]) for slug in points.metrics]


def _verdicts_by(
    rails: Rails | None, values: Sequence[Decimal], cases: Sequence[int | None]
) -> list[Verdict]:
    if rails is None:
        return [Verdict.NO_GUARD_RAIL] * len(values)
    return rails.judge_each(values, cases)

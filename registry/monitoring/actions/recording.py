"""record_snapshots(): a whole batch or nothing, each reading once, judged by the guard-rails of the moment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
from registry.monitoring.rules.decoding import Batch, PointIn
from registry.monitoring.rules.rails import Rails, digest_of, lines_of, rails_of, verdicts_by
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
    """The readings of a batch that are new, with their places and revisions; and those held already."""

    points: Sequence[PointIn]
    places: Sequence[Place]
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
    places = batches.places_of(batch.points, known, batch.written)
    version = by_label(session, system_id, batch.version) if batch.version else None
    if batch.version and version is None:
        raise RuleBroken(
            [Problem("version", f"This system has no version {batch.version[:60]!r}. Add it first.")]
        )
    refuse_if([*_words_refused(batch), *batches.problems_with(batch.points, places, known, received_at)])
    connection = session.connection()
    storing.hold_system(connection, system_id)
    sorted_ = _sort(connection, batch, [place for place in places if place is not None])
    if not sorted_.points:
        first = min(each.batch_id for each in sorted_.known)
        return Receipt(None, 0, len(batch.points), {}, first)
    storing.make_months(connection, sorted_.places)
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
    counts = {Verdict(each): count for each, count in Counter(map(str, judged.verdicts)).items()}
    accepted = len(judged.ids)
    return Receipt(delivery, accepted, len(batch.points) - accepted, counts, weighed=weighed)


def _readings(judged: Judged) -> list[Reading]:
    """The readings that alerts have to be told of: of a thousand good ones a few say all there is to say."""
    metrics, ends, groups, _, _ = zip(*judged.places, strict=True)
    told = telling(list(zip(metrics, groups, strict=True)), ends, judged.verdicts, judged.revisions)
    return [_reading(judged, place) for place in told]


def _reading(judged: Judged, place: int) -> Reading:
    point, verdict, corrects = judged.points[place], judged.verdicts[place], judged.revisions[place] > 0
    window = (point.group, point.window_start, point.window_end)
    number = judged.ids[place]
    return Reading(judged.places[place][0], *window, point.value, point.n, verdict, number, corrects)


def _words_refused(batch: Batch) -> list[Problem]:
    problems = []
    if len(batch.source) > batches.SOURCE_LIMIT:
        problems.append(Problem("source", f"Name the source in at most {batches.SOURCE_LIMIT} characters."))
    if len(batch.supersedes) > _BECAUSE_LIMIT:
        problems.append(Problem("supersedes", f"Say why in at most {_BECAUSE_LIMIT:,} characters."))
    return problems


def _metrics(session: Session, system_id: int) -> dict[str, Known]:
    return {
        metric.slug: Known(metric.id or 0, objectives.metric_facts(metric), metric.retired_at is not None)
        for metric in objectives.metrics_ever_of(session, system_id)
    }


def _sort(connection: sa.Connection, batch: Batch, each_at: Sequence[Place]) -> _Sorted:
    """Tell new readings from known ones. Raises Conflict, naming each, for other values without a reason."""
    held = held_at(connection, each_at)
    if not held and len(set(each_at)) == len(batch.points):
        return _Sorted(batch.points, each_at, [0] * len(each_at), ())
    new, old, contradicted = [], [], []
    seen: set[Place] = set()
    for number, (point, place) in enumerate(zip(batch.points, each_at, strict=True)):
        if place in seen:
            continue
        seen.add(place)
        standing = held.get(number)
        if standing is not None and batches.same(
            point, standing.value, standing.n, standing.low, standing.high
        ):
            old.append(standing)
        elif standing is None or batch.supersedes.strip():
            new.append((point, place, 0 if standing is None else standing.revision + 1))
        else:
            contradicted.append(f"snapshots.{number} ({point.metric}: {standing.value:f} is held)")
    if contradicted:
        named = "; ".join(contradicted[:10]) + (
            f"; and {len(contradicted) - 10} more" if len(contradicted) > 10 else ""
        )
        raise Conflict(
            f'Another value is held for {named}. To correct it, send "supersedes" with the reason.', 0
        )
    points, places_, revisions = zip(*new, strict=True) if new else ((), (), ())
    return _Sorted(points, places_, revisions, old)


def _judged(connection: sa.Connection, new: _Sorted, known: Mapping[str, Known]) -> tuple[Judged, str]:
    """The readings as they will be stored, each with its verdict; and the digest that answers for all of them."""
    slugs = [point.metric for point in new.points]
    rails = {slug: rails_of(known[slug].facts) for slug in set(slugs)}
    kept = storing.rail_numbers(connection, [each for each in rails.values() if each is not None])
    digests = {slug: "" if each is None else each.sha256 for slug, each in rails.items()}
    numbers = {slug: kept.get(digest) for slug, digest in digests.items()}
    _, _, _, values, cases, lows, highs, _, _ = zip(*new.points, strict=True)
    judged = Judged(
        ids=storing.numbers_for(connection, len(slugs)),
        points=new.points,
        places=new.places,
        revisions=new.revisions,
        verdicts=_verdicts(new.points, slugs, rails),
        rail_ids=[numbers[slug] for slug in slugs],
        values=batches.all_in_digits(values),
        lows=batches.each_in_digits(lows),
        highs=batches.each_in_digits(highs),
    )
    lines = lines_of(
        judged.places,
        judged.revisions,
        judged.values,
        cases,
        judged.lows,
        judged.highs,
        map(str, judged.verdicts),
        [digests[slug] for slug in slugs],
    )
    return judged, digest_of(lines)


def _verdicts(
    points: Sequence[PointIn], slugs: Sequence[str], rails: Mapping[str, Rails | None]
) -> list[Verdict]:
    """The verdicts on readings, those of each metric judged together."""
    if len(rails) == 1:
        return verdicts_by(rails[slugs[0]], points)
    of: dict[str, list[PointIn]] = {slug: [] for slug in rails}
    for point in points:
        of[point.metric].append(point)
    judged = {slug: iter(verdicts_by(rails[slug], some)) for slug, some in of.items()}
    return [next(judged[slug]) for slug in slugs]

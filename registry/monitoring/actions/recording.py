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
from registry.monitoring.rules.readings import Reading
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
    """The readings of a batch that are new, each with what it stands in for; and those held already."""

    new: Sequence[tuple[PointIn, Place, Held | None]]
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
    places = batches.places_of(batch.points, known)
    version = by_label(session, system_id, batch.version) if batch.version else None
    if batch.version and version is None:
        raise RuleBroken(
            [Problem("version", f"This system has no version {batch.version[:60]!r}. Add it first.")]
        )
    refuse_if([*_words_refused(batch), *batches.problems_with(batch.points, places, known, received_at)])
    connection = session.connection()
    storing.hold_system(connection, system_id)
    sorted_ = _sort(connection, batch, [place for place in places if place is not None])
    if not sorted_.new:
        first = min(each.batch_id for each in sorted_.known)
        return Receipt(None, 0, len(batch.points), {}, first)
    storing.make_months(connection, (place for _, place, _ in sorted_.new))
    judged, digest = _judged(connection, sorted_.new, known)
    delivery = SnapshotBatch(
        system_id=system_id,
        received_at=received_at,
        received_by_id=actor.person_id,
        version_id=version.id if version else None,
        source=clean(batch.source),
        supersedes_because=clean(batch.supersedes),
        points=len(judged),
        sha256=digest,
    )
    session.add(delivery)
    session.flush()
    storing.store(connection, delivery.id or 0, judged)
    storing.keep_latest(connection, judged, received_at)
    weighed = weigh(session, actor, system_id, [_reading(each) for each in judged])
    record(session, actor, Event.SNAPSHOTS_RECORDED, delivery, system_id=system_id)
    counts = Counter(each.verdict for each in judged)
    duplicate = len(batch.points) - len(judged)
    return Receipt(delivery, len(judged), duplicate, counts, weighed=weighed)


def _reading(each: Judged) -> Reading:
    point = each.point
    return Reading(
        each.place[0],
        point.group,
        point.window_start,
        point.window_end,
        point.value,
        point.n,
        each.verdict,
        each.id,
        corrects=each.revision > 0,
    )


def _words_refused(batch: Batch) -> list[Problem]:
    problems = []
    if len(batch.source) > batches.SOURCE_LIMIT:
        problems.append(Problem("source", f"Name the source in at most {batches.SOURCE_LIMIT} characters."))
    if len(batch.supersedes) > _BECAUSE_LIMIT:
        problems.append(Problem("supersedes", f"Say why in at most {_BECAUSE_LIMIT:,} characters."))
    return problems


def _metrics(session: Session, system_id: int) -> dict[str, Known]:
    found = {}
    for retired in (False, True):
        for metric in objectives.metrics_of(session, system_id, retired=retired):
            found[metric.slug] = Known(metric.id or 0, objectives.metric_facts(metric), retired)
    return found


def _sort(connection: sa.Connection, batch: Batch, each_at: Sequence[Place]) -> _Sorted:
    """Tell new readings from known ones. Raises Conflict, naming each, for other values without a reason."""
    once: dict[Place, tuple[int, PointIn]] = {}
    for number, place in enumerate(each_at):
        once.setdefault(place, (number, batch.points[number]))
    places = list(once)
    held = held_at(connection, places)
    new, old, contradicted = [], [], []
    for position, place in enumerate(places):
        number, point = once[place]
        standing = held.get(position)
        if standing is not None and batches.same(
            point, standing.value, standing.n, standing.low, standing.high
        ):
            old.append(standing)
        elif standing is None or batch.supersedes.strip():
            new.append((point, place, standing))
        else:
            contradicted.append(f"snapshots.{number} ({point.metric}: {standing.value:f} is held)")
    if contradicted:
        named = "; ".join(contradicted[:10]) + (
            f"; and {len(contradicted) - 10} more" if len(contradicted) > 10 else ""
        )
        raise Conflict(
            f'Another value is held for {named}. To correct it, send "supersedes" with the reason.', 0
        )
    return _Sorted(new, old)


def _judged(
    connection: sa.Connection, new: Sequence[tuple[PointIn, Place, Held | None]], known: Mapping[str, Known]
) -> tuple[list[Judged], str]:
    """The readings as they will be stored, each with its verdict; and the digest that answers for all of them."""
    rails = {slug: batches.rails_of(known[slug].facts) for slug in {point.metric for point, _, _ in new}}
    kept = storing.rail_numbers(connection, [each for each in rails.values() if each is not None])
    digests = {slug: "" if each is None else each.sha256 for slug, each in rails.items()}
    judged, lines = [], []
    for (point, place, held), number in zip(new, storing.numbers_for(connection, len(new)), strict=True):
        rail, digest = rails[point.metric], digests[point.metric]
        verdict = Verdict.NO_GUARD_RAIL if rail is None else rail.judge(point.value, point.n)
        revision = 0 if held is None else held.revision + 1
        value, low, high = (
            format(point.value, "f"),
            batches.in_digits(point.low),
            batches.in_digits(point.high),
        )
        judged.append(Judged(number, point, place, revision, verdict, kept.get(digest), value, low, high))
        lines.append(batches.line_of(place, revision, value, point.n, low, high, verdict.value, digest))
    return judged, batches.digest_of(lines)

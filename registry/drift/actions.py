"""Take in distributions, a whole batch or nothing; set what a feature is compared with, and name it anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.drift.models import DISTRIBUTION, FEATURE, Baseline, Distribution, DistributionBatch, Feature
from registry.drift.queries import features as queries
from registry.drift.queries.stored import At, held_at
from registry.drift.queries.windows import spread_in
from registry.drift.rules import baselines, spreads
from registry.drift.rules.decoding import DistributionBatch as Batch
from registry.drift.rules.decoding import DistributionIn
from registry.drift.rules.spreads import Named, Place, Spread
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.monitoring.actions.storing import hold_system
from registry.monitoring.rules.rails import digest_of
from registry.versions.queries import by_label


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: distributions taken and known already, and the features nothing is compared with."""

    batch: DistributionBatch | None
    accepted: int
    duplicate: int
    without_baseline: Sequence[Named]
    first_batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class _New:
    """A distribution that is not held yet, or corrects the one that is."""

    feature_id: int
    sent: DistributionIn
    spread: Spread
    revision: int

    @property
    def place(self) -> Place:
        return spreads.place_of(self.sent)


def record_distributions(session: Session, actor: Actor, system_id: int, batch: Batch) -> Receipt:
    """Take in distributions of a system's features: all of them, or none with every objection named.

    One that is held already counts as a duplicate and changes nothing, so that sending a batch again is safe. Raises
    RuleBroken ("distributions.3.counts"), and Conflict where a place holds other counts and the batch does not say
    why it supersedes them. One ledger entry for the delivery; none when it brought nothing new.
    """
    require(actor, Permission.SNAPSHOT_PUSH, system_id)
    received_at = clock.now()
    version = by_label(session, system_id, batch.version) if batch.version else None
    if batch.version and version is None:
        says = f"This system has no version {batch.version[:60]!r}. Add it first."
        raise RuleBroken([Problem("version", says)])
    refuse_if(spreads.problems_with(batch.distributions, received_at))
    hold_system(session.connection(), system_id)
    features = _features(session, system_id, spreads.told_apart(map(spreads.place_of, batch.distributions)))
    new, known = _sorted(session, batch, features)
    followed = queries.in_force(session, [each.id or 0 for each in features.values()])
    bare = [named for named, each in features.items() if each.id not in followed]
    duplicate = len(batch.distributions) - len(new)
    if not new:
        return Receipt(None, 0, duplicate, bare, min(each.batch_id for each in known))
    delivery = DistributionBatch(
        system_id=system_id,
        received_at=received_at,
        received_by_id=actor.person_id,
        version_id=version.id if version else None,
        source=batch.source,
        supersedes_because=batch.supersedes,
        distributions=len(new),
        sha256=digest_of(spreads.line_of(each.place, each.revision, each.spread) for each in new),
    )
    session.add(delivery)
    session.flush()
    session.connection().execute(DISTRIBUTION.insert(), [_row(delivery.id or 0, each) for each in new])
    record(session, actor, Event.DISTRIBUTIONS_RECORDED, delivery, system_id=system_id)
    return Receipt(delivery, len(new), duplicate, bare)


def set_baseline(
    session: Session,
    actor: Actor,
    feature: Feature,
    name: str,
    reason: str,
    spread: Spread,
    window: tuple[datetime, datetime],
    distribution_id: int | None = None,
) -> Baseline:
    """Compare a feature with these counts from now on, and end the baseline it had. Raises RuleBroken.

    `distribution_id` is the window they were taken from, None where they were sent for the baseline itself. Setting
    again what is in force under the same name changes nothing. The caller holds the feature's row locked.
    """
    require(actor, Permission.BASELINE_SET, feature.system_id)
    name, reason = _tidy(name), _tidy(reason)
    refuse_if(baselines.problems_with(name, reason, spread))
    before = queries.in_force(session, [feature.id or 0]).get(feature.id or 0)
    if before is not None and (before.name, spread_in(before)) == (name, spread):
        return before
    now = clock.now()
    if before is not None:
        before.ended_at = now
        # Before the new one, for only one may be in force.
        session.flush()
    found = Baseline(
        feature_id=feature.id or 0,
        name=name,
        reason=reason,
        set_at=now,
        set_by_id=actor.person_id,
        distribution_id=distribution_id,
        window_start=window[0],
        window_end=window[1],
        **_columns(spread),
    )
    session.add(found)
    note = {"feature": feature.name} | ({"group": feature.group_key} if feature.group_key else {})
    record(session, actor, Event.BASELINE_SET, found, system_id=feature.system_id, note=note)
    return found


def set_sent_baseline(
    session: Session, actor: Actor, system_id: int, name: str, reason: str, sent: DistributionIn
) -> Baseline:
    """The same with counts sent for the baseline itself, of a feature that may be new. Raises RuleBroken."""
    require(actor, Permission.BASELINE_SET, system_id)
    problems = [
        Problem(f"distribution.{field}", says) for field, says in spreads.problems_with_one(sent, clock.now())
    ]
    named, because, spread = _tidy(name), _tidy(reason), spreads.spread_of(sent)
    refuse_if([*problems, *baselines.problems_with(named, because, spread, "distribution")])
    hold_system(session.connection(), system_id)
    [feature] = _features(session, system_id, [(sent.feature, sent.group)]).values()
    # Those who set it from a window hold the feature, not the system.
    feature = queries.feature_by_id(session, system_id, feature.id or 0, lock=True)
    window = (sent.window_start, sent.window_end)
    return set_baseline(session, actor, feature, name, reason, spread, window)


def rename_baseline(
    session: Session, actor: Actor, feature: Feature, baseline: Baseline, name: str, *, version: int
) -> Baseline:
    """Call a baseline by another name; its counts and its reason stay. Raises RuleBroken, or Conflict with a later change."""
    require(actor, Permission.BASELINE_SET, feature.system_id)
    name = _tidy(name)
    if version != baseline.version:
        raise Conflict("This baseline has changed since; read it again.", baseline.version)
    refuse_if(baselines.problems_with_name(name))
    if baseline.name != name:
        baseline.name = name
    record(session, actor, Event.BASELINE_RENAMED, baseline, system_id=feature.system_id)
    return baseline


def _features(
    session: Session, system_id: int, names: Sequence[Named] | Mapping[Named, None]
) -> dict[Named, Feature]:
    """The rows of these features, those that are new among them. The caller holds the system."""
    found = queries.features_named(session, system_id, names)
    missing = [each for each in names if each not in found]
    if missing:
        refuse_if(spreads.problems_with_new(queries.feature_count(session, system_id), len(missing)))
        rows = [{"system_id": system_id, "name": name, "group_key": group} for name, group in missing]
        session.connection().execute(FEATURE.insert(), rows)
        found = queries.features_named(session, system_id, names)
    return {each: found[each] for each in names}


def _sorted(
    session: Session, batch: Batch, features: Mapping[Named, Feature]
) -> tuple[list[_New], list[Distribution]]:
    """What is new and what is held. Raises Conflict, naming each, for other counts without a reason."""
    once: dict[At, tuple[int, DistributionIn]] = {}
    for number, each in enumerate(batch.distributions):
        feature = features[each.feature, each.group]
        once.setdefault((feature.id or 0, each.window_start, each.window_end, each.key), (number, each))
    held = held_at(session, once)
    new, old, contradicted = [], [], []
    for place, (number, each) in once.items():
        standing, spread = held.get(place), spreads.spread_of(each)
        if standing is not None and spread_in(standing) == spread:
            old.append(standing)
        elif standing is None or batch.supersedes:
            new.append(_New(place[0], each, spread, 0 if standing is None else standing.revision + 1))
        else:
            contradicted.append(f"distributions.{number} ({each.feature})")
    if contradicted:
        named = "; ".join(contradicted[:10])
        more = f"; and {len(contradicted) - 10} more" if len(contradicted) > 10 else ""
        says = f'Other counts are held for {named}{more}. To correct them, send "supersedes" with the reason.'
        raise Conflict(says, 0)
    return new, old


def _row(batch_id: int, each: _New) -> dict[str, object]:
    return {
        "batch_id": batch_id,
        "feature_id": each.feature_id,
        "window_start": each.sent.window_start,
        "window_end": each.sent.window_end,
        "client_key": each.sent.key,
        "revision": each.revision,
        **_columns(each.spread),
    }


def _columns(spread: Spread) -> dict[str, Any]:
    return {
        "kind": spread.kind,
        "bins": list(spread.bins),
        "counts": list(spread.counts),
        "n": spread.n,
        "missing": spread.missing,
        "mean": spread.mean,
        "variance": spread.variance,
    }


def _tidy(text: str) -> str:
    try:
        return clean(text).strip()
    except ValueError:
        return text

"""What stands beside the ledger and is answered for by digests it holds: readings, words that bind, issued cards."""

from collections.abc import Iterator
from dataclasses import replace

from sqlmodel import Session

from registry.audit.queries import Verification
from registry.audit.rules.chain import Found
from registry.cards.queries.integrity import altered_cards
from registry.drift.models import DistributionBatch
from registry.drift.queries.integrity import altered_distributions
from registry.fairness.models import FairnessBatch
from registry.fairness.queries.integrity import altered_batches as altered_counts
from registry.monitoring.models.snapshots import SnapshotBatch
from registry.monitoring.queries.deliveries import entry_of
from registry.monitoring.queries.integrity import altered_batches as altered_readings
from registry.monitoring.queries.integrity import altered_latest
from registry.reviews.queries.integrity import altered_words

# What comes by the million: what to call it, which deliveries are not as they were received, and the row of one.
_DELIVERIES = (
    ("readings", altered_readings, SnapshotBatch),
    ("distributions", altered_distributions, DistributionBatch),
    ("counts", altered_counts, FairnessBatch),
)


def with_what_stands_beside(session: Session, found: Verification) -> Verification:
    """The same verification with what does not fit among deliveries and newest readings, among decisions, attestations and signatures, and among issued cards."""
    cards = [Found(seq, says) for seq, says in altered_cards(session)]
    altered = [*_altered_deliveries(session), *_altered_newest(session), *_altered_words(session), *cards]
    if not altered:
        return found
    problems = [*found.problems, *altered]
    first = min((each.seq for each in problems if each.seq is not None), default=None)
    return replace(found, ok=False, problems=problems, first_bad=first)


def _altered_deliveries(session: Session) -> Iterator[Found]:
    for said, numbers, kind in _DELIVERIES:
        for number in numbers(session):
            says = f"The {said} of delivery {number} are not those that were received."
            yield Found(entry_of(session, kind, number), says)


def _altered_newest(session: Session) -> Iterator[Found]:
    for metric_id, group in altered_latest(session):
        of = f"metric {metric_id}, group {group!r}," if group else f"metric {metric_id}"
        yield Found(None, f"The newest reading shown of {of} is not the newest that was received.")


def _altered_words(session: Session) -> Iterator[Found]:
    for row, said in altered_words(session):
        yield Found(entry_of(session, type(row), row.id or 0), said)

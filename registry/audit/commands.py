"""registry audit verify: walk the chain, then every row it speaks of."""

from dataclasses import asdict, replace

import click
from sqlmodel import Session

from registry.audit.queries import Verification, verify
from registry.audit.rules.chain import Found
from registry.drift.models import DistributionBatch
from registry.drift.queries.integrity import altered_distributions
from registry.fairness.models import FairnessBatch
from registry.fairness.queries.integrity import altered_batches as altered_counts
from registry.monitoring.models.snapshots import SnapshotBatch
from registry.monitoring.queries.deliveries import entry_of
from registry.monitoring.queries.integrity import altered_batches as altered_readings
from registry.reviews.queries.integrity import altered_words
from registry.store.commandkit import answer, house, progress

_EVERY = 100_000
# What comes by the million and is answered for by the digest of its delivery: what to call it, which deliveries are not
# as they were received, and the row of one.
_DELIVERIES = (
    ("readings", altered_readings, SnapshotBatch),
    ("distributions", altered_distributions, DistributionBatch),
    ("counts", altered_counts, FairnessBatch),
)
# What carries a digest over all it says: which rows do not fit theirs, each with that in words.
_SIGNED = (altered_words,)


@click.group("audit")
def audit() -> None:
    """Look after the audit ledger."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--no-live", is_flag=True, help="Check the chain alone, not the rows that stand.")
@click.pass_context
def verify_command(context: click.Context, *, as_json: bool, no_live: bool) -> None:
    """Check that the ledger is whole and that every record is as its last entry left it.

    Exit code 0 when nothing is amiss, 1 when something is.
    """
    with house().database.transaction(read_only=True) as session:
        found = verify(session, live=not no_live, progress=_say_progress)
        if not no_live:
            found = _with_readings(session, found)
    answer(asdict(found), as_json, _in_words(found))
    context.exit(0 if found.ok else 1)


def _with_readings(session: Session, found: Verification) -> Verification:
    """The same with what does not fit among what the ledger answers for by delivery."""
    altered = [
        Found(
            entry_of(session, kind, number),
            f"The {said} of delivery {number} are not those that were received.",
        )
        for said, numbers, kind in _DELIVERIES
        for number in numbers(session)
    ]
    altered += [
        Found(entry_of(session, type(row), row.id or 0), said)
        for words in _SIGNED
        for row, said in words(session)
    ]
    if not altered:
        return found
    problems = [*found.problems, *altered]
    first = min((each.seq for each in problems if each.seq is not None), default=None)
    return replace(found, ok=False, problems=problems, first_bad=first)


def _say_progress(count: int) -> None:
    if count % _EVERY == 0:
        progress(f"{count:,} entries checked")


def _in_words(found: Verification) -> str:
    lines = [f"{found.entries:,} entries", f"root {found.root}"]
    lines += [one.says for one in found.problems]
    lines.append("The ledger is whole." if found.ok else "The ledger or the records were changed behind it.")
    return "\n".join(lines)

"""What an operator watches of the registry as a whole, in a handful of statements that stay quick however much it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from registry.audit.queries.checkpoints import last_seq, newest_checkpoint
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertState, Severity
from registry.notices.queries import hooks, mail
from registry.notices.rules.sending import PLACE, Sent
from registry.store.replicas import Source, Told
from registry.worker import queries as worker
from registry.worker.rules import JobState, is_alive


@dataclass(frozen=True, slots=True)
class Standing:
    """How the registry stands at a moment; ages in seconds."""

    jobs: Mapping[JobState, int]
    oldest_due_age: float
    """Of the job that has waited longest; 0 where none waits."""
    workers: int
    """Seen of late."""
    ledger_entries: int
    checkpoint_age: float | None
    """None before the first."""
    checkpoint_size: int
    open_alerts: Mapping[Severity, int]
    untold_entries: int
    """Of the ledger, of which nobody has been told yet."""
    letters: Mapping[Sent, int]
    deliveries: Mapping[Sent, int]
    """Those on their way and those given up."""
    long_reads: Mapping[Source, Told]
    """Which source answered how many long questions, and at which entry the last; empty where there never was a replica."""


def standing(session: Session, at: datetime) -> Standing:
    """How the registry stands then."""
    since, newest = worker.oldest_due(session, at), newest_checkpoint(session)
    entries = last_seq(session)
    return Standing(
        jobs=worker.unsettled(session),
        oldest_due_age=(at - since).total_seconds() if since else 0.0,
        workers=sum(is_alive(each.seen_at, at) for each in worker.heartbeats(session)),
        ledger_entries=entries,
        checkpoint_age=(at - datetime.fromisoformat(newest.made_at)).total_seconds() if newest else None,
        checkpoint_size=newest.size if newest else 0,
        open_alerts=_open_alerts(session),
        untold_entries=entries - worker.place(session, PLACE),
        letters=mail.unsettled(session),
        deliveries=hooks.unsettled(session),
        long_reads={Source(each.source): Told(each.count, each.seq) for each in worker.long_reads(session)},
    )


def _open_alerts(session: Session) -> dict[Severity, int]:
    found = dict.fromkeys(Severity, 0)
    query = select(Alert.severity, func.count()).where(col(Alert.state) != AlertState.RESOLVED)
    for severity, count in session.exec(query.group_by(col(Alert.severity))):
        found[Severity(severity)] = count
    return found

"""Long questions of a job or a command, put to the replica where there is one; which answered is counted and logged."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col

from registry.audit.queries.replicas import mark
from registry.kernel import clock
from registry.store.replicas import LongReads, Source, Told
from registry.store.session import Database
from registry.worker.models import LongRead

log = logging.getLogger("registry.replica")


@contextmanager
def reading_long(database: Database) -> Iterator[LongReads]:
    """What long questions are put to. Who answered is noted when the block ends well, where the database has a replica."""
    reads = LongReads(database, mark)
    yield reads
    if database.replica is None or not reads.told:
        return
    for source, each in reads.told.items():
        facts = {"event": "long_read", "source": source.value, "questions": each.count, "entry": each.seq}
        log.info("read from the %s, which had come to entry %s", source.value, each.seq, extra=facts)
    with database.transaction() as session:
        _note(session, reads.told)


def _note(session: Session, told: Mapping[Source, Told]) -> None:
    """Count what was answered. A statement for each source, so that of two workers at once neither count is lost."""
    # In one order: two that note both would else each wait for the other.
    for source in sorted(told):
        each = told[source]
        # Only PostgreSQL has replicas.
        insert = postgresql.insert(LongRead).values(
            source=source, count=each.count, seq=each.seq, at=clock.now()
        )
        more = {"count": col(LongRead.count) + each.count, "seq": each.seq, "at": insert.excluded.at}
        session.connection().execute(insert.on_conflict_do_update(index_elements=["source"], set_=more))

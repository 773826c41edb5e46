"""How far a register has come, by its ledger; and how its read replica stands beside it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from registry.audit.models import ENTRY
from registry.audit.queries.follow import Newest
from registry.kernel import clock
from registry.store.replicas import Behind, Look, NotAReplica, Replica, here_of, is_away, said
from registry.store.session import Database


def mark(session: Session, seq: int | None = None) -> Newest | None:
    """The number and hash of the newest entry, or of the one of that number; None where there is none."""
    query = sa.select(ENTRY.c.seq, ENTRY.c.leaf_hash)
    query = query.order_by(ENTRY.c.seq.desc()).limit(1) if seq is None else query.where(ENTRY.c.seq == seq)
    row = session.connection().execute(query).one_or_none()
    return None if row is None else Newest(*row)


def replica_stands(database: Database) -> Look | None:
    """How the replica of this database stands, as somebody saw it within the last seconds; None where there is none.

    Raises what the database itself raises where it does not answer.
    """
    replica = database.replica
    return None if replica is None else replica.looked(lambda: _look(database, replica))


def stranger(database: Database) -> str:
    """What the replica of this database is instead of one; "" for a replica, one that is away, and where there is none."""
    stands = replica_stands(database)
    return stands.trouble if stands is not None and stands.is_stranger else ""


def _look(database: Database, replica: Replica) -> Look:
    with database.glance() as session:
        here, newest = here_of(session), mark(session)
    try:
        with replica.reading(here) as there:
            theirs = mark(there)
    except NotAReplica as stranger:
        return Look(trouble=str(stranger), is_stranger=True)
    except Behind as told:
        return Look(trouble=str(told))
    except DBAPIError as broken:
        return Look(trouble=said(broken), is_stranger=not is_away(broken))
    with database.glance() as session:
        if theirs is not None and mark(session, theirs.seq) != theirs:
            return Look(trouble="its ledger is another one", is_stranger=True)
        lacks = (newest.seq if newest else 0) - (theirs.seq if theirs else 0)
        if lacks <= 0:
            return Look()
        at = session.connection().scalar(
            sa.select(ENTRY.c.at).where(ENTRY.c.seq == (theirs.seq if theirs else 0) + 1)
        )
    seconds = (clock.now() - datetime.fromisoformat(at)).total_seconds() if at else 0.0
    return Look(behind=lacks, lag_seconds=max(0.0, seconds))

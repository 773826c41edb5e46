"""Hold a request against others under its key; keep its answer; forget answers that are over. Machinery, outside the ledger."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.kernel import clock
from registry.kernel.errors import Problem, RuleBroken, UnderWay
from registry.repeats.models import KeptAnswer
from registry.repeats.queries import kept_by
from registry.repeats.rules import KEPT_FOR, Sent, is_over

_OTHER: Final = "This key came before with another request. Take a new one for each request, and the same to send one again."


def begin(session: Session, sent: Sent) -> str | None:
    """The sealed answer of this very request where it was done before; else None, and it may be done in this transaction.

    Until that ends, nobody else does it: on PostgreSQL whoever tries raises UnderWay, on SQLite they wait for their turn
    to write, as everybody does. Raises RuleBroken where the key came with another request.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite" and not connection.scalar(
        sa.select(sa.func.pg_try_advisory_xact_lock(_number(sent.holder)))
    ):
        raise UnderWay("This very request is being done at this moment. Send it again for its answer.")
    kept = kept_by(session, sent.holder)
    if kept is None:
        return None
    if is_over(kept.at, clock.now()):
        session.delete(kept)
        # The next one of this holder takes its place.
        session.flush()
        return None
    if kept.request_sha256 != sent.request:
        raise RuleBroken([Problem("Idempotency-Key", _OTHER)])
    return kept.sealed


def keep(session: Session, sent: Sent, sealed: str) -> None:
    """Keep the answer of a request that was done, in the transaction that did it: neither is there without the other."""
    session.add(
        KeptAnswer(holder_sha256=sent.holder, request_sha256=sent.request, sealed=sealed, at=clock.now())
    )


def forget_old(session: Session) -> int:
    """Delete the answers that are over; returns how many there were."""
    over = sa.delete(KeptAnswer).where(col(KeptAnswer.at) <= clock.now() - KEPT_FOR)
    return session.connection().execute(over).rowcount


def _number(holder: str) -> int:
    """A lock's number. Of two holders that share one, one is told to come again."""
    return int.from_bytes(bytes.fromhex(holder)[:8], "big", signed=True)

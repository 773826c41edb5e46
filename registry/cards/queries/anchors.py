"""The approval of an edition as the ledger holds it: its entry whole, and the path from it to a signed checkpoint."""

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY, OBJECT, PAYLOAD, LedgerCheckpoint
from registry.audit.queries.checkpoints import leaves, newest_key
from registry.audit.rules.merkle import inclusion_ranges, roots_of
from registry.cards.models import CardEdition
from registry.cards.rules.facts import CardStopped
from registry.cards.rules.seal import Anchor, Entry, ObjectDigest
from registry.kernel.events import Event


def anchor_of(session: Session, edition: CardEdition, checkpoint: LedgerCheckpoint) -> Anchor:
    """The anchor of an approved edition under a checkpoint made since. Raises CardStopped where the ledger does not tell of it."""
    entry = _approval(session, edition)
    key = newest_key(session)
    if entry is None or key is None or checkpoint.size < entry.seq:
        raise CardStopped(
            f"Edition {edition.number} was not issued: the ledger does not tell of its approval. Run registry audit verify."
        )
    ranges = inclusion_ranges(entry.seq - 1, checkpoint.size)
    path = roots_of(ranges, (leaf for _, leaf in leaves(session, 0, checkpoint.size)))
    return Anchor(entry, checkpoint.note, tuple(each.hex() for each in path), key.verifier)


def _approval(session: Session, edition: CardEdition) -> Entry | None:
    columns = [column for column in ENTRY.columns if column.name != "leaf_hash"]
    query = sa.select(*columns, PAYLOAD.c.salt, PAYLOAD.c.payload).join_from(
        ENTRY, PAYLOAD, PAYLOAD.c.seq == ENTRY.c.seq
    )
    query = query.where(
        ENTRY.c.event == Event.CARD_APPROVED.value,
        ENTRY.c.subject_kind == CardEdition.__tablename__,
        ENTRY.c.subject_id == edition.id,
    )
    row = session.connection().execute(query.order_by(ENTRY.c.seq).limit(1)).first()
    if row is None:
        return None
    listed = sa.select(OBJECT.c.kind, OBJECT.c.object_id, OBJECT.c.digest).where(OBJECT.c.seq == row.seq)
    objects = session.connection().execute(listed.order_by(OBJECT.c.position))
    told = row._asdict()
    return Entry(**told, objects=tuple(ObjectDigest(*each) for each in objects))

"""Issued cards that are not what the ledger says they were issued as."""

import json
from collections.abc import Iterator
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.audit.models import ENTRY, PAYLOAD
from registry.cards.models import CardDocument
from registry.kernel.events import Event

_ISSUED = (
    sa.select(ENTRY.c.seq, ENTRY.c.subject_id, PAYLOAD.c.payload)
    .join_from(ENTRY, PAYLOAD, PAYLOAD.c.seq == ENTRY.c.seq)
    .where(ENTRY.c.event == Event.CARD_ISSUED.value)
    .order_by(ENTRY.c.seq)
)


def altered_cards(session: Session) -> Iterator[tuple[int | None, str]]:
    """Each issued PDF that is altered, gone, or known to no entry: the number of the entry that tells of it, and what is wrong."""
    issued = {
        number: (seq, json.loads(payload)["note"].get("pdf_sha256"))
        for seq, number, payload in session.connection().execute(_ISSUED)
    }
    # One after the other: together they may be more than there is memory for.
    kept = select(CardDocument.edition_id, CardDocument.pdf, CardDocument.pdf_sha256)
    query = kept.order_by(col(CardDocument.edition_id)).execution_options(yield_per=1)
    for number, pdf, stated in session.exec(query):
        seq, told = issued.pop(number, (None, None))
        if not told == stated == sha256(pdf).hexdigest():
            yield seq, f"The PDF of card edition {number} is not the one that was issued."
    for number, (seq, _) in issued.items():
        yield seq, f"The PDF of card edition {number} was issued and is gone."

"""Keep the finished PDF of a card for the next who asks for the same."""

from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.cards.models import CardPreview
from registry.cards.queries import kept_preview, preview_sizes
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require

MOST_KEPT_BYTES: Final = 64 * 1024 * 1024
"""How much the previews may take in the database, about five hundred cards; the oldest go first."""


def keep_preview(
    session: Session,
    actor: Actor,
    system_id: int | None,
    facts_sha256: str,
    *,
    rendering_sha256: str,
    pdf: bytes,
    most_bytes: int = MOST_KEPT_BYTES,
) -> None:
    """Keep a PDF under the hash of its facts and of its rendering, and let the oldest go when there are too many.

    A preview is a copy of what can be made again at any time, so it is outside the ledger.
    """
    require(actor, Permission.CARD_EXPORT, system_id)
    if len(pdf) > most_bytes or kept_preview(session, facts_sha256, rendering_sha256) is not None:
        return
    session.add(
        CardPreview(
            facts_sha256=facts_sha256,
            rendering_sha256=rendering_sha256,
            size=len(pdf),
            made_at=clock.now(),
            pdf=pdf,
        )
    )
    session.flush()
    taken, let_go = 0, []
    for number, size in preview_sizes(session):
        taken += size
        if taken > most_bytes:
            let_go.append(number)
    if let_go:
        session.execute(sa.delete(CardPreview).where(col(CardPreview.id).in_(let_go)))

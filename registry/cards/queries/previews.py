"""The kept previews: one by its two hashes, and how large they all are."""

from sqlmodel import Session, col, select

from registry.cards.models import CardPreview


def kept_preview(session: Session, facts_sha256: str, rendering_sha256: str) -> bytes | None:
    """The PDF of exactly these facts laid out in exactly this way, or None."""
    query = select(CardPreview.pdf).where(
        CardPreview.facts_sha256 == facts_sha256, CardPreview.rendering_sha256 == rendering_sha256
    )
    return session.exec(query).one_or_none()


def preview_sizes(session: Session) -> list[tuple[int, int]]:
    """Number and size in bytes of every kept preview, newest first."""
    query = select(CardPreview.id, CardPreview.size).order_by(col(CardPreview.id).desc())
    return [(number, size) for number, size in session.exec(query) if number is not None]

"""The answer kept under a key."""

from sqlmodel import Session, select

from registry.repeats.models import KeptAnswer


def kept_by(session: Session, holder: str) -> KeptAnswer | None:
    """What is kept for this holder of a key, also when it is over."""
    return session.exec(select(KeptAnswer).where(KeptAnswer.holder_sha256 == holder)).one_or_none()

"""Whether what was decided, attested and signed still says what its digest was made over: forged, replayed and transplanted rows."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from registry.kernel.text import public_key
from registry.reviews.models.reviews import ReviewDecision
from registry.reviews.models.words import Attestation, Signature, SignOff
from registry.reviews.rules.kinds import SIGN_OFF_PREFIX
from registry.reviews.rules.signing import digest_of
from registry.store.columns import Row

_AT_ONCE = 1_000


def digest_of_decision(row: ReviewDecision) -> str:
    """The digest a decision should have by what it says."""
    return digest_of(
        "decision",
        system_id=row.system_id,
        under=row.submission_id,
        what=row.decision.value,
        person_id=row.decided_by_id,
        name=row.printed_name,
        meaning=row.reason,
        at=row.at,
        content=row.content_sha256,
    )


def digest_of_attestation(row: Attestation) -> str:
    """The digest an attestation should have by what it says."""
    return digest_of(
        "attestation",
        system_id=row.system_id,
        under=0,
        what=f"{row.pack}: {', '.join(row.statements)}",
        person_id=row.person_id,
        name=row.printed_name,
        meaning=row.meaning,
        at=row.at,
        content=row.content_sha256,
    )


def digest_of_signature(row: Signature) -> str:
    """The digest a signature should have by what it says."""
    return digest_of(
        "signature",
        system_id=row.system_id,
        under=row.sign_off_id,
        what=row.seat.value,
        person_id=row.person_id,
        name=row.printed_name,
        meaning=row.meaning,
        at=row.at,
        content=row.content_sha256,
    )


def altered_words(session: Session) -> Iterator[tuple[Row, str]]:
    """Every decision, attestation and signature that does not say what was signed, each with that in words."""
    told: tuple[tuple[Any, Any, str], ...] = (
        (ReviewDecision, digest_of_decision, "decision"),
        (Attestation, digest_of_attestation, "attestation"),
    )
    for kind, made, name in told:
        for row in session.exec(_all(kind)):
            if made(row) != row.digest:
                yield row, f"The {name} {row.id} does not say what was decided or attested then."
    query: Any = select(Signature, SignOff).join(
        SignOff, isouter=True, onclause=col(SignOff.id) == col(Signature.sign_off_id)
    )
    for row, sheet in session.execute(
        query.order_by(col(Signature.id)).execution_options(yield_per=_AT_ONCE)
    ):
        name = f"The signature {row.id} under {public_key(SIGN_OFF_PREFIX, row.sign_off_id)}"
        if digest_of_signature(row) != row.digest:
            yield row, f"{name} does not say what was signed there."
        elif sheet is None or (sheet.system_id, sheet.content_sha256) != (row.system_id, row.content_sha256):
            yield row, f"{name} belongs to another sheet."


def _all(kind: Any) -> Any:
    return select(kind).order_by(kind.id).execution_options(yield_per=_AT_ONCE)

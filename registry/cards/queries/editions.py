"""Editions of cards: of a system, by number, in review, approved; what they were issued as."""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from registry.cards.models import CardDocument, CardEdition
from registry.cards.rules.editions import WAS_ISSUED, EditionState, objection_to_approver
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import visible_to

MOST_LISTED = 50
PRINTED_DIGITS = 16
"""How many digits of its content hash stand in the address on a printed card."""


def last_number(session: Session, system_id: int) -> int:
    """The number of the system's newest edition; 0 where there is none."""
    return (
        session.exec(select(func.max(CardEdition.number)).where(CardEdition.system_id == system_id)).one()
        or 0
    )


def in_review_of(session: Session, system_id: int) -> CardEdition | None:
    """The edition somebody is to decide on."""
    return _in_state(session, system_id, EditionState.IN_REVIEW)


def approved_of(session: Session, system_id: int) -> CardEdition | None:
    """The edition that holds."""
    return _in_state(session, system_id, EditionState.APPROVED)


def _in_state(session: Session, system_id: int, state: EditionState) -> CardEdition | None:
    query = select(CardEdition).where(CardEdition.system_id == system_id, CardEdition.state == state)
    return session.exec(query).one_or_none()


def to_decide(session: Session, actor: Actor) -> list[tuple[CardEdition, System]]:
    """The editions this person may decide on, with their systems, the longest waiting first, at most MOST_LISTED."""
    query = (
        select(CardEdition, System)
        .join(System, col(System.id) == col(CardEdition.system_id))
        .where(CardEdition.state == EditionState.IN_REVIEW, visible_to(actor))
        .order_by(col(CardEdition.id))
        .limit(MOST_LISTED)
        .options(defer(CardEdition.facts))  # type: ignore[arg-type]
    )
    return [
        (edition, system)
        for edition, system in session.exec(query)
        if not objection_to_approver(actor, edition.system_id, edition.put_forward_by_id)
    ]


def returned_to(session: Session, actor: Actor) -> list[tuple[CardEdition, System]]:
    """The editions this person put forward that came back, with their systems, the latest first, at most MOST_LISTED.

    Only of systems they hold a seat on, and until anybody puts the next edition forward.
    """
    newest = select(func.max(CardEdition.number)).where(CardEdition.system_id == System.id)
    query = (
        select(CardEdition, System)
        .join(System, col(System.id) == col(CardEdition.system_id))
        .where(
            CardEdition.put_forward_by_id == actor.person_id,
            CardEdition.state == EditionState.RETURNED,
            col(CardEdition.number) == newest.correlate(System).scalar_subquery(),
            among(col(System.id), actor.seats),
            visible_to(actor),
        )
        .order_by(col(CardEdition.decided_at).desc(), col(CardEdition.id))
        .limit(MOST_LISTED)
        .options(defer(CardEdition.facts))  # type: ignore[arg-type]
    )
    return list(session.exec(query))


def editions_of(session: Session, system_id: int) -> Sequence[CardEdition]:
    """The system's editions without their facts, newest first, at most MOST_LISTED."""
    query = select(CardEdition).where(CardEdition.system_id == system_id)
    query = query.order_by(col(CardEdition.number).desc()).limit(MOST_LISTED)
    return session.exec(query.options(defer(CardEdition.facts))).all()  # type: ignore[arg-type]


def edition_of(session: Session, system_id: int, number: int, *, lock: bool = False) -> CardEdition:
    """One edition of a system. Raises NotFound."""
    query = select(CardEdition).where(CardEdition.system_id == system_id, CardEdition.number == number)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def edition_by_id(session: Session, number: int) -> CardEdition | None:
    """One edition by its row, for work that a check of its own precedes."""
    return session.get(CardEdition, number)


def before(session: Session, edition: CardEdition) -> CardEdition | None:
    """The newest earlier edition that was the company's word."""
    query = select(CardEdition).where(
        CardEdition.system_id == edition.system_id,
        CardEdition.number < edition.number,
        col(CardEdition.state).in_(sorted(WAS_ISSUED)),
    )
    return session.exec(query.order_by(col(CardEdition.number).desc()).limit(1)).first()


def newest_issued(session: Session, system_id: int) -> CardEdition | None:
    """The newest edition that is, or was, the company's word."""
    query = select(CardEdition).where(
        CardEdition.system_id == system_id, col(CardEdition.state).in_(sorted(WAS_ISSUED))
    )
    return session.exec(query.order_by(col(CardEdition.number).desc()).limit(1)).first()


def document_of(session: Session, edition_id: int) -> CardDocument | None:
    """What an edition was issued as."""
    return session.exec(select(CardDocument).where(CardDocument.edition_id == edition_id)).one_or_none()


def issued_as(session: Session, pdf_sha256: str) -> tuple[CardEdition | None, int | None]:
    """The edition issued as a PDF with this hash, and the number of the one of its system that holds.

    For whoever holds that very file, whether they may know of the system or not: they do.
    """
    return _issued(session, CardDocument.pdf_sha256 == pdf_sha256)


def printed_on(session: Session, card: str, sha256: str) -> tuple[CardEdition | None, int | None]:
    """The same for the address that stands on a printed card: AI-0042/3, and the first 16 digits of its content hash.

    For whoever holds that paper: the digits are on it and nowhere else.
    """
    key, _, number = card.partition("/")
    system_id = number_of(SYSTEM_PREFIX, key)
    if system_id is None or not re.fullmatch("[1-9][0-9]{0,8}", number) or len(sha256) != PRINTED_DIGITS:
        return None, None
    return _issued(
        session,
        CardEdition.system_id == system_id,
        CardEdition.number == int(number),
        func.substr(CardEdition.facts_sha256, 1, PRINTED_DIGITS) == sha256,
    )


def _issued(session: Session, *which: Any) -> tuple[CardEdition | None, int | None]:
    query = select(CardEdition).join(CardDocument, col(CardDocument.edition_id) == col(CardEdition.id))
    edition = session.exec(query.where(*which)).one_or_none()
    holds = approved_of(session, edition.system_id) if edition else None
    return edition, holds.number if holds else None


def not_issued(session: Session) -> Sequence[int]:
    """The rows of approved editions whose PDF is not made yet."""
    made = sa.exists().where(col(CardDocument.edition_id) == col(CardEdition.id))
    query = select(CardEdition.id).where(CardEdition.state == EditionState.APPROVED, ~made)
    return [number for number in session.exec(query.order_by(col(CardEdition.id))) if number is not None]

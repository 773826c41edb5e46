"""Bundles of cards: one's own, what of one is made or waits, whether one may still take it; what a card is printed from."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, or_, select

from registry.cards.models import BundledCard, CardBundle, CardDocument, CardEdition
from registry.cards.queries.editions import approved_of, document_of
from registry.cards.queries.gathering import card_facts
from registry.cards.queries.previews import kept_preview
from registry.cards.rules.bundles import NO_LONGER_OPEN, BundleState, CardState
from registry.cards.rules.frozen import Frozen, rendering_as_of
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut
from registry.systems.queries import by_numbers, numbers_known_to, numbers_visible_to

_AT_ONCE = 500


def own_bundle(session: Session, actor: Actor, number: int, *, lock: bool = False) -> CardBundle:
    """A bundle this person asked for. Raises NotFound for anybody else's."""
    found = bundle_by_number(session, number, lock=lock)
    if found.asked_by_id != actor.person_id:
        raise NotFound
    return found


def bundle_by_number(session: Session, number: int, *, lock: bool = False) -> CardBundle:
    """One bundle, whoever asks; for work that a check of its own precedes. Raises NotFound."""
    query = select(CardBundle).where(CardBundle.id == number)
    found = (
        session.exec(query.with_for_update() if lock else query).one_or_none()
        if number <= LARGEST_NUMBER
        else None
    )
    if found is None:
        raise NotFound
    return found


def bundles_page(session: Session, actor: Actor, *, before: int | None, limit: int) -> Page[CardBundle]:
    """What this person asked for, newest first."""
    query = select(CardBundle).where(CardBundle.asked_by_id == actor.person_id)
    if before is not None:
        query = query.where(col(CardBundle.id) < before)
    found = session.exec(query.order_by(col(CardBundle.id).desc()).limit(limit + 1)).all()
    return cut(found, limit, lambda each: (each.id,))


def has_one_under_way(session: Session, actor: Actor) -> bool:
    """Whether cards are being made for this person."""
    mine = CardBundle.asked_by_id == actor.person_id
    query = select(CardBundle.id).where(mine, CardBundle.state == BundleState.MAKING)
    return session.exec(query.limit(1)).first() is not None


def counts(session: Session, number: int) -> dict[CardState, int]:
    """How many cards of a bundle stand where; in one statement."""
    found = dict.fromkeys(CardState, 0)
    query = select(BundledCard.state, func.count()).where(BundledCard.bundle_id == number)
    for state, count in session.exec(query.group_by(BundledCard.state)):
        found[CardState(state)] = count
    return found


def waiting(session: Session, number: int) -> list[int]:
    """The systems of a bundle whose card is still to be made, in order."""
    query = select(BundledCard.system_id).where(
        BundledCard.bundle_id == number, BundledCard.state == CardState.WAITING
    )
    return list(session.exec(query.order_by(col(BundledCard.system_id))))


def waiting_card(session: Session, number: int, system_id: int) -> BundledCard | None:
    """One card of a bundle that is still to be made."""
    query = select(BundledCard).where(BundledCard.bundle_id == number, BundledCard.system_id == system_id)
    return session.exec(query.where(BundledCard.state == CardState.WAITING)).one_or_none()


def made_cards(session: Session, number: int, system_ids: Collection[int]) -> Sequence[BundledCard]:
    """Those cards of a bundle that are made, of these systems."""
    query = select(BundledCard).where(BundledCard.bundle_id == number, BundledCard.state == CardState.MADE)
    return session.exec(query.where(col(BundledCard.system_id).in_(system_ids))).all()


def cards_in(session: Session, number: int) -> Iterator[BundledCard]:
    """Everything in a bundle by system, some hundreds in memory at a time."""
    after = 0
    while True:
        query = select(BundledCard).where(BundledCard.bundle_id == number, col(BundledCard.system_id) > after)
        found = session.exec(query.order_by(col(BundledCard.system_id)).limit(_AT_ONCE)).all()
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = found[-1].system_id
        session.expunge_all()


def left_out(session: Session, number: int, limit: int) -> Sequence[BundledCard]:
    """The first cards of a bundle that could not be made."""
    query = select(BundledCard).where(
        BundledCard.bundle_id == number, BundledCard.state == CardState.LEFT_OUT
    )
    return session.exec(query.order_by(col(BundledCard.system_id)).limit(limit)).all()


def holds_what_is_closed(session: Session, actor: Actor, bundle: CardBundle) -> bool:
    """Whether the bundle holds a card, or names beside a reason, a system the actor may not, or no longer, know of."""
    known = numbers_known_to(actor) if bundle.as_of else numbers_visible_to(actor)
    query = select(BundledCard.id).where(
        BundledCard.bundle_id == bundle.id,
        or_(BundledCard.state == CardState.MADE, BundledCard.name != ""),
        col(BundledCard.system_id).not_in(known),
    )
    return session.exec(query.limit(1)).first() is not None


def over_since(session: Session, since: datetime) -> list[int]:
    """The bundles that were finished, or last got on, before that instant."""
    query = select(CardBundle.id).where(
        col(CardBundle.state).in_((BundleState.READY, BundleState.MAKING)), CardBundle.changed_at < since
    )
    return [number for number in session.exec(query) if number is not None]


def with_files_to_drop(session: Session, since: datetime) -> list[int]:
    """The bundles nobody will take any more, for some time, whose files are still here."""
    query = select(CardBundle.id).where(
        col(CardBundle.state).in_((BundleState.CANCELLED, BundleState.SWEPT)),
        col(CardBundle.files_dropped_at).is_(None),
        CardBundle.changed_at < since,
    )
    return [number for number in session.exec(query) if number is not None]


def issued_pdf(session: Session, system_id: int, edition: int) -> bytes:
    """The PDF an edition was issued as."""
    query = select(CardDocument.pdf).join(CardEdition, col(CardEdition.id) == col(CardDocument.edition_id))
    return session.exec(query.where(CardEdition.system_id == system_id, CardEdition.number == edition)).one()


@dataclass(frozen=True, slots=True)
class Source:
    """What the card of a system is printed from.

    `pdf` is there where it need not be printed again; `to_issue` is the row of an approved edition whose document is
    still to be made.
    """

    name: str
    edition: int | None = None
    pdf: bytes | None = None
    to_issue: int | None = None
    frozen: Frozen | None = None


def source_of(
    session: Session, actor: Actor, number: int, rendering_sha256: str, day: date | None = None
) -> Source:
    """The edition that holds, as it was issued; else the record as it stands, as a draft. `day` is the past day the session reads.

    Raises NotFound where the actor may not know of the system, CardStopped where something cannot be read.
    """
    system = by_numbers(session, actor, {number}).get(number)
    if system is None:
        raise NotFound(NO_LONGER_OPEN)
    edition = approved_of(session, number)
    if edition is not None:
        document = document_of(session, edition.id or 0)
        to_issue = None if document else edition.id
        return Source(system.name, edition.number, document.pdf if document else None, to_issue)
    frozen = Frozen.draft(card_facts(session, actor, system), day)
    rendering = rendering_as_of(rendering_sha256, day)
    return Source(system.name, pdf=kept_preview(session, frozen.sha256, rendering), frozen=frozen)

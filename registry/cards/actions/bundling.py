"""Bundles of cards: ask for one, cancel it, note what becomes of each card, conclude, sweep."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.audit.actions import record
from registry.cards.models import BundledCard, CardBundle
from registry.cards.queries.bundles import counts, has_one_under_way, made_cards, waiting_card
from registry.cards.rules.bundles import (
    BundleState,
    CardState,
    Line,
    problems_with_asking,
    problems_with_cancelling,
)
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Forbidden, refuse_if
from registry.kernel.events import Event
from registry.people.models import Person
from registry.store.files import Stored
from registry.systems.rules.search import Listing, kept_as

_EVERYTHING = "everything"


def room_of(number: int) -> str:
    """Where in the store the files of a bundle are, and no others."""
    return f"cards/bundle-{number}"


def ask(
    session: Session, actor: Actor, listing: Listing, numbers: Sequence[int], day: date | None = None
) -> CardBundle:
    """Have the worker make the cards of a search: of the systems the actor was found to see in it. Raises RuleBroken.

    `day` is the past day as of which they were found, and of which the cards are to be.
    """
    require(actor, Permission.CARD_BUNDLE)
    if actor.person_id is None:
        raise Forbidden(
            "Cards are kept for a person to fetch, and you are none: registry card bulk writes a file."
        )
    # Who asks twice at once waits for their own first asking, and is then told of it.
    session.exec(select(Person.id).where(Person.id == actor.person_id).with_for_update(key_share=True)).one()
    refuse_if(problems_with_asking(len(numbers), under_way=has_one_under_way(session, actor)))
    at = clock.now()
    bundle = CardBundle(
        asked_by_id=actor.person_id,
        search=kept_as(listing),
        as_of=day,
        asked_at=at,
        changed_at=at,
        total=len(numbers),
    )
    session.add(bundle)
    session.flush()
    session.add_all(BundledCard(bundle_id=bundle.id or 0, system_id=number) for number in numbers)
    note = _note(bundle) | {"systems": str(len(numbers))}
    record(session, actor, Event.CARDS_ASKED, bundle, note=note)
    return bundle


def cancel(session: Session, actor: Actor, bundle: CardBundle) -> None:
    """Give it up: no more cards are made, and those that were are deleted. Raises RuleBroken for one that is over."""
    require(actor, Permission.CARD_BUNDLE)
    refuse_if(problems_with_cancelling(bundle.state))
    _moved(bundle, BundleState.CANCELLED)
    record(session, actor, Event.CARDS_CANCELLED, bundle, note=_note(bundle))


def keep_card(session: Session, bundle: CardBundle, system_id: int, line: Line) -> None:
    """Note what became of one card, once: whoever made it a second time changes nothing."""
    card = waiting_card(session, bundle.id or 0, system_id)
    if card is None:
        return
    card.state = CardState.LEFT_OUT if line.why else CardState.MADE
    card.name, card.edition, card.why = line.name, line.edition, line.why
    card.sha256, card.size = line.sha256, line.size
    bundle.changed_at = clock.now()


def make_again(session: Session, bundle: CardBundle, system_ids: Collection[int]) -> None:
    """Let cards that were made wait once more, because their files are not here as they were kept."""
    for card in made_cards(session, bundle.id or 0, system_ids):
        card.state, card.sha256, card.size = CardState.WAITING, "", 0
    bundle.changed_at = clock.now()


def conclude(session: Session, actor: Actor, bundle: CardBundle, stored: Stored) -> None:
    """The file is packed and may be fetched: note which it is, and in the ledger who takes what away."""
    require(actor, Permission.CARD_BUNDLE)
    found = counts(session, bundle.id or 0)
    bundle.made, bundle.sha256, bundle.size = found[CardState.MADE], stored.sha256, stored.size
    bundle.finished_at = clock.now()
    _moved(bundle, BundleState.READY)
    note = _note(bundle) | {
        "cards": str(bundle.made),
        "left out": str(found[CardState.LEFT_OUT]),
        "sha256": stored.sha256,
    }
    record(session, actor, Event.CARDS_EXPORTED, bundle, note=note)


def note_command(
    session: Session,
    actor: Actor,
    *,
    search: str,
    lines: tuple[int, int],
    sha256: str,
    day: date | None = None,
) -> None:
    """Put in the ledger that a command wrote a file of cards: so many `lines` with a card and without, and its hash."""
    require(actor, Permission.CARD_BUNDLE)
    made, missing = lines
    counted = {"cards": str(made), "left out": str(missing), "sha256": sha256}
    note = _searched(search, day) | counted
    record(session, actor, Event.CARDS_EXPORTED, None, subject_kind=CardBundle.__tablename__, note=note)


def give_up(bundle: CardBundle, says: str) -> None:
    """Stop making it for a reason of the register's own."""
    bundle.trouble = says
    _moved(bundle, BundleState.CANCELLED)


def sweep(bundle: CardBundle) -> None:
    """Its time is over: it can be fetched no longer, or it never got done."""
    if bundle.state is BundleState.READY:
        _moved(bundle, BundleState.SWEPT)
    elif bundle.state is BundleState.MAKING:
        give_up(bundle, "It was not finished in a week. Ask for the cards anew.")


def forget(session: Session, bundle: CardBundle) -> None:
    """Let go what is known of each card, once the files are deleted."""
    session.execute(sa.delete(BundledCard).where(col(BundledCard.bundle_id) == bundle.id))
    bundle.files_dropped_at = clock.now()


def _note(bundle: CardBundle) -> dict[str, str]:
    return _searched(bundle.search, bundle.as_of)


def _searched(search: str, day: date | None) -> dict[str, str]:
    as_of = {"as of": day.isoformat()} if day else {}
    return {"search": search or _EVERYTHING} | as_of


def _moved(bundle: CardBundle, state: BundleState) -> None:
    bundle.state, bundle.changed_at = state, clock.now()

"""Issue an approved edition: sign what the ledger is, seal the edition with the proof of its approval, make its PDF, keep it."""

from datetime import datetime
from urllib.parse import urlencode

from sqlmodel import Session

from registry.audit.actions import record
from registry.audit.actions.checkpoints import keep_checkpoint
from registry.audit.actions.keys import Signer, signer
from registry.cards.models import CardDocument, CardEdition
from registry.cards.queries.anchors import anchor_of
from registry.cards.queries.editions import PRINTED_DIGITS, before, document_of, edition_by_id
from registry.cards.rules.changes import changes_between
from registry.cards.rules.editions import EditionState
from registry.cards.rules.facts import CardChange, CardStopped
from registry.cards.rules.frozen import Frozen, Press
from registry.cards.rules.reading import NotACard, facts_from
from registry.cards.rules.seal import Anchor, Seal, Signed, seal_json
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.canonical import sha256_hex
from registry.kernel.events import Event
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.reviews.queries.standing import standing_of
from registry.store.session import Database
from registry.systems.models import System

_PUT_FORWARD = "Put forward as what the record of the system states."


def issue(database: Database, actor: Actor, edition_id: int, press: Press) -> CardDocument | None:
    """Make the document of an approved edition, in transactions of its own; the one there is where it was made before.

    None for an edition that is not, or no longer, approved. Raises CardStopped and PdfRefused.
    """
    with database.transaction(read_only=True) as session:
        edition, made = edition_by_id(session, edition_id), document_of(session, edition_id)
        if made is not None or edition is None or edition.state is not EditionState.APPROVED:
            return made
    checkpoint = keep_checkpoint(database, actor, press.key, press.origin)
    if checkpoint is None:
        raise CardStopped("The card was not issued: the ledger could not be signed.")
    with database.transaction() as session:
        signing = signer(session, actor, press.key, press.origin)
    with database.transaction(read_only=True) as session:
        seal = _seal(session, edition, anchor_of(session, edition, checkpoint), press)
    sealed = _signed(seal, signing)
    pdf = press.sign(press.draw(Frozen.read(edition.facts.encode(), EditionState.APPROVED, sealed)))
    with database.transaction() as session:
        return _keep(session, actor, edition_id, sealed, pdf)


def _keep(session: Session, actor: Actor, edition_id: int, seal: Seal, pdf: bytes) -> CardDocument | None:
    require(actor, Permission.CARD_ISSUE)
    edition, made = edition_by_id(session, edition_id), document_of(session, edition_id)
    if edition is None or made is not None:
        return made
    document = CardDocument(
        edition_id=edition_id, seal=seal_json(seal), pdf=pdf, pdf_sha256=sha256_hex(pdf), made_at=clock.now()
    )
    session.add(document)
    note = {"edition": str(edition.number), "pdf_sha256": document.pdf_sha256}
    record(session, actor, Event.CARD_ISSUED, edition, system_id=edition.system_id, note=note)
    return document


def _signed(seal: Seal, signing: Signer) -> Seal:
    signature = signing.key.sign(seal.signed_part()).hex()
    return seal.signed_with(signature)


def _seal(session: Session, edition: CardEdition, anchor: Anchor, press: Press) -> Seal:
    system = session.get_one(System, edition.system_id)
    compared_with, changes = _changes(session, edition)
    key = public_key(SYSTEM_PREFIX, edition.system_id)
    asked = urlencode({"card": f"{key}/{edition.number}", "sha256": edition.facts_sha256[:PRINTED_DIGITS]})
    return Seal(
        system=key,
        edition=edition.number,
        card_sha256=edition.facts_sha256,
        verify_at=f"{press.base_url.rstrip('/')}/verify?{asked}",
        put_forward=Signed("Put forward", edition.put_forward_name, _PUT_FORWARD, edition.put_forward_at),
        approved=Signed(
            "Approved", edition.printed_name, edition.meaning, edition.decided_at or edition.put_forward_at
        ),
        reason=edition.reason,
        signatures=_signatures(session, system, edition.decided_at or edition.put_forward_at),
        compared_with=compared_with,
        changes=changes,
        anchor=anchor,
        rendering=press.rendering,
    )


def _changes(session: Session, edition: CardEdition) -> tuple[int | None, tuple[CardChange, ...]]:
    """The changes the edition states itself; counted here for one that was frozen before cards stated them."""
    now, earlier = facts_from(edition.facts.encode()), before(session, edition)
    if now.since is not None:
        return now.since.edition, now.since.changes
    if earlier is None:
        return None, ()
    try:
        then = facts_from(earlier.facts.encode())
    except NotACard as error:
        raise CardStopped(f"Edition {earlier.number} cannot be compared with: {error}.") from error
    return earlier.number, changes_between(then, now)


def _signatures(session: Session, system: System, by: datetime) -> tuple[Signed, ...]:
    """Who had signed the sheet of seats that holds for the record when the edition was approved, however late it is issued."""
    stands = standing_of(session, system)
    if not stands.signed.validity.holds:
        return ()
    return tuple(
        Signed(f"Sign-off: {seat.value}", each.printed_name, each.meaning, each.at)
        for seat, each in stands.signatures.items()
        if each.at <= by
    )

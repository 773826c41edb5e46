"""An edition's way: put forward as the record stands, approved or returned by somebody else, withdrawn."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.cards.models import CardEdition
from registry.cards.queries import card_facts
from registry.cards.queries.editions import approved_of, in_review_of, last_number
from registry.cards.rules.canonical import card_json
from registry.cards.rules.editions import (
    MEANING,
    EditionState,
    frozen_as,
    objection_to_approver,
    problems_with_decision,
    reason_problems,
)
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.reviews.rules.separation import require_no_token
from registry.systems.models import System


def put_forward(
    session: Session, actor: Actor, system: System, note: str, *, names_evidence: bool = False
) -> CardEdition:
    """Freeze what the card states now as the next edition, for somebody else to approve.

    Evidence is named by its titles only where asked for: a card has more readers than evidence has. The caller holds the system's row. Raises RuleBroken while another edition is in review; Forbidden for a token.
    """
    require(actor, Permission.CARD_PUT_FORWARD, system.id)
    require_no_token(actor)
    if names_evidence:
        require(actor, Permission.EVIDENCE_READ, system.id)
    refuse_if(reason_problems(note))
    number = system.id or 0
    waiting = in_review_of(session, number)
    if waiting is not None:
        says = f"Edition {waiting.number} is in review. One is decided before the next is put forward."
        raise RuleBroken([Problem("", says)])
    following = last_number(session, number) + 1
    stated = card_facts(session, actor, system, names_evidence=names_evidence)
    written = card_json(replace(stated, edition=frozen_as(following)))
    edition = CardEdition(
        system_id=number,
        number=following,
        state=EditionState.IN_REVIEW,
        facts=written.decode(),
        facts_sha256=sha256_hex(written),
        put_forward_at=clock.now(),
        put_forward_by_id=actor.person_id or 0,
        put_forward_name=actor.name,
        note=clean(note),
        meaning="",
        reason="",
        withdrawn_because="",
    )
    session.add(edition)
    record(session, actor, Event.CARD_PUT_FORWARD, edition, system_id=number)
    return edition


def decide(
    session: Session,
    actor: Actor,
    edition: CardEdition,
    reason: str,
    *,
    approves: bool,
    confirmed_at: datetime | None,
) -> CardEdition:
    """Approve an edition, so that the one before is superseded, or return it with what has to change.

    The caller holds the rows of the system and the edition. Raises Forbidden for whoever put it forward or holds a seat,
    and for a token; RuleBroken.
    """
    require(actor, Permission.CARD_APPROVE, edition.system_id)
    require_no_token(actor)
    if objection := objection_to_approver(actor, edition.system_id, edition.put_forward_by_id):
        raise Forbidden(objection)
    now = clock.now()
    problems = problems_with_decision(edition.state, reason, approves=approves)
    refuse_if([*problems, *confirmation_problems(confirmed_at, now)])
    if approves and (before := approved_of(session, edition.system_id)) is not None:
        before.state = EditionState.SUPERSEDED
        # Written first: the database itself keeps one approved edition at a time.
        session.flush()
    edition.state = EditionState.APPROVED if approves else EditionState.RETURNED
    edition.decided_at, edition.decided_by_id = now, actor.person_id
    edition.printed_name, edition.reason = actor.name, clean(reason)
    edition.meaning = MEANING if approves else ""
    event = Event.CARD_APPROVED if approves else Event.CARD_RETURNED
    record(session, actor, event, edition, system_id=edition.system_id)
    return edition


def withdraw(
    session: Session, actor: Actor, edition: CardEdition, because: str, *, confirmed_at: datetime | None
) -> CardEdition:
    """Take back the company's word: the edition no longer holds, and no other takes its place. Raises RuleBroken."""
    require(actor, Permission.CARD_APPROVE, edition.system_id)
    require_no_token(actor)
    if objection := objection_to_approver(actor, edition.system_id, None):
        raise Forbidden(objection)
    now = clock.now()
    problems = reason_problems(because)
    if not because.strip():
        problems = [Problem("reason", "Say why it no longer holds.")]
    if edition.state is not EditionState.APPROVED:
        problems = [Problem("", f"This edition is {edition.state.said}. Only an approved one is withdrawn.")]
    refuse_if([*problems, *confirmation_problems(confirmed_at, now)])
    edition.state = EditionState.WITHDRAWN
    edition.withdrawn_at, edition.withdrawn_by_id = now, actor.person_id
    edition.withdrawn_because = clean(because)
    record(session, actor, Event.CARD_WITHDRAWN, edition, system_id=edition.system_id)
    return edition

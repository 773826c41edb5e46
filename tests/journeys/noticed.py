"""What somebody was told, a letter that was given up, and webhooks with what was sent to them, for the furnished register."""

import uuid
from collections.abc import Callable

from sqlmodel import Session, select

from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.notices import actions
from registry.notices.actions import Stated
from registry.notices.models import Delivery, DeliveryAttempt, Mailing, Notice
from registry.notices.queries.hooks import held_health
from registry.notices.rules.choices import Kind
from registry.notices.rules.hooks import HookFacts, HookState
from registry.notices.rules.sending import MailingKind, Sent


def furnish_notices(
    session: Session, adam: Actor, line: Callable[..., str], text: Callable[[str], str]
) -> None:
    """Adam was told of a seat; a letter to him and a delivery are dead, and one hook was switched off."""
    at, number = clock.now(), adam.person_id or 0
    filled = select(LedgerEntry.seq).where(LedgerEntry.event == Event.SEAT_FILLED.value)
    session.add(Notice(person_id=number, seq=session.exec(filled).first() or 1, kind=Kind.OWNERSHIP, at=at))
    dead = {"state": Sent.DEAD, "made_at": at, "due_at": at, "attempts": 10, "finished_at": at}
    letter = Mailing(
        uid=str(uuid.uuid4()), kind=MailingKind.NOTICES, person_id=number, trouble=text("550 no such"), **dead
    )
    session.add(letter)
    facts = HookFacts(line("Team chat", 80), "https://hooks.example.org/x", ("alerts", "incidents"))
    hook, _ = actions.add_hook(session, adam, Stated(facts), "k" * 40)
    off, _ = actions.add_hook(session, adam, Stated(facts), "k" * 40)
    off.state = HookState.DISABLED
    actions.switch(session, adam, hook, on=True)
    health = held_health(session, off.id or 0)
    health.failures, health.failing_since = 20, at
    sent = Delivery(
        uid=str(uuid.uuid4()), hook_id=hook.id or 0, seq=1, event="alert.raised", body='{"id": "1"}', **dead
    )
    session.add(sent)
    session.flush()
    tried = {"delivery_id": sent.id or 0, "at": at, "milliseconds": 10_000}
    session.add(DeliveryAttempt(number=1, status=503, **tried))
    session.add(DeliveryAttempt(number=2, trouble=text("no answer within 10 seconds"), **tried))

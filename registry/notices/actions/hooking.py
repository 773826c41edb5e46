"""Add a webhook, change it, switch it, replace its secret, have it tested; send a dead delivery again; switch off what never answers."""

import secrets
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock, tries
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.notices.models.hooks import Delivery, HookHealth, Webhook
from registry.notices.queries import hooks as queries
from registry.notices.rules.hooks import (
    OVERLAP,
    SECRET_BYTES,
    SECRET_PREFIX,
    TEST_EVENT,
    HookFacts,
    HookState,
    envelope,
    problems_with,
)
from registry.notices.rules.retrying import MOST_ATTEMPTS
from registry.notices.rules.sending import Sent
from registry.store.sealing import Purpose, Seal
from registry.systems import queries as systems


@dataclass(frozen=True, slots=True)
class Stated:
    """A hook as somebody states it, and what was found to be wrong with its address before ("" for nothing)."""

    facts: HookFacts
    objection: str = ""


def add_hook(session: Session, actor: Actor, stated: Stated, key: str) -> tuple[Webhook, str]:
    """Add a webhook; gives back its secret, which is kept encrypted with `key` and never shown again. Raises RuleBroken."""
    require(actor, Permission.NOTICES_MANAGE)
    _check(session, actor, stated)
    secret, facts = _new_secret(), stated.facts
    hook = Webhook(
        label=facts.label,
        url=facts.url,
        topics=sorted(facts.topics),
        system_id=facts.system_id,
        restricted=facts.restricted,
        secret=Seal(key, Purpose.WEBHOOK).sealed(secret, clock.now()),
        added_at=clock.now(),
        added_by_id=actor.person_id,
    )
    session.add(hook)
    session.flush()
    session.add(HookHealth(hook_id=hook.id or 0))
    record(session, actor, Event.WEBHOOK_ADDED, hook, system_id=facts.system_id, note=_host_of(hook))
    return hook, secret


def edit_hook(session: Session, actor: Actor, hook: Webhook, stated: Stated, *, version: int) -> None:
    """Change what a hook hears or where it leads. Raises RuleBroken, and Conflict where somebody else did meanwhile."""
    require(actor, Permission.NOTICES_MANAGE)
    if hook.version != version:
        raise Conflict("Somebody else changed this webhook meanwhile. Reload it and try again.", hook.version)
    _check(session, actor, stated)
    facts = stated.facts
    hook.label, hook.url, hook.topics = facts.label, facts.url, sorted(facts.topics)
    hook.system_id, hook.restricted = facts.system_id, facts.restricted
    record(session, actor, Event.WEBHOOK_EDITED, hook, system_id=facts.system_id, note=_host_of(hook))


def _host_of(hook: Webhook) -> dict[str, str]:
    """What the ledger may say of an address: chats and ticket systems put a secret in its path."""
    return {"host": urlsplit(hook.url).hostname or ""}


def _check(session: Session, actor: Actor, stated: Stated) -> None:
    number = stated.facts.system_id
    known = number is None or number in systems.by_numbers(session, actor, {number})
    refuse_if(problems_with(stated.facts, stated.objection, system_is_known=known))


def switch(session: Session, actor: Actor, hook: Webhook, *, on: bool) -> None:
    """Pause a hook, or send there again: what has waited, then what happens from now on."""
    require(actor, Permission.NOTICES_MANAGE)
    hook.state = HookState.ON if on else HookState.PAUSED
    health = queries.health_of(session, {hook.id or 0}).get(hook.id or 0)
    if on and health is not None:
        health.failures, health.failing_since, health.rests_until = 0, None, None
    record(
        session, actor, Event.WEBHOOK_SWITCHED, hook, system_id=hook.system_id, note={"to": hook.state.value}
    )


def replace_secret(session: Session, actor: Actor, hook: Webhook, key: str) -> str:
    """Give a hook another secret, shown this once. For a day everything is signed with the one before as well."""
    require(actor, Permission.NOTICES_MANAGE)
    secret = _new_secret()
    hook.secret_before, hook.before_until = hook.secret, clock.now() + OVERLAP
    hook.secret = Seal(key, Purpose.WEBHOOK).sealed(secret, clock.now())
    record(session, actor, Event.WEBHOOK_SECRET_REPLACED, hook, system_id=hook.system_id)
    return secret


def _new_secret() -> str:
    return SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def try_hook(session: Session, actor: Actor, hook: Webhook, source: str) -> Delivery:
    """Have an event sent that says it is a test; also to a hook that hears nothing else now. Raises RuleBroken for one that is off."""
    require(actor, Permission.NOTICES_MANAGE)
    if hook.state is not HookState.ON:
        raise RuleBroken([Problem("", "Switch it on first: nothing is sent to a webhook that is off.")])
    uid, at = str(uuid.uuid4()), clock.now()
    body = envelope(uid, TEST_EVENT, at, source=source, subject=("webhook", hook.id))
    found = Delivery(uid=uid, hook_id=hook.id or 0, event=TEST_EVENT, body=body, made_at=at, due_at=at)
    session.add(found)
    record(session, actor, Event.WEBHOOK_TESTED, hook, system_id=hook.system_id)
    return found


def resend(session: Session, actor: Actor, delivery: Delivery) -> None:
    """Try a dead delivery once more, under its id and as often as a new one. Raises RuleBroken for any other."""
    require(actor, Permission.NOTICES_MANAGE)
    if delivery.state is not Sent.DEAD:
        raise RuleBroken([Problem("", "Only a delivery that was given up can be sent again.")])
    delivery.state, delivery.due_at, delivery.finished_at = Sent.WAITING, clock.now(), None
    delivery.attempts = tries.anew(delivery.attempts, MOST_ATTEMPTS)
    record(session, actor, Event.DELIVERY_RESENT, None, subject_kind="webhook", subject_id=delivery.hook_id)


def disable_hook(session: Session, actor: Actor, hook: Webhook, health: HookHealth) -> None:
    """Switch a hook off that has not answered for days; administrators are told, and find it on their desk."""
    require(actor, Permission.NOTICES_MANAGE)
    hook.state = HookState.DISABLED
    note = {"failures": str(health.failures)}
    record(session, actor, Event.WEBHOOK_DISABLED, hook, system_id=hook.system_id, note=note)

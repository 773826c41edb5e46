"""Queue deliveries for what has happened; lease them, note how each try went, and give up hooks that never answer.

Machinery, as letters are.
"""

import random
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from registry.audit.queries.follow import Happened, instants
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.notices.actions.hooking import disable_hook
from registry.notices.models.hooks import Delivery, DeliveryAttempt, HookHealth, Webhook
from registry.notices.queries import hooks as queries
from registry.notices.rules.hooks import HookState, envelope, hears, is_given_up, rest_after
from registry.notices.rules.retrying import lease_end, next_try
from registry.notices.rules.sending import KEPT, SETTLED, Sent, Tried

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went: it arrived, this try failed, or it was withheld; the status that was answered, or why there was none."""

    state: Tried
    status: int | None = None
    trouble: str = ""
    milliseconds: int = 0


def queue(session: Session, happened: Collection[Happened], source: str) -> None:
    """One delivery for each event and each hook that hears it; three statements at most where no hook does."""
    hooks = queries.listening(session)
    if not hooks or not happened:
        return
    about = queries.systems_about(session, {each.seq for each in happened})
    restricted = queries.restricted_among(session, set().union(*about.values()))
    wanted = [
        (hook, each)
        for each in happened
        for hook in hooks
        if hears(
            queries.facts_of(hook),
            each.event,
            each.system_id,
            is_restricted=not about[each.seq].isdisjoint(restricted),
        )
    ]
    at, then = clock.now(), instants(session, {each.seq for _hook, each in wanted})
    for hook, each in wanted:
        session.add(_delivery(hook, each, then[each.seq], at, source))


def _delivery(hook: Webhook, each: Happened, then: datetime, at: datetime, source: str) -> Delivery:
    uid = str(uuid.uuid4())
    body = envelope(
        uid,
        each.event,
        then,
        source=source,
        subject=(each.subject_kind, each.subject_id),
        system_id=each.system_id,
        seq=each.seq,
    )
    return Delivery(
        uid=uid,
        hook_id=hook.id or 0,
        seq=each.seq,
        event=each.event,
        system_id=each.system_id,
        body=body,
        made_at=at,
        due_at=at,
    )


def lease(session: Session) -> tuple[Delivery, Webhook] | None:
    """Take the next delivery for a while, with its hook; nobody else sends it meanwhile. None where none is due."""
    at = clock.now()
    found = queries.next_delivery(session, at, lock=True)
    hook = queries.hook_by_id(session, found.hook_id) if found is not None else None
    if found is None or hook is None:
        return None
    found.state, found.leased_until = Sent.LEASED, lease_end(at)
    found.attempts += 1
    return found, hook


def is_withheld(session: Session, delivery: Delivery, hook: Webhook) -> bool:
    """Whether a system a delivery is about is restricted by now, or one that its incident touches, and the hook does not hear
    of those.
    """
    if hook.restricted or delivery.seq is None:
        return False
    about = queries.systems_about(session, {delivery.seq})
    return bool(queries.restricted_among(session, {delivery.system_id or 0}.union(*about.values())))


def finish(session: Session, number: int, attempt: int, outcome: Outcome) -> None:
    """Note how a try went, of the delivery and of its hook; the last that failed leaves it dead."""
    delivery = queries.delivery_by_id(session, number, lock=True)
    # Whoever was slower than the lease finds the delivery with another worker, whose word counts.
    if delivery is None or delivery.state is not Sent.LEASED or delivery.attempts != attempt:
        return
    at = clock.now()
    delivery.leased_until = None
    session.add(
        DeliveryAttempt(
            delivery_id=number,
            number=attempt,
            at=at,
            status=outcome.status,
            trouble=outcome.trouble,
            milliseconds=outcome.milliseconds,
        )
    )
    again = next_try(attempt, at, random.random()) if outcome.state is Tried.FAILED else None  # noqa: S311 - spreads load
    if again is not None:
        delivery.state, delivery.due_at = Sent.WAITING, again
    else:
        delivery.state, delivery.finished_at = SETTLED[outcome.state], at
    if outcome.state is not Tried.WITHHELD:
        _note_health(session, delivery.hook_id, at, arrived=outcome.state is Tried.ARRIVED)


def _note_health(session: Session, hook_id: int, at: datetime, *, arrived: bool) -> None:
    health = _held_health(session, hook_id)
    if arrived:
        health.failures, health.failing_since, health.rests_until, health.arrived_at = 0, None, None, at
        return
    health.failures += 1
    health.failing_since = health.failing_since or at
    health.rests_until = rest_after(health.failures, at)
    hook = queries.hook_by_id(session, hook_id, lock=True)
    if hook is not None and hook.state is HookState.ON and is_given_up(health.failing_since, at):
        disable_hook(session, the_registry("worker"), hook, health)


def _held_health(session: Session, hook_id: int) -> HookHealth:
    """How a hook does, held until the transaction ends; of one added by an earlier release there may be no row yet."""
    connection = session.connection()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(HookHealth)
    # Whoever notes another delivery of it at this moment adds the same row, and that is no error.
    connection.execute(insert.values(hook_id=hook_id, failures=0).on_conflict_do_nothing())
    return queries.held_health(session, hook_id)


def sweep(session: Session) -> bool:
    """Let go of the oldest deliveries and their tries; whether there may be more."""
    old = queries.older_than(session, KEPT, _AT_ONCE)
    for tries in queries.attempts_of(session, {each.id or 0 for each in old}).values():
        for each in tries:
            session.delete(each)
    session.flush()
    for delivery in old:
        session.delete(delivery)
    return len(old) == _AT_ONCE

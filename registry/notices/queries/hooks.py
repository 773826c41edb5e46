"""Hooks, whether they answer, what is on its way to them and how each try went; what is wrong with an address."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import false, or_
from sqlmodel import Session, col, func, select

from registry.audit.queries import entries_at
from registry.incidents.queries import ledger as incidents
from registry.kernel import clock
from registry.notices.models.hooks import Delivery, DeliveryAttempt, HookHealth, Webhook
from registry.notices.rules.hooks import HookFacts, HookState
from registry.notices.rules.sending import UNSETTLED, Sent
from registry.output.destinations import (
    Hostile,
    Network,
    Resolver,
    destination_of,
    reachable,
    system_resolver,
)
from registry.systems.models import System
from registry.systems.rules.record import Visibility


def objection_to(url: str, allowed: Sequence[Network], resolve: Resolver = system_resolver) -> str:
    """Why nothing may be sent to an address, in a sentence; "" where it may. Asks the resolver, which takes a while."""
    try:
        reachable(destination_of(url), allowed, resolve)
    except Hostile as refused:
        return str(refused)
    except OSError:
        return "The name of its host is not known here. Check how it is written."
    return ""


def hooks(session: Session) -> Sequence[Webhook]:
    """Every hook, by name."""
    return session.exec(select(Webhook).order_by(Webhook.label, col(Webhook.id))).all()


def hook_by_id(session: Session, number: int, *, lock: bool = False) -> Webhook | None:
    """One hook; with `lock`, held until the transaction ends."""
    query = select(Webhook).where(Webhook.id == number)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def listening(session: Session) -> Sequence[Webhook]:
    """The hooks that are switched on."""
    return session.exec(select(Webhook).where(Webhook.state == HookState.ON)).all()


def disabled(session: Session) -> Sequence[Webhook]:
    """The hooks that were switched off because nothing answered."""
    return session.exec(select(Webhook).where(Webhook.state == HookState.DISABLED)).all()


def facts_of(hook: Webhook) -> HookFacts:
    """What is stated of a hook, as the rules read it."""
    return HookFacts(hook.label, hook.url, tuple(hook.topics), hook.system_id, hook.restricted)


def restricted_among(session: Session, numbers: Collection[int]) -> set[int]:
    """Which of these systems are restricted now."""
    if not numbers:
        return set()
    query = select(System.id).where(
        col(System.id).in_(sorted(numbers)), System.visibility == Visibility.RESTRICTED
    )
    return {number for number in session.exec(query) if number is not None}


def systems_about(session: Session, seqs: Collection[int]) -> dict[int, set[int]]:
    """By the number of an entry the systems it is about: its own, and those that an incident it tells of touches."""
    items = entries_at(session, seqs)
    touched = incidents.touched_in(session, items.values())
    return {
        seq: touched[seq] | ({item.system_id} if item.system_id is not None else set())
        for seq, item in items.items()
    }


def health_of(session: Session, hook_ids: Collection[int]) -> dict[int, HookHealth]:
    """Whether these hooks answer, as far as anything was ever sent."""
    query = select(HookHealth).where(col(HookHealth.hook_id).in_(sorted(hook_ids)) if hook_ids else false())
    return {row.hook_id: row for row in session.exec(query)}


def held_health(session: Session, hook_id: int) -> HookHealth:
    """Whether one hook answers, as it stands now, held until the transaction ends."""
    query = select(HookHealth).where(HookHealth.hook_id == hook_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def counts_of(session: Session) -> dict[tuple[int, Sent], int]:
    """How many deliveries of each hook stand where."""
    query = select(Delivery.hook_id, Delivery.state, func.count()).group_by(
        col(Delivery.hook_id), col(Delivery.state)
    )
    return {(hook_id, Sent(state)): count for hook_id, state, count in session.exec(query)}


def unsettled(session: Session) -> dict[Sent, int]:
    """How many deliveries are on their way or were given up, of all hooks."""
    query = select(Delivery.state, func.count()).where(
        # The index goes by hook first: named, each is looked up in it, and what has arrived is left alone.
        col(Delivery.hook_id).in_(select(Webhook.id)),
        col(Delivery.state).in_(UNSETTLED),
    )
    found = {Sent(state): count for state, count in session.exec(query.group_by(col(Delivery.state)))}
    return dict.fromkeys(UNSETTLED, 0) | found


def next_delivery(session: Session, at: datetime, *, lock: bool = False) -> Delivery | None:
    """The delivery that is due the longest, or whose worker lost its lease, of a hook that is on and not left alone.

    With `lock`, it is held, and other workers skip it (PostgreSQL).
    """
    due = (col(Delivery.state) == Sent.WAITING) & (col(Delivery.due_at) <= at)
    lost = (col(Delivery.state) == Sent.LEASED) & (col(Delivery.leased_until) < at)
    resting = select(HookHealth.hook_id).where(col(HookHealth.rests_until) > at)
    on = select(Webhook.id).where(Webhook.state == HookState.ON)
    query = select(Delivery).where(
        or_(due, lost), col(Delivery.hook_id).in_(on), col(Delivery.hook_id).not_in(resting)
    )
    query = query.order_by(col(Delivery.due_at), col(Delivery.id)).limit(1)
    return session.exec(query.with_for_update(skip_locked=True) if lock else query).one_or_none()


def delivery_by_id(session: Session, number: int, *, lock: bool = False) -> Delivery | None:
    """One delivery; with `lock`, held until the transaction ends."""
    query = select(Delivery).where(Delivery.id == number)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def deliveries_of(
    session: Session, hook_id: int, *, state: Sent | None = None, before: int | None = None, limit: int
) -> Sequence[Delivery]:
    """What was sent to a hook, newest first, of one state where that is asked."""
    query = select(Delivery).where(Delivery.hook_id == hook_id)
    if state is not None:
        query = query.where(Delivery.state == state)
    if before is not None:
        query = query.where(col(Delivery.id) < before)
    return session.exec(query.order_by(col(Delivery.id).desc()).limit(limit)).all()


def attempts_of(session: Session, delivery_ids: Collection[int]) -> dict[int, list[DeliveryAttempt]]:
    """The tries of these deliveries, oldest first; in one statement."""
    found: dict[int, list[DeliveryAttempt]] = {}
    if delivery_ids:
        query = select(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id).in_(sorted(delivery_ids)))
        for row in session.exec(query.order_by(col(DeliveryAttempt.id))):
            found.setdefault(row.delivery_id, []).append(row)
    return found


def older_than(session: Session, age: timedelta, limit: int) -> Sequence[Delivery]:
    """Deliveries that are kept no longer."""
    query = select(Delivery).where(col(Delivery.made_at) < clock.now() - age)
    return session.exec(query.order_by(col(Delivery.made_at)).limit(limit)).all()

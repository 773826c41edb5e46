"""Send deliveries that are due to webhooks, one at a time."""

import time

from registry.kernel import clock
from registry.notices.actions import delivering
from registry.notices.actions.delivering import Outcome
from registry.notices.models.hooks import Delivery, Webhook
from registry.notices.queries.hooks import next_delivery
from registry.notices.rules.hooks import signature
from registry.notices.rules.sending import Tried
from registry.output.destinations import Hostile, destination_of, networks_from
from registry.output.posting import post_guarded
from registry.output.sending import NotSent
from registry.settings import Settings
from registry.store.sealing import Purpose, Seal
from registry.store.session import Database


class _Unreadable(Exception):
    """What a hook's events are signed with cannot be read."""


def deliver(database: Database) -> bool:
    """Send the next delivery that is due; whether there was one.

    It is sent between two transactions: whoever dies over it has sent it perhaps, and the next worker does so again under
    the same id.
    """
    with database.transaction(read_only=True) as session:
        # Looked at before anything is locked: most of the time there is nothing.
        if next_delivery(session, clock.now()) is None:
            return False
    with database.transaction() as session:
        leased = delivering.lease(session)
        if leased is None:
            return False
        delivery, hook = leased
        withheld = delivering.is_withheld(session, delivery, hook)
        number, attempt = delivery.id or 0, delivery.attempts
    if withheld:
        outcome = Outcome(
            Tried.WITHHELD,
            trouble="A system it is about is restricted by now, and this webhook hears of none.",
        )
    else:
        outcome = _tried(Settings.from_environment(), delivery, hook)
    with database.transaction() as session:
        delivering.finish(session, number, attempt, outcome)
    return True


def _tried(settings: Settings, delivery: Delivery, hook: Webhook) -> Outcome:
    body, began = delivery.body.encode(), time.monotonic()
    status, trouble = None, ""
    try:
        headers = _headers(settings.secret(), delivery, hook, body)
        status = post_guarded(
            destination_of(hook.url), body, headers, networks_from(settings.webhook_networks)
        )
    except (NotSent, Hostile, _Unreadable) as refused:
        trouble = str(refused)
    arrived = status is not None and 200 <= status < 300
    took = round((time.monotonic() - began) * 1_000)
    return Outcome(Tried.ARRIVED if arrived else Tried.FAILED, status, trouble, took)


def _headers(key: str, delivery: Delivery, hook: Webhook, body: bytes) -> dict[str, str]:
    at = clock.now()
    sealed = [hook.secret]
    if hook.before_until is not None and at < hook.before_until:
        sealed.append(hook.secret_before)
    seal, stamp = Seal(key, Purpose.WEBHOOK), int(at.timestamp())
    known = [secret for secret in map(seal.opened, sealed) if secret is not None]
    if len(known) < len(sealed):
        raise _Unreadable("its secret was sealed with another key of the installation, or changed")
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "User-Agent": "ai-registry",
        "X-Registry-Id": delivery.uid,
        "X-Registry-Timestamp": str(stamp),
        "X-Registry-Signature": signature(known, delivery.uid, stamp, body),
    }

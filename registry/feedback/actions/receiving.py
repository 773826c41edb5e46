"""Take feedback in: one at a time through a system's public door, or many through a token or a colleague."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

from sqlmodel import Session

from registry.audit.actions import record
from registry.feedback import queries
from registry.feedback.models import Feedback, FeedbackDoor, FeedbackTally
from registry.feedback.rules import feedback as rules
from registry.feedback.rules.doors import CODE_BYTES, answer_digest, refuse_too_many
from registry.feedback.rules.feedback import CLIENT_KEY_LIMIT, LARGEST_BATCH, Door, FeedbackFacts
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Incoming:
    """One piece of feedback with the key a client gave it, by which it is taken in only once."""

    facts: FeedbackFacts
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one: its number and, where it came in now, the code by which its reporter reads the answer."""

    number: int
    key: str | None
    code: str | None


def receive_from_link(
    session: Session,
    actor: Actor,
    door: FeedbackDoor,
    facts: FeedbackFacts,
    *,
    sender: str,
    fell_for_trap: bool = False,
    too_quick: bool = False,
) -> str:
    """Take in what somebody sent through the door; returns the code by which they read the answer.

    `sender` stands for their address today (`rules.doors.address_code`). The caller holds the door's row locked, so
    that the counts are exact. What looks like spam is marked and kept. Raises RuleBroken, or TooMany for the day.
    """
    require(actor, Permission.FEEDBACK_SEND, door.system_id)
    facts = rules.tidied(facts)
    refuse_if(rules.problems_with_feedback(facts))
    _count(session, door.id or 0, sender)
    code, row = _row(door.system_id, Door.LINK, Incoming(facts))
    row.looks_like_spam = rules.looks_like_spam(facts, fell_for_trap=fell_for_trap, too_quick=too_quick)
    session.add(row)
    session.flush()
    record(session, actor, Event.FEEDBACK_RECEIVED, row, system_id=door.system_id)
    return code


def receive(
    session: Session,
    actor: Actor,
    system_id: int,
    came_by: Door,
    incoming: Sequence[Incoming],
    *,
    alone: bool = False,
) -> list[Received]:
    """Take in feedback that somebody passes on, all of it or, raising RuleBroken, none.

    What comes with a key that came before, in this call or an earlier one, is not taken in again: the first stands.
    The caller holds the system's row locked, so that a key comes in once. The order of the results is that given.
    Objections name the field of the piece that has it, as in "feedback.3.rating"; of one that was sent `alone`, "rating".
    """
    require(actor, Permission.FEEDBACK_SEND, system_id)
    tidied = [Incoming(rules.tidied(each.facts), each.key or None) for each in incoming]
    refuse_if(_problems(tidied, alone=alone))
    known = queries.keys_known(session, system_id, {each.key for each in tidied if each.key})
    fresh = _not_yet_in(tidied, known)
    if not fresh:
        return [Received(known[each.key or ""], each.key, None) for each in tidied]
    kept = [(each, *_row(system_id, came_by, each, actor.person_id)) for each in fresh]
    rows = [row for _, _, row in kept]
    session.add_all(rows)
    session.flush()
    record(
        session,
        actor,
        Event.FEEDBACK_RECEIVED,
        rows[0] if len(rows) == 1 else None,
        subject_kind="feedback",
        system_id=system_id,
        note={"count": str(len(rows))},
    )
    return _results(tidied, known, kept)


def _not_yet_in(incoming: Sequence[Incoming], known: Collection[str]) -> list[Incoming]:
    """Those whose key did not come before, neither in an earlier call nor further up in this one."""
    seen, fresh = set(known), []
    for each in incoming:
        if each.key not in seen:
            fresh.append(each)
        if each.key:
            seen.add(each.key)
    return fresh


def _results(
    tidied: Sequence[Incoming], known: dict[str, int], kept: Sequence[tuple[Incoming, str, Feedback]]
) -> list[Received]:
    fresh = {id(each): Received(row.id or 0, each.key, code) for each, code, row in kept}
    numbers = known | {each.key: row.id or 0 for each, _, row in kept if each.key}
    return [fresh.get(id(each)) or Received(numbers[each.key or ""], each.key, None) for each in tidied]


def _problems(incoming: Sequence[Incoming], *, alone: bool) -> list[Problem]:
    if not 1 <= len(incoming) <= LARGEST_BATCH:
        return [Problem("feedback", f"Send from 1 to {LARGEST_BATCH:,} at a time.")]
    found = []
    for place, each in enumerate(incoming):
        own = [
            *rules.problems_with_feedback(each.facts),
            *rules.text_problems("key", each.key or "", CLIENT_KEY_LIMIT),
        ]
        found += own if alone else [Problem(f"feedback.{place}.{p.field}", p.message) for p in own]
    return found


def _row(system_id: int, came_by: Door, incoming: Incoming, by_id: int | None = None) -> tuple[str, Feedback]:
    code = secrets.token_urlsafe(CODE_BYTES)
    said = {each.name: getattr(incoming.facts, each.name) for each in fields(incoming.facts)}
    row = Feedback(
        system_id=system_id,
        received_at=clock.now(),
        came_by=came_by,
        passed_on_by_id=by_id,
        answer_sha256=answer_digest(code),
        client_key=incoming.key,
        **said,
    )
    return code, row


def _count(session: Session, door_id: int, sender: str) -> None:
    """Count one more from this sender and through this door today. Raises TooMany."""
    today = clock.today()
    tallies = []
    for who in (sender, ""):
        tally = queries.tally_of(session, door_id, today, who)
        if tally is None:
            tally = FeedbackTally(door_id=door_id, day=today, sender=who, count=0)
            session.add(tally)
        tallies.append(tally)
    refuse_too_many(from_address=tallies[0].count, through_door=tallies[1].count)
    for tally in tallies:
        tally.count += 1

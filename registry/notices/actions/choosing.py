"""Choose how one is told; set what holds for whoever has not; mark notices as read; send a letter again, or one as a test."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock, tries
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.notices.models import Mailing, Notice, NoticeChoice
from registry.notices.queries import mail as queries
from registry.notices.rules.choices import Choice, due_at, problems_with
from registry.notices.rules.retrying import MOST_ATTEMPTS
from registry.notices.rules.sending import MailingKind, Sent


def choose(
    session: Session, actor: Actor, choice: Choice, zones: Collection[str], *, version: int
) -> NoticeChoice:
    """Say how one wants to be told; what is waiting is mailed by it too. Raises RuleBroken and Conflict."""
    require(actor, Permission.OWN_ACCOUNT)
    person_id = actor.person_id or 0
    refuse_if(problems_with(choice, zones))
    row = _written(session, str(person_id), person_id, choice, version)
    at = clock.now()
    for notice in queries.waiting_of(session, {person_id}):
        notice.due_at = due_at(choice, notice.kind, at)
    record(session, actor, Event.NOTICES_CHOSEN, row)
    return row


def set_for_house(
    session: Session, actor: Actor, choice: Choice, zones: Collection[str], *, version: int
) -> NoticeChoice:
    """Set how everybody is told who has not chosen themselves, from now on. Raises RuleBroken and Conflict."""
    require(actor, Permission.NOTICES_MANAGE)
    refuse_if(problems_with(choice, zones))
    row = _written(session, queries.HOUSE, None, choice, version)
    record(session, actor, Event.NOTICES_SET, row)
    return row


def _written(
    session: Session, whose: str, person_id: int | None, choice: Choice, version: int
) -> NoticeChoice:
    row = queries.choice_row(session, whose)
    stated: dict[str, Any] = {
        "ways": {kind.value: way.value for kind, way in choice.ways.items()},
        "rhythm": choice.rhythm,
        "weekday": choice.weekday,
        "hour": choice.hour,
        "zone": choice.zone,
        "quiet_from": choice.quiet_from,
        "quiet_until": choice.quiet_until,
    }
    if row is None:
        row = NoticeChoice(whose=whose, person_id=person_id, **stated)
        session.add(row)
        return row
    if row.version != version:
        raise Conflict("This was changed in another window meanwhile. Reload it and try again.", row.version)
    for name, value in stated.items():
        setattr(row, name, value)
    return row


def mark_read(actor: Actor, notices: Collection[Notice]) -> None:
    """Mark one's notices as read."""
    require(actor, Permission.OWN_ACCOUNT)
    at = clock.now()
    for notice in notices:
        notice.read_at = at


def try_mail(session: Session, actor: Actor) -> Mailing:
    """Have a letter sent to oneself, to see whether mail works."""
    require(actor, Permission.NOTICES_MANAGE)
    at = clock.now()
    letter = Mailing(
        uid=str(uuid.uuid4()), kind=MailingKind.TEST, person_id=actor.person_id or 0, made_at=at, due_at=at
    )
    session.add(letter)
    record(session, actor, Event.MAIL_TESTED, None, subject_kind="mailing")
    return letter


def send_again(actor: Actor, letter: Mailing) -> None:
    """Try a dead letter once more, as often as a new one. Raises RuleBroken for any other."""
    require(actor, Permission.NOTICES_MANAGE)
    if letter.state is not Sent.DEAD:
        raise RuleBroken([Problem("", "Only a letter that was given up can be sent again.")])
    letter.state, letter.due_at, letter.finished_at = Sent.WAITING, clock.now(), None
    letter.attempts = tries.anew(letter.attempts, MOST_ATTEMPTS)

"""Follow the ledger into notices; put those that are due into letters; lease, finish, retry and sweep letters.

Machinery, as jobs are: what somebody is told follows from the ledger and is in none of its entries.
"""

import random
import uuid
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from registry.audit.queries import entries_at
from registry.audit.queries.follow import Happened, entries_after
from registry.kernel import clock
from registry.kernel.events import Event
from registry.notices.actions import delivering
from registry.notices.models import Mailing, Notice
from registry.notices.queries import lines as told
from registry.notices.queries import mail as queries
from registry.notices.queries.recipients import (
    Entry,
    actors_now,
    known_systems,
    may_hear,
    recipients,
    worth_telling,
)
from registry.notices.rules.choices import after_quiet, due_at
from registry.notices.rules.retrying import lease_end, next_try
from registry.notices.rules.sending import KEPT, PLACE, MailingKind, Sent
from registry.notices.rules.table import TELLINGS
from registry.store.session import Database
from registry.worker import queries as worker
from registry.worker.actions import place_of

_STRETCH = 200
_AT_ONCE = 1_000


def tell(database: Database, *, mails: bool, source: str) -> bool:
    """Turn entries nobody was told of yet into notices and into deliveries to webhooks; whether there were any.

    The notices and the place in the ledger move in one transaction: whatever happens to this process, no entry is missed and
    nobody is told of one twice. `mails`: whether there is a server to mail by; else notices are listed alone. `source` is this
    registry's address, as deliveries name it.
    """
    with database.transaction(read_only=True) as session:
        place = worker.place(session, PLACE)
        if not entries_after(session, place, limit=1):
            return False
    with database.transaction() as session:
        seat = place_of(session, PLACE)
        entries = entries_after(session, seat.seq, limit=_STRETCH)
        if entries:
            seat.seq = entries[-1].seq
            _tell_of(session, entries, mails=mails)
            delivering.queue(session, entries, source)
        return bool(entries)


def _tell_of(session: Session, happened: Collection[Happened], *, mails: bool) -> None:
    meant = {each.seq for each in happened if Event(each.event) in TELLINGS}
    entries = worth_telling(session, entries_at(session, meant).values()) if meant else []
    by_seq = {each.item.seq: each for each in entries}
    by_person: dict[int, list[Entry]] = {}
    for seq, numbers in recipients(session, entries).items():
        for number in numbers:
            by_person.setdefault(number, []).append(by_seq[seq])
    choices = queries.choices_of(session, by_person.keys())
    for number, (_person, actor) in actors_now(session, by_person.keys()).items():
        theirs = by_person[number]
        heard = may_hear(session, actor, theirs, known_systems(session, actor, theirs))
        for each in theirs:
            if each.item.seq in heard:
                due = due_at(choices[number], each.telling.kind, clock.now()) if mails else None
                session.add(
                    Notice(
                        person_id=number,
                        seq=each.item.seq,
                        kind=each.telling.kind,
                        at=each.item.at,
                        due_at=due,
                    )
                )


def gather(session: Session) -> int:
    """Put what is due into one letter for each person; how many letters."""
    at = clock.now()
    letters: dict[int, Mailing] = {}
    for notice in queries.to_gather(session, at, _AT_ONCE, lock=True):
        letter = letters.get(notice.person_id)
        if letter is None:
            letter = letters[notice.person_id] = _letter(notice.person_id, MailingKind.NOTICES, at)
            session.add(letter)
            session.flush()
        notice.mailing_id = letter.id
    return len(letters)


def _letter(person_id: int, kind: MailingKind, at: datetime) -> Mailing:
    return Mailing(uid=str(uuid.uuid4()), kind=kind, person_id=person_id, made_at=at, due_at=at)


def lease(session: Session) -> Mailing | None:
    """Take the next letter for a while; nobody else sends it meanwhile.

    One whose reader has quiet hours now, by what they have chosen by now, waits for their end, and no try is counted.
    """
    at = clock.now()
    while (letter := queries.next_mailing(session, at, lock=True)) is not None:
        until = _quiet_until(session, letter, at)
        if until <= at:
            letter.state, letter.leased_until = Sent.LEASED, lease_end(at)
            letter.attempts += 1
            return letter
        letter.state, letter.due_at, letter.leased_until = Sent.WAITING, until, None
        session.flush()
    return None


def _quiet_until(session: Session, letter: Mailing, at: datetime) -> datetime:
    """The instant itself where it is not in quiet hours; a letter somebody asks for to see whether mail works always goes."""
    if letter.kind is MailingKind.TEST:
        return at
    return after_quiet(queries.choice_of(session, letter.person_id), at)


def finish(
    session: Session, number: int, attempt: int, state: Sent, trouble: str = "", *, for_good: bool = False
) -> None:
    """Note what became of a letter. One that did not arrive waits for its next try; after the last, or where no other would
    help, it is dead.
    """
    letter = queries.mailing_by_id(session, number)
    # Whoever was slower than the lease finds the letter with another worker, whose word counts.
    if letter is None or letter.state is not Sent.LEASED or letter.attempts != attempt:
        return
    at = clock.now()
    letter.leased_until, letter.trouble = None, trouble
    again = None if for_good else next_try(attempt, at, random.random())  # noqa: S311 - spreads load, keeps no secret
    if state is Sent.DEAD and again is not None:
        letter.state, letter.due_at = Sent.WAITING, again
    else:
        letter.state, letter.finished_at = state, at


def sweep(session: Session) -> bool:
    """Let go of the oldest notices and letters; whether there may be more."""
    old = told.older_than(session, KEPT, _AT_ONCE)
    for notice in old:
        session.delete(notice)
    session.flush()
    letters = queries.older_than(session, KEPT, _AT_ONCE)
    for letter in letters:
        session.delete(letter)
    return len(old) == _AT_ONCE or len(letters) == _AT_ONCE

"""Letters: whose are due, the next to send, what became of the newest; and how people want to be told."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.notices.models import Mailing, Notice, NoticeChoice
from registry.notices.rules.choices import USUAL, Choice, Kind, Way
from registry.notices.rules.sending import PAUSE, UNSETTLED, MailingKind, Sent

HOUSE = "house"


def to_gather(session: Session, at: datetime, limit: int, *, lock: bool = False) -> Sequence[Notice]:
    """Notices whose time to be mailed has come, without those of people who were mailed just now; locked where asked."""
    lately = select(Mailing.person_id).where(
        col(Mailing.made_at) > at - PAUSE, Mailing.kind == MailingKind.NOTICES
    )
    query = select(Notice).where(
        col(Notice.mailing_id).is_(None), col(Notice.due_at) <= at, col(Notice.person_id).not_in(lately)
    )
    query = query.order_by(col(Notice.due_at), col(Notice.id)).limit(limit)
    return session.exec(query.with_for_update(skip_locked=True) if lock else query).all()


def next_mailing(session: Session, at: datetime, *, lock: bool = False) -> Mailing | None:
    """The letter that is due the longest or whose worker lost its lease.

    With `lock`, it is held, and other workers skip it (PostgreSQL).
    """
    due = (col(Mailing.state) == Sent.WAITING) & (col(Mailing.due_at) <= at)
    lost = (col(Mailing.state) == Sent.LEASED) & (col(Mailing.leased_until) < at)
    query = select(Mailing).where(or_(due, lost)).order_by(col(Mailing.due_at), col(Mailing.id)).limit(1)
    return session.exec(query.with_for_update(skip_locked=True) if lock else query).one_or_none()


def mailing_by_id(session: Session, number: int) -> Mailing | None:
    """One letter, locked."""
    return session.exec(select(Mailing).where(Mailing.id == number).with_for_update()).one_or_none()


def newest_mailings(session: Session, limit: int, state: Sent | None = None) -> Sequence[Mailing]:
    """The newest letters, of one state where that is asked."""
    query = select(Mailing)
    if state is not None:
        query = query.where(Mailing.state == state)
    return session.exec(query.order_by(col(Mailing.id).desc()).limit(limit)).all()


def unsettled(session: Session) -> dict[Sent, int]:
    """How many letters are on their way or were given up."""
    query = select(Mailing.state, func.count()).where(col(Mailing.state).in_(UNSETTLED))
    found = {Sent(state): count for state, count in session.exec(query.group_by(col(Mailing.state)))}
    return dict.fromkeys(UNSETTLED, 0) | found


def older_than(session: Session, age: timedelta, limit: int) -> Sequence[Mailing]:
    """Letters that are kept no longer and tell of no notice that is."""
    told = select(Notice.mailing_id).where(col(Notice.mailing_id).is_not(None))
    query = select(Mailing).where(col(Mailing.made_at) < clock.now() - age, col(Mailing.id).not_in(told))
    return session.exec(query.limit(limit)).all()


def choice_row(session: Session, whose: str) -> NoticeChoice | None:
    """What somebody, or the house, has chosen."""
    return session.exec(select(NoticeChoice).where(NoticeChoice.whose == whose)).one_or_none()


def choice_of(session: Session, person_id: int) -> Choice:
    """How somebody wants to be told: by their own word, else by the house's, else as usual."""
    return choices_of(session, {person_id})[person_id]


def choices_of(session: Session, person_ids: Collection[int]) -> dict[int, Choice]:
    """The same for many, in one statement."""
    wanted = [HOUSE, *map(str, sorted(person_ids))]
    rows = {
        row.whose: _choice(row)
        for row in session.exec(select(NoticeChoice).where(col(NoticeChoice.whose).in_(wanted)))
    }
    usual = rows.get(HOUSE, Choice(USUAL))
    return {number: rows.get(str(number), usual) for number in person_ids}


def house_choice(session: Session) -> Choice:
    """What holds for whoever has not chosen."""
    row = choice_row(session, HOUSE)
    return _choice(row) if row else Choice(USUAL)


def _choice(row: NoticeChoice) -> Choice:
    ways = {Kind(kind): Way(way) for kind, way in row.ways.items()}
    return Choice(ways, row.rhythm, row.weekday, row.hour, row.zone, row.quiet_from, row.quiet_until)


def waiting_of(session: Session, person_ids: Collection[int]) -> Sequence[Notice]:
    """What is yet to be mailed to these people."""
    query = select(Notice).where(
        col(Notice.person_id).in_(sorted(person_ids)),
        col(Notice.mailing_id).is_(None),
        col(Notice.due_at).is_not(None),
    )
    return session.exec(query).all()

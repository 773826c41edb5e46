"""What notices say to somebody, by what they may know at this moment."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, func, select

from registry.audit.queries import entries_at
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.notices.models import Notice
from registry.notices.queries.recipients import Entry, known_systems, may_hear, worth_telling
from registry.notices.rules.letters import Line
from registry.notices.rules.paths import path_of
from registry.notices.rules.telling import about_in, sentence
from registry.systems.models import System


def notices_of(
    session: Session, person_id: int, *, before: int | None = None, limit: int, only_unread: bool = False
) -> Sequence[Notice]:
    """What somebody was told, newest first."""
    query = select(Notice).where(Notice.person_id == person_id)
    if before is not None:
        query = query.where(col(Notice.id) < before)
    if only_unread:
        query = query.where(col(Notice.read_at).is_(None))
    return session.exec(query.order_by(col(Notice.id).desc()).limit(limit)).all()


def unread_count(session: Session, person_id: int) -> int:
    """How many notices somebody has not marked as read; some of them may be of things they may know no longer."""
    query = select(func.count()).where(Notice.person_id == person_id, col(Notice.read_at).is_(None))
    return session.exec(query).one()


def unread_until(session: Session, person_id: int, newest: int) -> Sequence[Notice]:
    """The unread notices somebody had when the newest on their page was that one."""
    query = select(Notice).where(
        Notice.person_id == person_id, col(Notice.read_at).is_(None), col(Notice.id) <= newest
    )
    return session.exec(query).all()


def notices_in(session: Session, mailing_id: int) -> Sequence[Notice]:
    """What a letter is to tell."""
    return session.exec(select(Notice).where(Notice.mailing_id == mailing_id).order_by(col(Notice.seq))).all()


def lines_for(session: Session, actor: Actor, notices: Sequence[Notice]) -> list[Line]:
    """The notices as lines, in their order, without those of which the actor may hear nothing now."""
    entries = worth_telling(session, entries_at(session, {each.seq for each in notices}).values())
    known = known_systems(session, actor, entries)
    heard = may_hear(session, actor, entries, known)
    by_seq = {each.item.seq: each for each in entries}
    return [
        _line(notice, by_seq[notice.seq], known, whole=heard[notice.seq])
        for notice in notices
        if notice.seq in heard
    ]


def _line(notice: Notice, entry: Entry, known: dict[int, System], *, whole: bool) -> Line:
    item = entry.item
    system = known.get(item.system_id or 0)
    telling = entry.telling
    said = (
        sentence(telling, item.actor, about_in(telling, entry.rows))
        if whole
        else telling.unseen.replace("{actor}", item.actor)
    )
    path = path_of(Event(item.event), telling.kind, entry.subject, item.system_id, entry.rows)
    return Line(
        notice.id or 0,
        item.event,
        system.key if system else "",
        system.name if system else "",
        said,
        path,
        item.at,
        is_read=notice.read_at is not None,
    )


def older_than(session: Session, age: timedelta, limit: int) -> Sequence[Notice]:
    """Notices that are kept no longer, the oldest first."""
    query = select(Notice).where(col(Notice.at) < clock.now() - age)
    return session.exec(query.order_by(col(Notice.at)).limit(limit)).all()

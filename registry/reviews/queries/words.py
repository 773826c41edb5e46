"""Attestations, sign-offs and waivers of systems the reader may know of."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.kernel.actor import Actor, Role, the_registry
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.reviews.models.words import Attestation, Signature, SignOff, Waiver
from registry.reviews.rules.kinds import Signed
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to

_NEWEST_SHEETS: Final = select(func.max(SignOff.id)).group_by(col(SignOff.system_id))
# The sheets that count and want an executive's name, of every system that stands on the register.
_WAITS_FOR_EXECUTIVE: Final = and_(
    col(SignOff.id).in_(_NEWEST_SHEETS),
    cast(SignOff.seats, String).contains(f'"{Signed.EXECUTIVE.value}"'),
    col(SignOff.id).not_in(select(Signature.sign_off_id).where(col(Signature.seat) == Signed.EXECUTIVE)),
    visible_to(the_registry("sign-off")),
)


def attestations_of(session: Session, system_id: int, limit: int = 20) -> Sequence[Attestation]:
    """What owners of a system have stated, newest first."""
    query = select(Attestation).where(Attestation.system_id == system_id)
    return session.exec(query.order_by(col(Attestation.id).desc()).limit(limit)).all()


def sign_offs_of(session: Session, system_id: int, limit: int = 20) -> Sequence[SignOff]:
    """The sheets of a system, newest first."""
    query = select(SignOff).where(SignOff.system_id == system_id)
    return session.exec(query.order_by(col(SignOff.id).desc()).limit(limit)).all()


def signatures_of(session: Session, sheets: Sequence[SignOff]) -> dict[int, dict[Signed, Signature]]:
    """Who has signed each of several sheets, in one statement; every sheet asked for has its own."""
    found: dict[int, dict[Signed, Signature]] = {sheet.id or 0: {} for sheet in sheets}
    query = select(Signature).where(col(Signature.sign_off_id).in_(sorted(found)))
    for signature in session.exec(query.order_by(col(Signature.id))) if found else ():
        found[signature.sign_off_id][signature.seat] = signature
    return found


def sheet_by_number(
    session: Session, actor: Actor, number: int, *, lock: bool = False
) -> tuple[SignOff, System]:
    """A sheet and its system, that one held where asked. Raises NotFound where the actor may not know of it."""
    return _of_visible(session, actor, SignOff, number, lock=lock)


def sheet_to_sign(
    session: Session, actor: Actor, number: int, *, lock: bool = False
) -> tuple[SignOff, System, bool]:
    """The same for signing, and whether the actor may know of the system besides.

    The open sheet of a restricted system that waits for an executive is shown to executives, and nothing else of it.
    Raises NotFound.
    """
    with suppress(NotFound):
        return *sheet_by_number(session, actor, number, lock=lock), True
    if Role.EXECUTIVE not in actor.roles or actor.token is not None:
        raise NotFound
    return *_of_visible(session, actor, SignOff, number, lock=lock, reach=_WAITS_FOR_EXECUTIVE), False


def waiver_by_number(
    session: Session, actor: Actor, number: int, *, lock: bool = False
) -> tuple[Waiver, System]:
    """A waiver and its system, that one held where asked. Raises NotFound where the actor may not know of it."""
    return _of_visible(session, actor, Waiver, number, lock=lock)


def _of_visible(
    session: Session,
    actor: Actor,
    kind: Any,
    number: int,
    *,
    lock: bool,
    reach: ColumnElement[bool] | None = None,
) -> tuple[Any, System]:
    if number > LARGEST_NUMBER:
        raise NotFound
    query = select(System).join(kind, kind.system_id == col(System.id))
    query = query.where(kind.id == number, visible_to(actor) if reach is None else reach)
    held = query.with_for_update(of=System, key_share=True) if lock else query
    system = session.exec(held).one_or_none()
    if system is None:
        raise NotFound
    one = select(kind).where(kind.id == number)
    return session.exec(one.execution_options(populate_existing=True) if lock else one).one(), system


def waivers_of(session: Session, system_id: int, limit: int = 50) -> Sequence[Waiver]:
    """The waivers of a system, newest first."""
    query = select(Waiver).where(Waiver.system_id == system_id)
    return session.exec(query.order_by(col(Waiver.id).desc()).limit(limit)).all()


def waived_on(session: Session, system_id: int, on: date) -> dict[str, Waiver]:
    """What of a system need not be met on that day, by the id of the control or criterion; of several the one that ends last."""
    return {each.subject: each for each in session.exec(_standing(system_id, on))}


def waivers_standing(session: Session, system_id: int, subject: str, on: date) -> Sequence[Waiver]:
    """Every waiver of one control or criterion of a system that holds on that day."""
    return session.exec(_standing(system_id, on).where(Waiver.subject == subject)).all()


def asked_for(session: Session, system_id: int, subject: str) -> Waiver | None:
    """The waiver of this control or criterion that nobody has decided on, None where there is none."""
    query = select(Waiver).where(
        Waiver.system_id == system_id, Waiver.subject == subject, col(Waiver.granted).is_(None)
    )
    return session.exec(query).first()


def _standing(system_id: int, on: date) -> SelectOfScalar[Waiver]:
    return (
        select(Waiver)
        .where(
            Waiver.system_id == system_id,
            col(Waiver.granted).is_(True),
            col(Waiver.revoked_at).is_(None),
            col(Waiver.until) >= on,
        )
        .order_by(col(Waiver.until), col(Waiver.id))
    )


def waivers_asked(
    session: Session, actor: Actor, *, after: int | None = None, limit: int = 30
) -> Page[tuple[Waiver, System]]:
    """A page of the waivers nobody has decided on, the longest asked for first; `after` is the last one seen."""
    query = select(Waiver, System).join(System, col(System.id) == col(Waiver.system_id))
    query = query.where(col(Waiver.granted).is_(None), visible_to(actor))
    if after is not None:
        query = query.where(col(Waiver.id) > after)
    found = list(session.exec(query.order_by(col(Waiver.id)).limit(limit + 1)))
    return cut(found, limit, lambda each: (each[0].id,))


def running_out(session: Session, actor: Actor, today: date, warn_days: int) -> list[tuple[Waiver, System]]:
    """The waivers that hold and will soon be over, of systems on which the actor holds a seat; the earliest first."""
    query = select(Waiver, System).join(System, col(System.id) == col(Waiver.system_id))
    query = query.where(
        col(Waiver.granted).is_(True),
        col(Waiver.revoked_at).is_(None),
        col(Waiver.until).between(today, today + timedelta(days=warn_days)),
        among(col(Waiver.system_id), actor.seats),
        visible_to(actor),
    )
    return list(session.exec(query.order_by(col(Waiver.until), col(Waiver.id)).limit(20)))


def sheets_to_sign(session: Session, actor: Actor) -> list[tuple[SignOff, System]]:
    """The newest sheet of each system the actor could sign for and has not; whether its seat is theirs the rules say."""
    mine = select(Signature.sign_off_id).where(Signature.person_id == actor.person_id)
    query = select(SignOff, System).join(System, col(System.id) == col(SignOff.system_id))
    query = query.where(col(SignOff.id).in_(_NEWEST_SHEETS), col(SignOff.id).not_in(mine))
    own = visible_to(actor) & among(col(SignOff.system_id), actor.seats)
    query = query.where(or_(own, _WAITS_FOR_EXECUTIVE) if Role.EXECUTIVE in actor.roles else own)
    return list(session.exec(query.order_by(col(SignOff.id)).limit(50)))


def names_of(session: Session, numbers: set[int | None]) -> dict[int, str]:
    """The names of several people, in one statement."""
    wanted = sorted(number for number in numbers if number)
    query = select(Person.id, Person.name).where(col(Person.id).in_(wanted))
    return {number or 0: name for number, name in session.exec(query)} if wanted else {}

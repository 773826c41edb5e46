"""The risks of a system with what was accepted of each; one by its number; the matrix."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from registry.audit import queries as audit
from registry.kernel.actor import Actor, Seat
from registry.kernel.errors import NotFound
from registry.kernel.events import Event
from registry.ownership.queries import seated_since
from registry.people.models import Person
from registry.risks import rules
from registry.risks.models import Risk, RiskAcceptance
from registry.risks.rules import Accepted, Level, RiskFacts, Standing, Status
from registry.store.columns import LARGEST_NUMBER
from registry.store.orders import Order, Sort, plain, rows_in
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to

MOST = 300
_LEFT: tuple[Any, Any] = (
    func.coalesce(col(Risk.residual_likelihood), col(Risk.likelihood)),
    func.coalesce(col(Risk.residual_impact), col(Risk.impact)),
)
_WRITTEN_BY = (Event.RISK_ADDED, Event.RISK_EDITED)


@dataclass(frozen=True, slots=True)
class Line:
    """One risk as a list shows it: who watches it, how it stands, and what is left of it."""

    risk: Risk
    owner: Person
    standing: Standing
    likelihood: int
    impact: int

    @property
    def score(self) -> int:
        """How large what is left of it is, from 1 to 25."""
        return rules.score(self.likelihood, self.impact)

    @property
    def level(self) -> Level:
        """The same in a word."""
        return rules.level(self.likelihood, self.impact)


def facts_of(risk: Risk) -> RiskFacts:
    """What the risk states, as the rules read it."""
    return RiskFacts(**{each.name: getattr(risk, each.name) for each in fields(RiskFacts)})


def by_number(session: Session, actor: Actor, number: int, *, lock: bool = False) -> tuple[Risk, System]:
    """One risk with its system. Raises NotFound also where the actor may not know of the system."""
    query = (
        select(Risk, System)
        .join(System, col(System.id) == col(Risk.system_id))
        .where(Risk.id == min(number, LARGEST_NUMBER), visible_to(actor))
    )
    found = session.exec(query.with_for_update(of=Risk) if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def lines_of(session: Session, system_id: int, on: date) -> list[Line]:
    """The risks of a system, what is not closed first, then the largest of what is left; in two statements.

    Where there are more than MOST, the smallest and those that are closed are left out first.
    """
    query = _with_owner().where(col(Risk.system_id) == system_id)
    query = query.order_by(col(Risk.status) == Status.CLOSED, (_LEFT[0] * _LEFT[1]).desc(), col(Risk.id))
    query = query.limit(MOST)
    found = _told(session, session.execute(query).all(), on)
    return sorted(found, key=lambda one: (one.standing.status is Status.CLOSED, -one.score, one.risk.id))


SORTS: Mapping[str, Sort] = {
    "id": Sort(plain(lambda: col(Risk.id)), int, always=True),
    "title": Sort(plain(lambda: func.lower(col(Risk.title))), always=True),
    "score": Sort(plain(lambda: col(Risk.likelihood) * col(Risk.impact)), int, always=True),
    "residual_score": Sort(plain(lambda: col(Risk.residual_likelihood) * col(Risk.residual_impact)), int),
    "review_on": Sort(plain(lambda: col(Risk.review_on)), date),
}


def lines_page(
    session: Session,
    system_id: int,
    on: date,
    *,
    after: int | None = None,
    order: Order | None = None,
    limit: int = 50,
) -> Page[Line]:
    """One page of a system's risks in the order they were added; `after` is the number of the last one seen.

    With `order` in that one.
    """
    query = _with_owner().where(col(Risk.system_id) == system_id)
    if order is not None:
        page = rows_in(session, query, Risk.id, order, limit, tuple)
        return Page(_told(session, page.items, on), page.next_after)
    if after is not None:
        query = query.where(col(Risk.id) > min(after, LARGEST_NUMBER))
    rows = session.execute(query.order_by(col(Risk.id)).limit(limit + 1)).all()
    return cut(_told(session, rows, on), limit, lambda one: (one.risk.id,))


def line_of(session: Session, risk: Risk, on: date) -> Line:
    """One risk as a list shows it."""
    rows = session.execute(_with_owner().where(col(Risk.id) == risk.id)).all()
    return _told(session, rows, on)[0]


def _with_owner() -> Any:
    query: Any = select(Risk, Person)
    return query.join(Person, col(Person.id) == col(Risk.owner_id))


def _told(session: Session, rows: Iterable[Any], on: date) -> list[Line]:
    found = [(risk, owner) for risk, owner in rows]
    accepted = newest_acceptances(session, [risk.id or 0 for risk, _ in found])
    lines = []
    for risk, owner in found:
        facts = facts_of(risk)
        stands = rules.standing(facts, as_accepted(accepted.get(risk.id or 0)), on)
        lines.append(Line(risk, owner, stands, *rules.left(facts)))
    return lines


def as_accepted(row: RiskAcceptance | None) -> Accepted | None:
    """An acceptance as the rules read it; None where there is none."""
    return Accepted(row.stated, row.until) if row else None


def newest_acceptances(session: Session, risk_ids: Collection[int]) -> dict[int, RiskAcceptance]:
    """The newest acceptance of each of several risks, in one statement."""
    newest = (
        select(func.max(RiskAcceptance.id))
        .where(col(RiskAcceptance.risk_id).in_(sorted(risk_ids)))
        .group_by(col(RiskAcceptance.risk_id))
    )
    rows = session.exec(select(RiskAcceptance).where(col(RiskAcceptance.id).in_(newest)))
    return {row.risk_id: row for row in rows}


def acceptances_of(session: Session, risk_id: int) -> Sequence[tuple[RiskAcceptance, Person]]:
    """Who accepted what was left of a risk, newest first."""
    query: Any = select(RiskAcceptance, Person)
    query = query.join(Person, col(Person.id) == col(RiskAcceptance.accepted_by_id))
    query = query.where(col(RiskAcceptance.risk_id) == risk_id)
    return [(row, person) for row, person in session.execute(query.order_by(col(RiskAcceptance.id).desc()))]


def involved_in(session: Session, risk: Risk) -> frozenset[int]:
    """Everybody who wrote a risk down, edited it, watched it once, or holds a seat on its system or held one since.

    Read from the ledger: who edited it last is not who wrote it, and who watches it now is not who did.
    """
    number = risk.id or 0
    writers, last = audit.hands_on(session, "risk", number, _WRITTEN_BY)
    watched = {risk.owner_id}
    for entry in audit.changes_among(session, "risk", [number], limit=None):
        for one in entry.objects:
            if (one.kind, one.object_id) == ("risk", number):
                watched |= {each.before for each in one.changes if each.column == "owner_id" and each.before}
    seated = seated_since(session, risk.system_id, frozenset(Seat), last or risk.added_at)
    return frozenset(watched) | writers | seated


def matrix(session: Session, system_id: int) -> dict[tuple[int, int], int]:
    """How many risks of a system that are not closed are left at each (likelihood, impact): all of them, in one statement."""
    counts = {(likelihood, impact): 0 for likelihood in rules.LEVELS for impact in rules.LEVELS}
    query: Any = select(*_LEFT, func.count()).where(
        col(Risk.system_id) == system_id, col(Risk.status) != Status.CLOSED
    )
    for likelihood, impact, count in session.execute(query.group_by(*_LEFT)):
        counts[likelihood, impact] = count
    return counts


def count(session: Session, system_id: int) -> int:
    """How many risks a system has, closed ones among them."""
    return session.exec(select(func.count()).where(col(Risk.system_id) == system_id)).one()

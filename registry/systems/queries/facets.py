"""FACETS: what the register can be narrowed by. A further facet is one more entry in this table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, cast, false, literal, or_, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from registry.annotations.models import Tag, Tagging
from registry.annotations.queries import tagged
from registry.kernel.actor import Actor, Seat
from registry.kernel.text import worded
from registry.ownership.models import Assignment
from registry.people.models import BusinessUnit, Membership, Person
from registry.people.queries import active_clause
from registry.systems.models import System
from registry.systems.queries.attending import ATTEND
from registry.systems.rules.record import AUTONOMY, Kind, Stage, Tier, Visibility, autonomy_said
from registry.systems.rules.search import NO_TEXT_STATED, NOT_STATED

OWNERSHIP: Any = aliased(Assignment, name="ownership")
OWNER: Any = aliased(Person, name="owner")


def with_ownership(query: Any) -> Any:
    """The query over systems with the accountable owner's seat beside each (there is one; see the index)."""
    held = and_(
        OWNERSHIP.system_id == col(System.id), OWNERSHIP.seat == Seat.OWNER, OWNERSHIP.to_at.is_(None)
    )
    return query.select_from(System).join(OWNERSHIP, held, isouter=True)


def with_owner(query: Any) -> Any:
    """The same with the accountable owner's person beside the seat."""
    return with_ownership(query).join(OWNER, OWNER.id == OWNERSHIP.person_id, isouter=True)


OWNER_STATES = {
    "confirmed": "confirmed",
    "to_be_confirmed": "to be confirmed",
    "has_left": "has left",
}

VISIBILITY_SAID = {Visibility.COMPANY.value: "whole company", Visibility.RESTRICTED.value: "restricted"}


def owner_state(today: date) -> ColumnElement[str]:
    """How it stands with the accountable owner on that day, as one of OWNER_STATES."""
    unconfirmed = or_(OWNERSHIP.accepted_at.is_(None), OWNERSHIP.to_be_confirmed.is_(True))
    # Those who have left are few and read once: no person is looked up for each system.
    left = select(Person.id).where(col(Person.active_to) < today)
    return case(
        (OWNERSHIP.person_id.in_(left), literal("has_left")),
        (unconfirmed, literal("to_be_confirmed")),
        else_=literal("confirmed"),
    )


# No tag holds a comma, and neither does any name of ours.
MARK = ","
Texts = Callable[[date], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing the register can be narrowed by.

    name     the parameter of the address
    text     what each system has in it, as text or NULL; given today's date
    said     the values there are, in order, with their words; empty where they are read from the register
    several  a system has any number of values: `text` holds them with MARK after each ("" for none)
    having   for each value the systems that are without it, given today's date: counted by sets, which is far quicker
             than asking of each system whether it is in each set
    tree     the values are units, and choosing one includes those below it
    holding  the systems that have one of these values, where an index finds them sooner than `text` does
    among    for each value the systems that have it, given today's date and who asks: a system may have any of them, and
             what the asker may not know of counts for nothing
    seated   its text is read from the accountable owner's seat, which `with_ownership` joins
    read     `text` for every system at once, and what to join for it, where asking for each by itself takes longer
    """

    name: str
    label: str
    text: Texts
    said: Mapping[str, str] = field(default_factory=dict)
    several: bool = False
    numbers: bool = False
    among: Mapping[str, Callable[[date, Actor], Any]] = field(default_factory=dict)
    tree: bool = False
    holding: Callable[[Sequence[str], date], ColumnElement[bool]] | None = None
    having: Mapping[str, Callable[[date], Any]] = field(default_factory=dict)
    seated: bool = False
    read: Callable[[], tuple[ColumnElement[Any], tuple[Any, Any]]] | None = None

    @property
    def unstated(self) -> str:
        """The value that means that nothing is stated."""
        return NOT_STATED if self.said or self.numbers else NO_TEXT_STATED

    def knows(self, value: str) -> bool:
        """Whether the value is one this facet could hold."""
        if self.numbers:
            return value.isascii() and value.isdigit() and len(value) < 10
        return not self.said or value in self.said


def _plain(column: Any) -> Texts:
    # A cast costs a tenth of the count, and is nothing to what is text already.
    said = type_coerce if isinstance(column.type, sa.String) else cast
    return lambda _today: said(column, sa.String)


# Tables of features above this one are named, not imported, as their foreign keys name `system`.
_OBJECTIVE = sa.table("objective", sa.column("system_id"), sa.column("problem"))
_METRIC = sa.table("success_metric", sa.column("system_id"), sa.column("retired_at"))
_USE = sa.table("data_use", sa.column("system_id"), sa.column("to_at"))
_DEPUTY = Assignment.__table__.alias("deputy")  # type: ignore[attr-defined]
_OWNED = Assignment.__table__.alias("owned")  # type: ignore[attr-defined]


def _with_deputy(today: date) -> Any:
    """The systems for whose owner somebody acts: a team of which somebody is here, or a person who is and is not the owner."""
    owner = (
        (_OWNED.c.system_id == _DEPUTY.c.system_id) & (_OWNED.c.seat == Seat.OWNER) & _OWNED.c.to_at.is_(None)
    )
    left = select(Person.id).where(col(Person.active_to) < today)
    acts = _DEPUTY.c.person_id.is_distinct_from(_OWNED.c.person_id) & _DEPUTY.c.person_id.not_in(left)
    here = select(Membership.team_id).join(Person, col(Person.id) == col(Membership.person_id))
    teams = here.where(active_clause(today))
    return (
        sa.select(_DEPUTY.c.system_id)
        .join(_OWNED, owner, isouter=True)
        .where(_DEPUTY.c.seat == Seat.DEPUTY, _DEPUTY.c.to_at.is_(None))
        .where(or_(_DEPUTY.c.team_id.in_(teams), _DEPUTY.c.person_id.is_not(None) & acts))
    )


# Sets of systems, each read once: asking anew for every system took PostgreSQL seconds for ten thousand of them.
_HAVE: Mapping[str, tuple[str, Callable[[date], Any]]] = {
    "objective": (
        "an objective",
        lambda _today: sa.select(_OBJECTIVE.c.system_id).where(_OBJECTIVE.c.problem != ""),
    ),
    "metric": (
        "a metric",
        lambda _today: sa.select(_METRIC.c.system_id).where(_METRIC.c.retired_at.is_(None)),
    ),
    "data": ("named data", lambda _today: sa.select(_USE.c.system_id).where(_USE.c.to_at.is_(None))),
    "deputy": ("a deputy", _with_deputy),
}


def _missing(today: date) -> ColumnElement[Any]:
    marks = (
        case((col(System.id).in_(having(today)), literal("")), else_=literal(name + MARK))
        for name, (_, having) in _HAVE.items()
    )
    return reduce(lambda left, right: left.concat(right), marks)


def _lacking(names: Sequence[str], today: date) -> ColumnElement[bool]:
    return or_(*(col(System.id).not_in(_HAVE[name][1](today)) for name in names))


def tags_of_each(_today: date) -> ColumnElement[Any]:
    """The tags of each system with MARK after each; NULL where it has none."""
    query = select(func.aggregate_strings(col(Tag.name).concat(MARK), ""))
    query = query.join(Tagging, col(Tagging.tag_id) == col(Tag.id)).where(Tagging.system_id == System.id)
    return query.correlate(System).scalar_subquery()


def _tags_joined() -> tuple[ColumnElement[Any], tuple[Any, Any]]:
    names = func.aggregate_strings(col(Tag.name).concat(MARK), "").label("names")
    query: Any = select(col(Tagging.system_id), names).join(Tag, col(Tagging.tag_id) == col(Tag.id))
    each = query.group_by(col(Tagging.system_id)).subquery("tags_of_each")
    return each.c.names, (each, each.c.system_id == col(System.id))


FACETS: Sequence[Facet] = (
    Facet("stage", "Stage", _plain(System.stage), said={each.value: each.said for each in Stage}),
    Facet(
        "tier",
        "Tier",
        _plain(System.tier),
        said={**{each.value: worded(each.value) for each in Tier}, NOT_STATED: "not classified"},
    ),
    Facet("unit", "Unit", _plain(System.unit_id), numbers=True, tree=True),
    Facet(
        "owner",
        "Accountable owner",
        lambda _today: cast(OWNERSHIP.person_id, sa.String),
        numbers=True,
        seated=True,
    ),
    Facet("owner_state", "Ownership", owner_state, said=OWNER_STATES, seated=True),
    Facet(
        "missing",
        "Lacks",
        _missing,
        said={name: words for name, (words, _) in _HAVE.items()},
        several=True,
        having={name: having for name, (_, having) in _HAVE.items()},
        holding=_lacking,
    ),
    Facet(
        "attend",
        "Has",
        lambda _today: literal(""),
        said={name: words for name, (words, _) in ATTEND.items()},
        several=True,
        among={name: having for name, (_, having) in ATTEND.items()},
    ),
    Facet(
        "autonomy",
        "Autonomy",
        _plain(System.autonomy),
        said={
            **{str(level): autonomy_said(level) for level in AUTONOMY},
            NOT_STATED: "not stated",
        },
    ),
    Facet(
        "kind",
        "Kind",
        _plain(System.kind),
        said={**{each.value: each.said for each in Kind}, NOT_STATED: "not stated"},
    ),
    Facet(
        "tag",
        "Tag",
        tags_of_each,
        several=True,
        holding=lambda names, _today: col(System.id).in_(tagged(names)),
        read=_tags_joined,
    ),
    Facet("vendor", "Vendor", lambda _today: func.nullif(System.vendor_name, "")),
    Facet(
        "visibility",
        "Visibility",
        _plain(System.visibility),
        said=VISIBILITY_SAID,
    ),
)
BY_NAME: Mapping[str, Facet] = {facet.name: facet for facet in FACETS}


def clause_of(facet: Facet, values: Sequence[str], today: date, actor: Actor) -> ColumnElement[bool]:
    """The systems that have one of these values in the facet, as the actor may know."""
    if facet.among:
        return or_(*(col(System.id).in_(facet.among[value](today, actor)) for value in values))
    if facet.holding:
        return facet.holding(values, today)
    if facet.several:
        return or_(*(facet.text(today).contains(value + MARK, autoescape=True) for value in values))
    if facet.tree:
        return col(System.unit_id).in_(select(_below([int(value) for value in values]).c.id))
    text = facet.text(today)
    unstated = text.is_(None) if facet.unstated in values else false()
    return or_(text.in_(values), unstated)


def _below(units: Sequence[int]) -> Any:
    """These units and every unit under them, read from the tree by the database itself."""
    top = select(BusinessUnit.id).where(col(BusinessUnit.id).in_(units)).cte("chosen_units", recursive=True)
    under = select(BusinessUnit.id).join(top, col(BusinessUnit.parent_id) == top.c.id)
    return top.union(under)

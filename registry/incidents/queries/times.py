"""How long incidents took, of those the reader may know of and asked for: all together, and side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.incidents.models.incidents import Incident
from registry.incidents.queries.incidents import EVERYTHING, Narrowing, narrowed
from registry.incidents.rules.kinds import Pattern, Status
from registry.incidents.rules.times import By, Moments, Times
from registry.incidents.rules.times import times_of as spread_over
from registry.kernel.actor import Actor
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.people.queries import unit_paths
from registry.store.columns import utc_day
from registry.systems.models import System
from registry.systems.rules.record import Tier

MOST_GROUPS = 50


@dataclass(frozen=True, slots=True)
class Group:
    """The times of one group. `value` is what an address narrows by: a pattern, tier ("" unclassified), unit's number,
    key of a system, or month such as 2026-11.
    """

    value: str
    said: str
    times: Times


def times_of(session: Session, actor: Actor, by: Narrowing = EVERYTHING) -> Times:
    """How incidents are spread over their times, in one statement. Merged ones never count.

    Where no kind is asked for, incidents and near misses are meant; hazards and complaints only by themselves.
    """
    query = sa.select(*_MOMENTS).where(*_timed(actor, by))
    return spread_over(Moments(*row) for row in session.execute(query))


def compared(session: Session, actor: Actor, by: Narrowing, dimension: By) -> tuple[Sequence[Group], int]:
    """The times of each group side by side, months in their order and else the group with most incidents first.

    At most fifty groups; the number is of those beyond. In two statements at most, whatever is compared.
    """
    query: Any = sa.select(_KEYS[dimension](), col(System.name), *_MOMENTS)
    query = query.join(System, col(System.id) == col(Incident.system_id)).where(*_timed(actor, by))
    moments: dict[str, list[Moments]] = {}
    names: dict[str, str] = {}
    for key, name, *row in session.execute(query):
        value = _value(dimension, key)
        moments.setdefault(value, []).append(Moments(*row))
        names[value] = name
    order = (
        sorted(moments)
        if dimension is By.MONTH
        else sorted(moments, key=lambda one: (-len(moments[one]), one))
    )
    paths = unit_paths(session) if dimension is By.UNIT else {}
    shown = order[-MOST_GROUPS:] if dimension is By.MONTH else order[:MOST_GROUPS]
    groups = [
        Group(one, _said(dimension, one, names[one], paths), spread_over(moments[one])) for one in shown
    ]
    return groups, len(order) - len(shown)


_MOMENTS: tuple[Any, ...] = (
    col(Incident.status),
    col(Incident.detected_by),
    col(Incident.started_at),
    col(Incident.detected_at),
    col(Incident.acknowledged_at),
    col(Incident.mitigated_at),
    col(Incident.resolved_at),
)

_KEYS: dict[By, Callable[[], Any]] = {
    By.PATTERN: lambda: col(Incident.pattern),
    By.TIER: lambda: col(System.tier),
    By.UNIT: lambda: col(System.unit_id),
    By.SYSTEM: lambda: col(System.id),
    By.MONTH: lambda: utc_day(col(Incident.detected_at)),
}


def _timed(actor: Actor, by: Narrowing) -> list[Any]:
    return [*narrowed(actor, replace(by, timed=True)), col(Incident.status) != Status.MERGED]


def _value(dimension: By, key: Any) -> str:
    if dimension is By.MONTH:
        return f"{key:%Y-%m}"
    if dimension is By.SYSTEM:
        return public_key(SYSTEM_PREFIX, key)
    return "" if key is None else str(key)


def _said(dimension: By, value: str, name: str, paths: dict[int, str]) -> str:
    match dimension:
        case By.PATTERN:
            return Pattern(value).said
        case By.TIER:
            return Tier(value).value.capitalize() if value else "Not classified"
        case By.UNIT:
            return paths[int(value)]
        case By.SYSTEM:
            return f"{value} {name}"
        case By.MONTH:
            return value

"""record_counts() and record_forecasts(): a whole delivery or nothing, each item once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.actions import record
from registry.fairness.models import COUNT, WINDOW, DeliveryKind, FairnessBatch
from registry.fairness.queries.stored import held_counts, held_windows
from registry.fairness.rules import batches
from registry.fairness.rules.batches import Held, Place, Sorted
from registry.fairness.rules.decoding import CountIn, Delivery, WindowIn
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.monitoring.actions.storing import hold_system
from registry.versions.queries import by_label

_MOST_NAMED: Final = 10
_CELLS: Final = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery: items taken, and those known already, with the delivery that tells of them."""

    accepted: int
    duplicate: int
    batch_id: int


def record_counts(session: Session, actor: Actor, system_id: int, sent: Delivery[CountIn]) -> Receipt:
    """Take in counts by group: all of them, or none with every objection named.

    Counts that are held already are duplicates and change nothing, so that sending them again is safe. Raises
    RuleBroken ("counts.3.window_end"), and Conflict where a place holds other counts and the delivery does not say
    why it supersedes them. One ledger entry, from which the alerts follow; none when it brought nothing new.
    """
    require(actor, Permission.SNAPSHOT_PUSH, system_id)
    version_id, found = _sorted_out(session, system_id, sent, _COUNTS)
    if not found.new:
        return _known(sent, found)
    delivery = _delivery(actor, system_id, version_id, DeliveryKind.COUNTS, sent, found)
    _store(session, delivery, sent, found, _COUNTS)
    record(session, actor, Event.FAIRNESS_COUNTED, delivery, system_id=system_id)
    return _receipt(delivery, sent)


def record_forecasts(session: Session, actor: Actor, system_id: int, sent: Delivery[WindowIn]) -> Receipt:
    """Take in forecasts held against what happened. As record_counts, of which it differs in nothing else."""
    require(actor, Permission.SNAPSHOT_PUSH, system_id)
    version_id, found = _sorted_out(session, system_id, sent, _WINDOWS)
    if not found.new:
        return _known(sent, found)
    delivery = _delivery(actor, system_id, version_id, DeliveryKind.WINDOWS, sent, found)
    _store(session, delivery, sent, found, _WINDOWS)
    record(session, actor, Event.CALIBRATION_COUNTED, delivery, system_id=system_id)
    return _receipt(delivery, sent)


def _count_row(item: CountIn) -> dict[str, Any]:
    cells = dict(zip(_CELLS, item.table or (None,) * len(_CELLS), strict=True))
    return {
        "attribute": item.attribute,
        "group_name": item.group,
        "n": item.n,
        "selected": item.selected,
    } | cells


def _window_row(item: WindowIn) -> dict[str, Any]:
    return {"scheme": item.scheme, "bin_count": item.bin_count, "bins": batches.bins_in(item)}


@dataclass(frozen=True, slots=True)
class _Way:
    """Where one kind of item is looked up and kept."""

    kind: DeliveryKind
    held: Callable[[sa.Connection, int, Any], Mapping[Place, Held]]
    table: sa.Table
    row: Callable[[Any], dict[str, Any]]


_COUNTS: Final = _Way(DeliveryKind.COUNTS, held_counts, COUNT, _count_row)
_WINDOWS: Final = _Way(DeliveryKind.WINDOWS, held_windows, WINDOW, _window_row)


def _sorted_out(
    session: Session, system_id: int, sent: Delivery[Any], way: _Way
) -> tuple[int | None, Sorted]:
    """The version the delivery is of, and what of it is new: nothing else comes in until the transaction ends."""
    version_id = _checked(session, system_id, way.kind, sent)
    connection = session.connection()
    hold_system(connection, system_id)
    return version_id, _sort(way.kind, sent, way.held(connection, system_id, sent.items))


def _store(session: Session, delivery: FairnessBatch, sent: Delivery[Any], found: Sorted, way: _Way) -> None:
    session.add(delivery)
    session.flush()
    new = _new(sent.items, found)
    rows = [_row(delivery, item, revision) | way.row(item) for item, revision in new]
    session.connection().execute(sa.insert(way.table), rows)


def _receipt(delivery: FairnessBatch, sent: Delivery[Any]) -> Receipt:
    return Receipt(delivery.items, len(sent.items) - delivery.items, delivery.id or 0)


def _checked(session: Session, system_id: int, kind: DeliveryKind, sent: Delivery[Any]) -> int | None:
    version = by_label(session, system_id, sent.version) if sent.version else None
    if sent.version and version is None:
        says = f"This system has no version {sent.version[:60]!r}. Add it first."
        raise RuleBroken([Problem("version", says)])
    refuse_if(batches.problems_with(kind.value, sent.items, clock.now()))
    return version.id if version else None


def _sort(kind: DeliveryKind, sent: Delivery[Any], held: Mapping[Place, Held]) -> Sorted:
    found = batches.sort(sent.items, held, supersedes=bool(sent.supersedes.strip()))
    if found.contradicted:
        named = ", ".join(f"{kind.value}.{number}" for number in found.contradicted[:_MOST_NAMED])
        more = len(found.contradicted) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        says = (
            f'Other numbers are held for {named}{rest}. To correct them, send "supersedes" with the reason.'
        )
        raise Conflict(says, 0)
    return found


def _known(sent: Delivery[Any], found: Sorted) -> Receipt:
    return Receipt(0, len(sent.items), min(each.batch_id for each in found.known))


def _delivery(
    actor: Actor,
    system_id: int,
    version_id: int | None,
    kind: DeliveryKind,
    sent: Delivery[Any],
    found: Sorted,
) -> FairnessBatch:
    lines = [
        batches.line_of(place, revision, batches.content_of(sent.items[number]))
        for place, (number, revision) in found.new.items()
    ]
    return FairnessBatch(
        system_id=system_id,
        kind=kind,
        received_at=clock.now(),
        received_by_id=actor.person_id,
        version_id=version_id,
        source=clean(sent.source),
        supersedes_because=clean(sent.supersedes),
        items=len(lines),
        sha256=batches.digest(lines),
    )


def _new(items: Sequence[Any], found: Sorted) -> list[tuple[Any, int]]:
    return [(items[number], revision) for number, revision in found.new.values()]


def _row(delivery: FairnessBatch, item: CountIn | WindowIn, revision: int) -> dict[str, Any]:
    return {
        "batch_id": delivery.id,
        "system_id": delivery.system_id,
        "window_start": item.window_start,
        "window_end": item.window_end,
        "client_key": item.key,
        "revision": revision,
    }

"""What may belong together: systems of one incident, two incidents that are one, an incident and the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registry.incidents.rules.kinds import UNCLOSED, UNRESOLVED, Status
from registry.kernel.errors import Problem
from registry.systems.rules.record import Visibility

_ALONE: Final = "A restricted system has incidents of its own, so that nobody learns of it from another's. Open one there."

_TURNED: Final = "That one is marked as a recurrence of this."
_LATER: Final = "That one was noticed later than this. Mark it as the recurrence."
# Nobody has said that the harm is stopped.
_GOES_ON: Final = frozenset({Status.OPEN, Status.INVESTIGATING})


def may_stand_together(visibilities: Iterable[Visibility]) -> bool:
    """Whether one incident may touch all of these different systems: a restricted one stands alone."""
    found = list(visibilities)
    return len(found) < 2 or Visibility.RESTRICTED not in found


def problems_with_spreading(
    touched: Iterable[Visibility], added: Visibility, *, is_touched: bool
) -> list[Problem]:
    """Objections to an incident touching a further system."""
    if is_touched:
        return [Problem("system", "This incident touches that system already.")]
    return [] if may_stand_together([*touched, added]) else [Problem("system", _ALONE)]


def problems_with_taking_off(
    *, is_touched: bool, is_its_own: bool, has_actions: bool, is_held: bool
) -> list[Problem]:
    """Objections to an incident not touching a system after all."""
    if not is_touched:
        return [Problem("system_id", "Choose one of the systems it touches.")]
    if is_its_own:
        return [Problem("system_id", "It was found at this system, which stays.")]
    if has_actions:
        says = "A corrective action of this incident is for this system. Set it for another one first."
        return [Problem("system_id", says)]
    if is_held:
        return [Problem("system_id", "Its systems are held as evidence. Release them first.")]
    return []


@dataclass(frozen=True, slots=True)
class One:
    """An incident as far as joining it to another one goes."""

    number: int
    status: Status
    detected_at: datetime
    started_at: datetime | None = None
    recurrence_of_id: int | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None


def problems_with_merging(one: One, into: One, systems: Iterable[Visibility]) -> list[Problem]:
    """Objections to merging an incident into another; `systems` are all the different ones the two touch."""
    if one.number == into.number:
        return [Problem("into", "Name another incident.")]
    if one.status not in UNCLOSED:
        return [Problem("", f"This incident is {one.status.value}; it stays as it is.")]
    if into.status not in UNCLOSED:
        says = f"Incident {into.number} is {into.status.value}. Mark this one as a recurrence of it instead."
        return [Problem("into", says)]
    if one.status in UNRESOLVED and into.status is Status.RESOLVED:
        says = f"Incident {into.number} is resolved and this one is not. Move that one back first, or mark this one as "
        return [Problem("into", f"{says}a recurrence of it.")]
    if one.status in _GOES_ON and into.status is Status.MITIGATED:
        says = (
            f"At incident {into.number} the harm is stopped, at this one it is not. Move that one back first."
        )
        return [Problem("into", says)]
    return [] if may_stand_together(systems) else [Problem("into", _ALONE)]


@dataclass(frozen=True, slots=True)
class Merged:
    """The instants of the incident that goes on for two. `repaired_by_one`: the last repair was that of the other one."""

    started_at: datetime | None
    detected_at: datetime
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    repaired_by_one: bool


def merged_times(one: One, into: One) -> Merged:
    """The instants of two incidents that are one: it began, was noticed and was taken on with the first, and is over with the last.

    Where it was noticed before the only beginning that is known, nobody knows yet when it began. What `into` has not
    reached stays open, whatever the other had: merging moves nothing on.
    """
    detected = min(one.detected_at, into.detected_at)
    began = [each for each in (one.started_at, into.started_at) if each is not None and each <= detected]
    taken_on = [each.acknowledged_at for each in (one, into) if each.acknowledged_at is not None]
    acknowledged = min(taken_on, default=None) if into.status is not Status.OPEN else None
    mitigated, resolved = into.mitigated_at, into.resolved_at
    if mitigated is not None:
        mitigated = max(mitigated, one.mitigated_at or mitigated)
    later = resolved is not None and one.resolved_at is not None and one.resolved_at > resolved
    resolved = one.resolved_at if later else resolved
    return Merged(min(began, default=None), detected, acknowledged, mitigated, resolved, later)


def problems_with_recurrence(one: One, earlier: One) -> list[Problem]:
    """Objections to saying that an incident is an earlier one come back."""
    if one.status is Status.MERGED:
        return [Problem("", "This incident was merged; it stays as it is.")]
    says = _why_not_again(one, earlier)
    return [Problem("earlier", says)] if says else []


def _why_not_again(one: One, earlier: One) -> str:
    if one.number == earlier.number:
        return "Name another incident."
    if earlier.status is Status.MERGED:
        return f"Incident {earlier.number} was merged. Name the one it was merged into."
    if earlier.status in UNRESOLVED:
        return (
            f"Incident {earlier.number} is not resolved yet, so it has not come back. Merge this one into it."
        )
    if one.recurrence_of_id == earlier.number:
        return "It is marked as a recurrence of that one already."
    is_turned = earlier.recurrence_of_id == one.number
    if is_turned or (earlier.detected_at, earlier.number) > (one.detected_at, one.number):
        return _TURNED if is_turned else _LATER
    return ""

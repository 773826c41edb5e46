"""Re-confirmation ("still mine, still true"): when it is due, who may give it, and who is told when it is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from registry.kernel.calendar import latest_due_by, months_after
from registry.kernel.errors import Problem
from registry.ownership.rules.seats import text_problems
from registry.packs.rules import ConfirmationRule
from registry.people.rules import chain_of


class Step(StrEnum):
    """Who is told of a confirmation that is due, in the order they are told."""

    OWNER = "owner"
    DEPUTY = "deputy"
    UNIT_HEAD = "unit_head"


STEP_SAID: dict[Step, str] = {
    Step.OWNER: "the owner is reminded",
    Step.DEPUTY: "the deputy is told",
    Step.UNIT_HEAD: "the head of the unit is told",
}


@dataclass(frozen=True, slots=True)
class Due:
    """When a confirmation is due, and how that stands on a day."""

    on: date
    today: date
    steps: tuple[Step, ...]

    @property
    def days_late(self) -> int:
        """Whole days since it was due; 0 while it is not late."""
        return max(0, (self.today - self.on).days)

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed."""
        return self.on < self.today

    @property
    def is_asked(self) -> bool:
        """Whether the owner is asked for it by now."""
        return bool(self.steps)


def last_word(accepted_at: datetime | None, confirmed_at: Sequence[datetime]) -> datetime | None:
    """When the owner last said that the system is theirs. Accepting it counts; None if they never did."""
    return max([*confirmed_at, *([accepted_at] if accepted_at else [])], default=None)


def due(last: datetime, tier: str | None, cadence: ConfirmationRule, today: date) -> Due:
    """When the owner who last spoke at that instant has to confirm again, and who has been told by `today`."""
    on = months_after(last.astimezone(UTC).date(), cadence.months_for(tier))
    reached = tuple(step for step in Step if on + timedelta(days=shift_of(step, cadence)) <= today)
    return Due(on, today, reached)


def shift_of(step: Step, cadence: ConfirmationRule) -> int:
    """The days after the due day (negative: before) on which a step is taken."""
    return {
        Step.OWNER: -cadence.remind_days_before,
        Step.DEPUTY: cadence.deputy_days_after,
        Step.UNIT_HEAD: cadence.head_days_after,
    }[step]


def silent_since(shift: int, tier: str | None, cadence: ConfirmationRule, today: date) -> date:
    """The latest last word for which a confirmation fell due `shift` days before `today` or earlier.

    What a database compares with: for each tier one day, instead of one sum per row.
    """
    return latest_due_by(today - timedelta(days=shift), cadence.months_for(tier))


def problems_with_confirming(
    *, is_stated: bool, last: datetime | None, today: date, note: str
) -> list[Problem]:
    """Objections to the owner's confirming again: they have not said yet that it is theirs at all, or said so today."""
    if is_stated or last is None:
        return [Problem("", "Say first that the system is yours; that counts as confirming it.")]
    if last.astimezone(UTC).date() >= today:
        return [Problem("", "You confirmed this system today already.")]
    return text_problems("note", note)


def head_above(
    unit_id: int, parents: Mapping[int, int | None], heads: Mapping[int, int], besides: int | None
) -> int | None:
    """The nearest head, from the unit upwards, who is not the owner themselves; None where there is none.

    `heads` maps units to those of their heads who are here.
    """
    for unit in chain_of(unit_id, parents):
        if unit in heads and heads[unit] != besides:
            return heads[unit]
    return None


def told_to(
    person_id: int, parents: Mapping[int, int | None], heads: Mapping[int, int]
) -> dict[int | None, frozenset[int]]:
    """The units of which this person is told as head, by who owns the system: None for anybody but the person.

    Where the nearest head is the owner, the next one up is told; those units stand under the owner's number.
    """
    nearest = {unit: head_above(unit, parents, heads, None) for unit in parents}
    found: dict[int | None, frozenset[int]] = {
        None: frozenset(unit for unit, head in nearest.items() if head == person_id)
    }
    for owner in set(heads.values()) - {person_id}:
        own = frozenset(
            unit
            for unit, head in nearest.items()
            if head == owner and head_above(unit, parents, heads, owner) == person_id
        )
        if own:
            found[owner] = own
    return found

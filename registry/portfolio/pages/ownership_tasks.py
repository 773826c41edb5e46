"""The lines of the desk about who answers for what: owners who have left, units without a head, what is to mend in one's units."""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import url_for

from registry.kernel.actor import Seat
from registry.kernel.text import counted
from registry.ownership.rules import KIND_SAID, GapKind
from registry.people.models import Person
from registry.people.rules import HeadFinding, HeadGap
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System

_FEW_HEADS = 3
_AS_HEAD_ABOVE = " You are told as head of a unit above; an administrator names the next one."

_WHY = {
    GapKind.OWNER_LEFT: "Nobody who is here answers for these systems.",
    GapKind.OWNER_UNCONFIRMED: "Their owners were named by somebody else and have not said that it is theirs.",
    GapKind.CONFIRMATION_OVERDUE: "Their owners have not said again that they answer for them.",
    GapKind.NO_DEPUTY: "Nobody acts for the owner when the owner is away.",
    GapKind.HOLDER_LEFT: "Somebody named to answer for a part of them is not here any more.",
    GapKind.EMPTY_TEAM: "A team named to answer for a part of them has nobody in it.",
}


def find_owner(system: System, person: Person) -> Task:
    """A system whose owner has left."""
    return Task(
        Urgency.GAP,
        f"Find an owner for {system.name}",
        f"{person.name}, who answered for {system.key}, has left.",
        None,
        url_for("ownership.system", key=system.key),
        "Hand it over",
        person.active_to,
        "systems without an owner who is here",
    )


def head_units(leaving: Sequence[HeadFinding], *, names_heads: bool) -> list[Task]:
    """Units whose head has left or leaves soon: for whoever names another, or for the head of a unit above; many in one line."""
    if len(leaving) > _FEW_HEADS:
        address = url_for("ownership.findings", mine=None if names_heads else 1, kind=[*HeadGap])
        return [
            Task(
                Urgency.GAP,
                f"{len(leaving)} units need another head",
                "Their heads have left or leave soon." + ("" if names_heads else _AS_HEAD_ABOVE),
                None,
                address,
                "Show them",
            )
        ]
    return [_head_of(each, names_heads=names_heads) for each in leaving]


def _head_of(finding: HeadFinding, *, names_heads: bool) -> Task:
    here = "people.unit_edit_form" if names_heads else "people.unit"
    return Task(
        Urgency.GAP,
        f"Find another head for {finding.unit_name}",
        finding.says if names_heads else finding.says + _AS_HEAD_ABOVE,
        None,
        url_for(here, number=finding.unit_id, _anchor="head_id" if names_heads else None),
        "Name another head" if names_heads else "Show the unit",
        finding.last_day if finding.days > 0 else None,
    )


def in_units(counts: Mapping[tuple[GapKind, Seat], int]) -> list[Task]:
    """What is to mend in the units somebody heads, one line per kind."""
    kinds: Counter[GapKind] = Counter()
    for (kind, _), count in counts.items():
        kinds[kind] += count
    return [
        Task(
            Urgency.UNITS,
            f"{KIND_SAID[kind]}: {counted(kinds[kind], 'finding')} in your units",
            _WHY[kind],
            None,
            url_for("ownership.findings", mine=1, kind=kind.value),
            "Show them",
        )
        for kind in GapKind
        if kinds[kind]
    ]

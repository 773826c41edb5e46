"""What a draft puts into a system's facts, the first time and when the inventory comes again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from registry.annotations.rules.tags import folded
from registry.interchange.rules.drafts import DataDraft, Draft
from registry.interchange.rules.units import said
from registry.kernel.dates import PartialDate, Precision
from registry.systems.rules.record import TEXT_LIMIT, Link, Stage, SystemFacts, problems_with_autonomy

_NOT_STATED: Final = frozenset(
    {"row", "profile", "key", "problems", "source_facts", "registry_id", "assumed"}
)
_FACTS: Final = frozenset(each.name for each in fields(SystemFacts)) - {
    "unit_id",
    "visibility",
    "in_service_on",
}


def plain_of(draft: Draft) -> dict[str, Any]:
    """Everything a row states, as JSON takes it; what is empty is left out. The description is the whole of it."""
    found = {
        each.name: _plain(getattr(draft, each.name))
        for each in fields(draft)
        if each.name not in _NOT_STATED | draft.assumed
    }
    found["description"] = described(draft)
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def with_changes(facts: SystemFacts, draft: Draft, before: Mapping[str, Any] | None) -> SystemFacts:
    """The facts with what the draft states differently from last time (`before`; None the first time).

    A field the inventory has not changed keeps whatever people have made of it since.
    """
    stated = plain_of(draft)
    values: dict[str, Any] = {each.name: getattr(facts, each.name) for each in fields(facts)}
    for name in _FACTS & stated.keys():
        if before is None or before.get(name) != stated[name]:
            values[name] = described(draft) if name == "description" else getattr(draft, name)
    since = draft.in_service_on
    news = before is None or before.get("in_service_on") != stated.get("in_service_on")
    if since is not None and since.precision is Precision.DAY and news:
        values["in_service_on"] = since.on
    return SystemFacts(**values)


def allowed(stage: Stage, before: SystemFacts, after: SystemFacts) -> SystemFacts:
    """What a list may make of a record in that stage: as for whoever types, it does not raise the autonomy of what is in use."""
    if problems_with_autonomy(stage, before.autonomy, after.autonomy):
        return replace(after, autonomy=before.autonomy)
    return after


def newly_named(tags: Iterable[str], before: Collection[str]) -> tuple[str, ...]:
    """The tags a row names beyond those it named before: one that a person took off since stays off."""
    known = {folded(name) for name in before}
    return tuple(name for name in tags if folded(name) not in known)


def standing(draft: Draft, unit: tuple[str, ...], problem: str, sources: Iterable[str]) -> dict[str, Any]:
    """What the register holds now, put as if an earlier row had said it, for a row that names its system by id.

    `unit` is the whole path of the system's unit, `problem` that of its objective, `sources` the names of its data.
    Everything else is left out, so that whatever the row says of it counts.
    """
    held: dict[str, Any] = {"data_sources": [{"name": each} for each in sources]}
    if draft.objective_problem:
        # An empty cell is not the wish that there were no objective.
        held["objective_problem"] = problem
    # A unit's name may hold what parts a path: the words it is shown by mean it, whatever else they could mean.
    return held | ({"unit": _plain(draft.unit)} if said(draft.unit) == said(unit) else {})


def described(draft: Draft) -> str:
    """The description with what the record has no field for; without it where both are too long.

    A row about a system of this register states its description and nothing else: what stands there may be anybody's.
    """
    if draft.registry_id:
        return draft.description
    text = "\n\n".join(part for part in [draft.description, *_told(draft)] if part)
    return text if len(text) <= TEXT_LIMIT else draft.description


def _told(draft: Draft) -> list[str]:
    """What the record has no field for, as paragraphs of the description."""
    told = []
    if draft.objective_outputs:
        told.append(f"**Outputs:** {draft.objective_outputs}")
    # A month or a year is not a day: the record's date stays empty and the words say what is known.
    if draft.in_service_on is not None and draft.in_service_on.precision is not Precision.DAY:
        told.append(f"**In service since:** {_date_said(draft.in_service_on)}")
    if draft.retired_on is not None:
        told.append(f"**Retired:** {_date_said(draft.retired_on)}")
    return told


def _date_said(date: PartialDate) -> str:
    return f"{date.said} {date.remark}".strip()


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return f"{value.said} {value.remark}".strip()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Link | DataDraft):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return value

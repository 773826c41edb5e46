"""What two incidents that are one state together: the graver of each judgement, and no text of either is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registry.incidents.rules.kinds import EntryKind, Harm, Kind, Severity

# A complaint may turn out to be nothing, a hazard has not happened, a near miss was caught.
_GRAVER: Final = (Kind.COMPLAINT, Kind.HAZARD, Kind.NEAR_MISS, Kind.INCIDENT)
# What people wrote, by what it is called in the timeline.
TEXTS: Final[Mapping[str, str]] = {
    "summary": "what happened",
    "affected_people": "who was affected",
    "root_cause": "the root cause",
    "factors": "what contributed",
    "post_mortem": "the post-mortem",
    "missing_control": "what would have prevented it",
}
Said = list[tuple[EntryKind, str]]


@dataclass(frozen=True, slots=True)
class Weight:
    """How grave an incident is said to be. `affected_count` None: nobody has counted."""

    kind: Kind
    severity: Severity
    harms: tuple[str, ...] = ()
    affected_count: int | None = None


def merged_weight(one: Weight, into: Weight) -> Weight:
    """How grave the two are together: neither the kind, the severity, a harm nor the number affected becomes less."""
    counts = [each.affected_count for each in (one, into) if each.affected_count is not None]
    named = {*one.harms, *into.harms}
    return Weight(
        max(one.kind, into.kind, key=_GRAVER.index),
        max(one.severity, into.severity),
        tuple(harm.value for harm in Harm if harm.value in named),
        max(counts, default=None),
    )


def weight_said(before: Weight, after: Weight, number: int) -> Said:
    """What the timeline tells of each judgement that is held otherwise since incident `number` was merged into this one."""
    because, told = f"as at incident {number}", Said()
    if after.severity is not before.severity:
        was, now = (f"{each.value} {each.said.lower()}" for each in (before.severity, after.severity))
        told.append((EntryKind.SEVERITY, f"Severity {was} became {now}, {because}."))
    if after.kind is not before.kind:
        says = f"“{before.kind.said}” became “{after.kind.said}”, {because}."
        told.append((EntryKind.NOTE, says))
    added = [Harm(harm).said for harm in after.harms if harm not in before.harms]
    if added:
        told.append((EntryKind.NOTE, f"Harm that was added, {because}: {', '.join(added)}."))
    if after.affected_count != before.affected_count:
        told.append((EntryKind.NOTE, f"Affected: {after.affected_count:,}, {because}."))
    return told


def carried_texts(one: Mapping[str, str], into: Mapping[str, str]) -> dict[str, str]:
    """The texts of `one` that `into` takes over, since it says nothing there."""
    return {name: one[name] for name in TEXTS if one[name] and not into[name]}


def texts_said(one: Mapping[str, str], into: Mapping[str, str], number: int) -> Said:
    """What the timeline tells of the texts of incident `number`: taken over, or said beside the one that is there."""
    told = Said()
    for name, called in TEXTS.items():
        kind = EntryKind.POST_MORTEM if name == "post_mortem" else EntryKind.NOTE
        if one[name] and not into[name]:
            told.append((kind, f"Taken over from incident {number}: {called}."))
        elif name == "post_mortem" and one[name]:
            told.append((kind, f"Incident {number} keeps a post-mortem of its own."))
        elif one[name] and one[name] != into[name]:
            told.append((kind, f"Incident {number} said of {called}: {one[name]}"))
    return told

"""How two versions differ: the fields that say different things, and the data only one of them was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registry.versions.rules.record import TrainedOn, VersionFacts

COMPARED: Final[Mapping[str, str]] = {
    "label": "Label",
    "significant": "Significant change",
    "changed": "What changed",
    "because": "Why",
    "artifact": "Artifact",
    "digest": "Digest of the artifact",
    "evaluation": "Evaluation results",
}


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of which two versions say different things."""

    name: str
    label: str
    before: str | bool | None
    after: str | bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions. A source of another period is one removed and one added."""

    fields: tuple[FieldDifference, ...]
    added: tuple[TrainedOn, ...]
    removed: tuple[TrainedOn, ...]
    kept: tuple[TrainedOn, ...]

    @property
    def on_both_sides(self) -> frozenset[int]:
        """The sources both versions learned from, though from another period of them."""
        return frozenset({each.source_id for each in self.added} & {each.source_id for each in self.removed})


def compared(before: VersionFacts, after: VersionFacts) -> Comparison:
    """What a reader of the later version has to know beyond the earlier one."""
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in COMPARED]
    old, new = dict.fromkeys(before.trained_on), dict.fromkeys(after.trained_on)
    return Comparison(
        tuple(
            FieldDifference(name, COMPARED[name], left, right) for name, left, right in pairs if left != right
        ),
        added=tuple(each for each in new if each not in old),
        removed=tuple(each for each in old if each not in new),
        kept=tuple(each for each in new if each in old),
    )

"""Where an import stands, and what may be done with it there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from registry.interchange.rules.outcomes import Outcome
from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.errors import Problem
from registry.kernel.rows import Ending
from registry.kernel.text import SYSTEM_PREFIX, public_key

PROFILE_NAME_LIMIT: Final = 80
Versions = tuple[int, int, int]
"""The revisions of a system, of the row it came from, and of its objective (0 while it has none)."""


class ImportState(StrEnum):
    """Where an import stands."""

    MAPPING = "mapping"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    UNDOING = "undoing"
    UNDONE = "undone"
    ABANDONED = "abandoned"


class Step(StrEnum):
    """What a person may ask for."""

    CHECK = "check"
    REMAP = "remap"
    CHOOSE = "choose"
    IMPORT = "import"
    UNDO = "undo"
    ABANDON = "abandon"


class Choice(StrEnum):
    """What becomes of a row that may be a system there is already."""

    OPEN = "open"
    SKIP = "skip"
    CREATE = "create"


AT_WORK: Final = frozenset({ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING})
DRAFTS: Final = frozenset({ImportState.MAPPING, ImportState.CHECKING, ImportState.CHECKED})
OVER: Final = frozenset({ImportState.IMPORTED, ImportState.UNDONE, ImportState.ABANDONED})
_FROM: Final[Mapping[Step, frozenset[ImportState]]] = {
    Step.CHECK: frozenset({ImportState.MAPPING}),
    # Also while the worker is at it: it keeps nothing once the import is no longer what it began on.
    Step.REMAP: frozenset({ImportState.CHECKING, ImportState.CHECKED, ImportState.IMPORTING}),
    Step.CHOOSE: frozenset({ImportState.CHECKED}),
    Step.IMPORT: frozenset({ImportState.CHECKED}),
    Step.UNDO: frozenset({ImportState.IMPORTED}),
    Step.ABANDON: DRAFTS,
}
_STANDS: Final[Mapping[ImportState, str]] = {
    ImportState.MAPPING: "Its columns are being mapped; check it first.",
    ImportState.CHECKING: "It is being checked.",
    ImportState.CHECKED: "It was checked and waits to be imported.",
    ImportState.IMPORTING: "Somebody has started this import already; it is under way.",
    ImportState.IMPORTED: "This import has been carried out already.",
    ImportState.UNDOING: "This import is being undone already.",
    ImportState.UNDONE: "This import was undone.",
    ImportState.ABANDONED: "This import was abandoned. Upload the file again.",
}


def allowed(step: Step, state: ImportState) -> bool:
    """Whether the step may be asked for while the import stands there."""
    return state in _FROM[step]


def problems_with_step(step: Step, state: ImportState) -> list[Problem]:
    """Why the step cannot be asked for."""
    return [] if allowed(step, state) else [Problem("", _STANDS[state])]


def problems_with_report(*, whole: bool) -> list[Problem]:
    """Why an import whose report misses systems cannot be undone: some would stay, and nobody would be told."""
    says = (
        "The report of this import does not name every system it wrote, so it cannot be undone in one step. "
        "The audit log has each of them."
    )
    return [] if whole else [Problem("", says)]


def problems_with_order(number: int | None, file_name: str) -> list[Problem]:
    """Why an import has to wait for a later one, by its number, that has written over what it wrote; None for no such one."""
    says = (
        f"Import {number} ({file_name}) has since updated systems that this import wrote. "
        "Undo that import first; then this one can be taken back whole."
    )
    return [] if number is None else [Problem("", says)]


def digest_of_plan(outcomes: Sequence[Outcome], versions: Mapping[str, Versions]) -> str:
    """The SHA-256 of how every row ends and of what it would overwrite: what was shown is carried out, or nothing is.

    `versions` are by natural key; only those of updated rows count, for nothing else is overwritten.
    """
    return sha256_hex(canonical([_planned(each, versions) for each in outcomes]))


def _planned(outcome: Outcome, versions: Mapping[str, Versions]) -> list[Any]:
    met = versions.get(outcome.key, ()) if outcome.ending is Ending.UPDATED else ()
    return [outcome.row, outcome.ending.value, outcome.key, *met]


def with_skipped(outcomes: Iterable[Outcome], skipped: Mapping[int, str]) -> list[Outcome]:
    """The plan with the rows a person left out, each as the duplicate they took it for. `skipped` is row to reason."""
    return [
        replace(each, ending=Ending.DUPLICATE, key="", says=skipped[each.row])
        if each.ending is Ending.CREATED and each.row in skipped
        else each
        for each in outcomes
    ]


def skipped_says(system_id: int | None, other_row: int | None) -> str:
    """Why a row was left out by choice."""
    other = f"system {public_key(SYSTEM_PREFIX, system_id)}" if system_id else f"row {other_row}"
    return f"Left out by choice: it is taken for {other}."


def problems_with_profile_name(name: str, *, taken: bool) -> list[Problem]:
    """Objections to the name of a saved mapping."""
    if not name:
        return [Problem("save_as", "Give the profile a name people will recognise.")]
    if len(name) > PROFILE_NAME_LIMIT:
        return [Problem("save_as", f"Shorten this to {PROFILE_NAME_LIMIT} characters.")]
    return [Problem("save_as", "There is a shipped profile of this name. Choose another.")] if taken else []

"""What has to be reconsidered: why a system is looked at again, in words, and what settles that."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.dependencies.rules.dependency import prose_problems
from registry.kernel.errors import Problem
from registry.kernel.text import shortened

DETAIL_LIMIT: Final = 300


class Cause(StrEnum):
    """Why a system has to be reconsidered."""

    SCHEMA_CHANGED = "schema_changed"
    QUALITY_MISSED = "quality_missed"
    CONTRACT_CHANGED = "contract_changed"
    TEST_FAILED = "test_failed"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that happened, as it reaches one system: to a data source or to a dependency, never both.

    `entry_seq` is the number of the ledger entry that told of it, so that the same entry never asks twice. `detail`
    is told to whoever may see the system. It may speak of data sources, which everybody sees; what is stated of a
    dependency may not be known to them and is never put here.
    """

    cause: Cause
    entry_seq: int
    data_source_id: int | None = None
    dependency_id: int | None = None
    detail: str = ""


def schema_changed(before: str, after: str) -> str:
    """How a schema changed, as the detail of an Ask."""
    if not before:
        return _fitting(f"its version is now stated as {after}")
    return _fitting(
        f"from {before} to {after}" if after else f"from {before}; its version is not stated any more"
    )


def quality_missed(rule: str, result: str, acceptable: str) -> str:
    """Which check was not met, as the detail of an Ask; the result and what is acceptable with their units."""
    return _fitting(f"{result} where {acceptable} is acceptable, for “{shortened(rule, 120)}”")


def _fitting(text: str) -> str:
    return shortened(text, DETAIL_LIMIT)


HIDDEN: Final = "something further up that you may not know of"

_SAYS: Final[Mapping[Cause, str]] = {
    Cause.SCHEMA_CHANGED: "The schema of {about} changed",
    Cause.QUALITY_MISSED: "A check on {about} was not met",
    Cause.CONTRACT_CHANGED: "The contract of {about} changed",
    Cause.TEST_FAILED: "The last test of {about} failed",
}


def said(cause: Cause, about: str, detail: str = "") -> str:
    """Why, in a sentence. `about` names the source or the dependency as far as the reader may know of it."""
    begins = _SAYS[cause].format(about=about)
    return f"{begins}: {detail}." if detail else f"{begins}."


def problems_with_words(words: str) -> list[Problem]:
    """Every objection to the words that settle a reconsideration."""
    if not words:
        return [
            Problem("words", "Say what you looked at and what follows, if only that nothing has to change.")
        ]
    return prose_problems("words", words)

"""When a system may be said to use a source for a purpose."""

from typing import Final

from registry.data_sources.rules.sources import Purpose, prose_problems
from registry.kernel.errors import Problem
from registry.kernel.text import listed, worded

NOTE_LIMIT: Final = 4_000


def problems_with_use(
    purpose: Purpose | None,
    note: str,
    *,
    allowed: tuple[Purpose, ...] = (),
    source_is_retired: bool = False,
    already_open: bool = False,
) -> list[Problem]:
    """Every objection to attaching a source to a system for a purpose.

    Where the source states which purposes its classification or licence allows, no other is accepted. A licence
    or consent that has run out is warned of, not refused: the register says what is, also where it should not be.
    """
    problems = prose_problems("note", note)
    if len(note) > NOTE_LIMIT:
        problems = [Problem("note", f"Shorten this to {NOTE_LIMIT:,} characters; it has {len(note):,}.")]
    if purpose is None:
        problems.append(Problem("purpose", "Choose what the system uses the source for."))
    elif allowed and purpose not in allowed:
        named = listed([worded(each.value) for each in allowed])
        problems.append(
            Problem(
                "purpose", f"This source may be used for {named} only. Its owner or steward can change that."
            )
        )
    if source_is_retired:
        problems.append(Problem("source", "This source was retired and takes no new use."))
    if already_open:
        problems.append(Problem("source", "The system already uses this source for this purpose."))
    return problems

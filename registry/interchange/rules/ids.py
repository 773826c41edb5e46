"""The registry's own ids in a file: which columns hold them, and what a cell says."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from registry.interchange.rules.profiles import Profile
from registry.interchange.rules.targets import REGISTRY_ID
from registry.interchange.rules.values import Reading, says_nothing
from registry.kernel.text import SYSTEM_PREFIX, number_of, public_key, shortened

_SHOWN = 40


def read_id(text: str) -> Reading:
    """The id of a system as this registry writes it; "ai-42" means AI-0042. Anything else is told."""
    number = number_of(SYSTEM_PREFIX, text)
    if number is not None:
        return Reading(public_key(SYSTEM_PREFIX, number))
    example = public_key(SYSTEM_PREFIX, 42)
    return Reading(
        "",
        whole=False,
        problem=f"“{shortened(text, _SHOWN)}” is no id of this registry, which would look like {example}. "
        "Correct it, or leave it empty for a system that is new.",
    )


def names_a_system(profile: Profile, cells: Mapping[str, str]) -> bool:
    """Whether a row says by id which system of this register it is about."""
    said = (cells.get(column, "") for column in profile.columns_of(REGISTRY_ID))
    return any(number_of(SYSTEM_PREFIX, text) is not None for text in said)


def with_own_ids(profile: Profile, rows: Iterable[Mapping[str, str]]) -> Profile:
    """The profile with a column guessed to hold the registry's ids only where every filled cell of these rows is one.

    Many inventories number their rows under the heading “Id”; those numbers are somebody else's.
    """
    columns = profile.columns_of(REGISTRY_ID)
    if not columns:
        return profile
    cells: dict[str, list[str]] = {column: [] for column in columns}
    for row in rows:
        for column in columns:
            if not says_nothing(text := row.get(column, "")):
                cells[column].append(text)
    ours = {
        column
        for column, texts in cells.items()
        if texts and all(number_of(SYSTEM_PREFIX, text) is not None for text in texts)
    }
    fields = (
        replace(each, columns=tuple(one for one in each.columns if one in ours))
        if each.target == REGISTRY_ID
        else each
        for each in profile.fields
    )
    return replace(profile, fields=tuple(each for each in fields if each.columns))

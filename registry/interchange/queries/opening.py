"""An uploaded file as the mapping page shows it: how it was read, its columns with samples, which profile fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session

from registry.interchange.models import InventoryImport, SavedProfile
from registry.interchange.queries.profiles import (
    generic,
    profile_named,
    profiles,
    saved_profile,
    saved_profiles,
    wordings,
)
from registry.interchange.queries.reading import Reading
from registry.interchange.rules.ids import with_own_ids
from registry.interchange.rules.mapping import (
    Choices,
    choices_of,
    chosen,
    fitting,
    from_document,
    problems_with_columns,
    respelled,
)
from registry.interchange.rules.profiles import Profile, fitted, recognise
from registry.kernel.errors import refuse_if
from registry.kernel.text import shortened
from registry.store.sheets import Sheet

ROWS_LOOKED_AT = 50
_SAMPLES = 2
_SHOWN = 70
SAVED = "saved:"


@dataclass(frozen=True, slots=True)
class Opened:
    """The file as it is read now. `starts_from` names the profile, a shipped one by id, a saved one as "saved:3"."""

    sheet: Sheet
    samples: dict[str, list[str]]
    starts_from: str
    profile: Profile
    choices: Choices


def opened(session: Session, reading: Reading, starts_from: str = "") -> Opened:
    """Open the file and propose how to read its columns: as `starts_from` says, else by what its headings call for.

    Raises SheetRefused for a file that is not read, RuleBroken for one with more columns than a page can map.
    """
    sheet = reading.opened()
    refuse_if(problems_with_columns(len(sheet.columns)))
    first = [row.cells for row in islice(sheet.rows, ROWS_LOOKED_AT)]
    start = starts_from if _known(session, starts_from) else _called_for(session, sheet.columns, reading.name)
    profile, choices = start_of(session, start, sheet.columns, first)
    return Opened(sheet, _samples(sheet, first), start, profile, choices)


def start_of(
    session: Session, starts_from: str, columns: Sequence[str], rows: Sequence[dict[str, str]]
) -> tuple[Profile, Choices]:
    """The shipped profile one starts from, fitted to the columns and the first rows, and the choices it comes with."""
    saved = _saved(session, starts_from)
    if saved is None:
        profile = with_own_ids(fitted(profile_named(starts_from) or generic(), columns), rows)
        return profile, choices_of(profile, columns)
    kept = respelled(from_document(saved.mapping), columns)
    return fitted(profile_named(kept.profile) or generic(), columns), kept


def profile_for(inventory: InventoryImport, columns: Sequence[str]) -> Profile:
    """The profile an import is to be read with, its mapping applied."""
    choices = respelled(from_document(inventory.mapping or {}), columns)
    profile = fitted(profile_named(choices.profile) or generic(), columns)
    own = f"saved-{inventory.saved_profile_id}" if inventory.saved_profile_id else ""
    return chosen(profile, choices, wordings(), own)


def offered(session: Session) -> dict[str, str]:
    """The profiles one may start from, with their titles: those people saved first."""
    saved = {f"{SAVED}{each.id}": f"{each.name} (saved)" for each in saved_profiles(session)}
    shipped = {each.id: each.title for each in profiles() if not each.refuses}
    return saved | shipped


def saved_number(starts_from: str) -> int | None:
    """The number of the saved profile that is named so, or None."""
    text = starts_from.removeprefix(SAVED)
    named = starts_from.startswith(SAVED) and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if named else None


def _saved(session: Session, starts_from: str) -> SavedProfile | None:
    found = saved_profile(session, saved_number(starts_from))
    return found if found is not None and found.removed_at is None else None


def _known(session: Session, starts_from: str) -> bool:
    return _saved(session, starts_from) is not None or profile_named(starts_from) is not None


def _called_for(session: Session, columns: Sequence[str], file_name: str) -> str:
    saved = {each.id or 0: from_document(each.mapping) for each in saved_profiles(session)}
    number = fitting(saved, columns)
    if number is not None:
        return f"{SAVED}{number}"
    return (recognise(columns, profiles(), file_name) or generic()).id


def _samples(sheet: Sheet, rows: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {column: [] for column in sheet.columns}
    for cells in rows:
        for column, cell in cells.items():
            text = shortened(" ".join(cell[:2_000].split()), _SHOWN)
            if text and len(found[column]) < _SAMPLES and text not in found[column]:
                found[column].append(text)
    return found

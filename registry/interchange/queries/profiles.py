"""The profiles that ship, map files as they are handed in, and mappings people saved."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from registry.interchange.models import SavedProfile
from registry.interchange.rules.declared import profile_of
from registry.interchange.rules.profiles import Profile, fitted, recognise
from registry.interchange.rules.statements import MapProblem, wordings_of
from registry.interchange.rules.texts import folded
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import listed
from registry.store.sheets import Limits, SheetRefused
from registry.store.sheets.yaml_texts import parsed

_FOLDER = "profiles"
_WORDINGS = "wordings.yaml"
_LARGEST_MAP = 200_000


@cache
def wordings() -> Mapping[str, Mapping[str, Any]]:
    """The tables of wordings for stage, kind and autonomy."""
    return wordings_of(_shipped(_WORDINGS))


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile that ships, by file name. Raises ValueError for one that is not well formed."""
    folder = resources.files("registry.interchange") / _FOLDER
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".yaml"))
    return tuple(_declared(name) for name in names if name != _WORDINGS)


def profile_named(name: str) -> Profile | None:
    """The shipped profile of this id."""
    return next((profile for profile in profiles() if profile.id == name), None)


def profile_in(data: bytes, columns: Sequence[str]) -> tuple[Profile | None, list[MapProblem]]:
    """The profile a map file declares for a file with these columns, or every reason why it declares none."""
    if len(data) > _LARGEST_MAP:
        return None, [MapProblem("", f"A map file has at most {_LARGEST_MAP // 1_000} kB.")]
    try:
        document = parsed(data.decode("utf-8-sig"), Limits())
    except UnicodeDecodeError:
        return None, [MapProblem("", "The map file is not UTF-8 text. Save it as such.")]
    except SheetRefused as refusal:
        return None, [MapProblem("", refusal.says)]
    return profile_of(document, wordings(), columns)


def choose_profile(
    columns: Sequence[str], filename: str, profile_id: str | None = None, map_file: Path | None = None
) -> Profile:
    """The profile to read a file with: that of the map file, else the one named, else the one its headings identify.

    Without any of these the columns are found by their usual names. Raises RuleBroken when no column holds a name,
    for a map file with problems, an unknown profile, and a file that is no inventory.
    """
    if map_file is not None:
        with map_file.open("rb") as stream:
            profile, problems = profile_in(stream.read(_LARGEST_MAP + 1), columns)
        if profile is None:
            raise RuleBroken([Problem(each.entry, each.message) for each in problems])
        return profile
    found = profile_named(profile_id) if profile_id else recognise(columns, profiles(), filename)
    if found is None and profile_id:
        known = listed([each.id for each in profiles() if not each.refuses], "or")
        raise RuleBroken([Problem("profile", f"There is no profile “{profile_id}”. Use {known}.")])
    profile = fitted(found or generic(), columns)
    if profile.refuses:
        raise RuleBroken([Problem("file", profile.refuses)])
    if not profile.columns_of("name"):
        there = listed([f"“{column}”" for column in columns[:20]])
        raise RuleBroken(
            [
                Problem(
                    "name",
                    f"No column holds the systems' names. Say which does in a map file; there are {there}.",
                )
            ]
        )
    return profile


def generic() -> Profile:
    """The profile that finds columns by the names people give them."""
    found = profile_named("generic")
    if found is None:
        raise LookupError("the profile “generic” does not ship")
    return found


def saved_profiles(session: Session) -> Sequence[SavedProfile]:
    """The mappings people saved, by name."""
    query = select(SavedProfile).where(col(SavedProfile.removed_at).is_(None))
    return session.exec(query.order_by(SavedProfile.name, col(SavedProfile.id))).all()


def saved_profile(session: Session, number: int | None) -> SavedProfile | None:
    """The saved mapping of this number, also one that was removed since: an import goes on with what it began with."""
    return session.get(SavedProfile, number) if number else None


def saved_profile_named(session: Session, name: str) -> SavedProfile | None:
    """The mapping saved under this name, also one that was removed, locked."""
    query = select(SavedProfile).where(SavedProfile.name_key == name_key(name))
    return session.exec(query.with_for_update()).one_or_none()


def name_key(name: str) -> str:
    """A profile's name as it is compared."""
    return folded(name)


def _shipped(name: str) -> Any:
    file = resources.files("registry.interchange") / _FOLDER / name
    return parsed(file.read_text(encoding="utf-8"), Limits())


def _declared(name: str) -> Profile:
    profile, problems = profile_of(_shipped(name), wordings())
    if profile is None:
        raise ValueError(f"{name}: {'; '.join(f'{each.entry}: {each.message}' for each in problems)}")
    return profile

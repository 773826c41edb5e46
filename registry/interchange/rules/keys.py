"""Natural keys: what makes a row of an inventory the same system when the file comes again."""

import hashlib
from collections.abc import Sequence
from typing import Final

from registry.interchange.rules.texts import folded

# Keys are indexed; PostgreSQL indexes at most 2,704 bytes, and a character may take four.
_LONGEST: Final = 400
_ORDINAL: Final = "#"
_QUOTED: Final = str.maketrans({"%": "%25", "/": "%2F", _ORDINAL: "%23"})


def natural_key(profile: str, values: Sequence[str]) -> str:
    """The key of a row: the profile and the folded values, such as "omb_2024/department of labor/ocio/chatbot".

    Folding levels case, spaces and dashes, so a publisher who tidies a name does not make a new system of it. A long
    key ends in the SHA-256 of the whole in place of its last characters.
    """
    key = "/".join([profile, *(folded(value).translate(_QUOTED) for value in values)])
    if len(key) <= _LONGEST:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: _LONGEST - 65]}~{digest}"


def with_ordinal(key: str, ordinal: int) -> str:
    """The key of the first, second, third system that shares a natural key: the first has no number."""
    return key if ordinal == 1 else f"{key}{_ORDINAL}{ordinal}"


def base_and_ordinal(key: str) -> tuple[str, int]:
    """A stored key taken apart again."""
    base, mark, number = key.partition(_ORDINAL)
    return base, int(number) if mark else 1

"""Labels in a file as the tags of a system."""

import re
from collections.abc import Iterable
from typing import Final

from registry.annotations.rules.tags import MOST_TAGS, NAME_LIMIT, names_in, once, those_that_fit
from registry.kernel.text import listed, shortened

_NOTE: Final = re.compile(r"\s*\([^()]*\)\s*$")
_SHOWN: Final = 80
_LISTED: Final = 5


def tags_from(items: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """The tags that some labels make, and a remark on those that make none, or "".

    A label that is too long for a tag goes without the note in brackets at its end.
    """
    given = once(_noteless(name) for item in items for name in names_in(item))
    kept = those_that_fit(given)
    left = [f"“{shortened(name, _SHOWN)}”" for name in given if name not in kept]
    if not left:
        return kept, ""
    limits = f"A system carries at most {MOST_TAGS} tags of at most {NAME_LIMIT} characters"
    return kept, f"{limits}; left out: {listed(left[:_LISTED])}."


def _noteless(name: str) -> str:
    return name if len(name) <= NAME_LIMIT else _NOTE.sub("", name) or name

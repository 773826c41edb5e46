"""By what name a thing of a list is known again, in plans and in what is remembered of a file."""

from collections.abc import Mapping
from typing import Any

from registry.annotations.rules.tags import folded


def name_of(kind: str, thing: Mapping[str, Any]) -> str:
    """A tag by itself, a metric by its slug, a use of a source by source and purpose, a dependency by its other end and the way it arrives.

    Letters count the same large or small where the register takes them for the same.
    """
    if kind == "tags":
        return folded(str(thing["tag"]))
    if kind == "metrics":
        return str(thing["slug"])
    if kind == "sources":
        return f"{thing['source']} {thing['purpose']}"
    # A service may be called as a system is.
    other = thing.get("system") or f"“{thing.get('service') or ''}”".casefold()
    by = str(thing.get("interface") or "").casefold()
    return f"{thing['direction']} {other}" + (f" by {by}" if by else "")

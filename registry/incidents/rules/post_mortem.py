"""The post-mortem: its outline, and which of its headings somebody has answered."""

import re
from typing import Final

from registry.incidents.rules.record import prose_problems
from registry.kernel.errors import Problem

HEADINGS: Final = ("What happened", "Impact", "Detection", "Causes", "What went well", "Actions")
OUTLINE: Final = "\n\n".join(f"## {heading}" for heading in HEADINGS) + "\n"

_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~)")
_SOMETHING: Final = re.compile(r"\w")


def lacking(text: str) -> tuple[str, ...]:
    """The headings of the outline under which nothing is written, or that are not there at all; in order.

    Headings are compared without regard to case; what stands under deeper headings counts for the one above.
    """
    answered: set[str] = set()
    known = {heading.casefold(): heading for heading in HEADINGS}
    under, level, fenced = "", 0, False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        found = None if fenced else _HEADING.match(line)
        if found is not None:
            heading = known.get(found.group(2).rstrip(": ").casefold(), "")
            if heading or len(found.group(1)) <= level:
                under, level = heading, len(found.group(1))
        elif under and _SOMETHING.search(line):
            answered.add(under)
    return tuple(heading for heading in HEADINGS if heading not in answered)


def problems_with_post_mortem(text: str) -> list[Problem]:
    """Objections to keeping a post-mortem. It may be unfinished; closing asks for all of it."""
    if not text:
        return [Problem("post_mortem", "Write something under at least one heading.")]
    return prose_problems("post_mortem", text)

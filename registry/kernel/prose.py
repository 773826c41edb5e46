"""Limits of long texts: how much Markdown one field may hold."""

from typing import Final

MOST_CHARACTERS: Final = 20_000
MOST_LINES: Final = 2_000
MOST_OPENERS: Final = 1_000
"""How often "[" and "<" may occur. The Markdown converter looks for the end of each one anew, so its time grows
with their square: a text of nothing but "[" takes a minute at 20,000 of them and a seventh of a second at 1,000."""


def problems_with_prose(text: str) -> list[str]:
    """Why a text may not be kept as Markdown, in plain words; nothing when it may."""
    problems = []
    if len(text) > MOST_CHARACTERS:
        problems.append(
            f"has {len(text):,} characters; at most {MOST_CHARACTERS:,} fit. Put the details into an attached document."
        )
    lines = text.count("\n") + 1
    if lines > MOST_LINES:
        problems.append(f"has {lines:,} lines; at most {MOST_LINES:,} fit.")
    openers = text.count("[") + text.count("<")
    if openers > MOST_OPENERS:
        problems.append(f'has {openers:,} of the signs "[" and "<"; at most {MOST_OPENERS:,} fit.')
    return problems

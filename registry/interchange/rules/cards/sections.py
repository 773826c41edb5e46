"""A card in Markdown, told apart into its title, the text below it and its sections."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_DEEPEST_HEADING: Final = 6
_UNFILLED: Final = "[More Information Needed]"
_TITLE: Final = re.compile(r"(?:model|system) card(?: for|:| of|\s*[-\u2013])?\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text below it up to the next. `above` holds the headings it stands under, outermost first."""

    level: int
    title: str
    text: str
    above: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it stands, as the report names it."""
        return " / ".join((*self.above, self.title)) or "beginning of the text"


def sections(body: str) -> list[Section]:
    """The sections in their order; text before the first heading has the level 0 and no title.

    Comments and what a template left unfilled are gone. A sign for a heading within a block of code is none.
    """
    found: list[tuple[int, str, list[str]]] = [(0, "", [])]
    fence = ""
    for line in _without_comments(body).splitlines():
        start = line.lstrip()
        if fence:
            fence = "" if start.startswith(fence) else fence
        elif start[:3] in {"```", "~~~"}:
            fence = start[:3]
        elif heading := _heading(start):
            found.append((*heading, []))
            continue
        if _UNFILLED not in line:
            found[-1][2].append(line)
    return list(_placed(found))


def _heading(start: str) -> tuple[int, str] | None:
    level = len(start) - len(start.lstrip("#"))
    rest = start[level:]
    if not 1 <= level <= _DEEPEST_HEADING or not rest[:1].isspace():
        return None
    return level, rest.strip().rstrip("#").strip()


def _placed(found: list[tuple[int, str, list[str]]]) -> Iterator[Section]:
    above: list[tuple[int, str]] = []
    for level, title, lines in found:
        while above and above[-1][0] >= level:
            above.pop()
        yield Section(level, title, "\n".join(lines).strip(), tuple(each for _, each in above))
        # The title of the whole card says nothing of where a section stands.
        if level > 1:
            above.append((level, title))


def _without_comments(body: str) -> str:
    parts, at = [], 0
    while (start := body.find("<!--", at)) >= 0:
        end = body.find("-->", start)
        if end < 0:
            break
        parts.append(body[at:start])
        at = end + len("-->")
    return "".join([*parts, body[at:]])


def plain_title(title: str) -> str:
    """The name that a card's title gives: "Model Card: CLIP" is of CLIP."""
    return _TITLE.sub("", title, count=1).strip() if _TITLE.match(title) else title


def compared(title: str) -> str:
    """A heading as it is compared: small letters and single spaces, without numbers, signs and "[optional]"."""
    words = re.sub(r"[^a-z]+", " ", title.casefold().replace("[optional]", ""))
    return words.strip()

"""A text that describes data, as the data sources it speaks of."""

import re
from collections.abc import Mapping

from registry.data_sources.rules.sources import KEY_LIMIT, NAME_LIMIT, name_key
from registry.interchange.rules.drafts import DataDraft
from registry.interchange.rules.profiles import SourceMap
from registry.interchange.rules.texts import prose, tidy
from registry.interchange.rules.values import read_yes_no, says_not_applicable, says_nothing
from registry.kernel.prose import MOST_CHARACTERS
from registry.kernel.text import shortened


def data_described(source: SourceMap, text: str, personal: str, system: str) -> tuple[list[DataDraft], bool]:
    """The sources a cell describes, and whether they carry its text word for word.

    "N/A - the agency does not own any of the data" is a reason for there being none. A text with headings of its
    own, such as "Training data: ... Input data: ...", gives a source for each.
    """
    if says_nothing(text) or says_not_applicable(text):
        return [], False
    pieces = _pieces(tidy(text), source)
    drafts, whole = [], len(pieces) == 1
    for name, purpose, piece in pieces:
        description, complete = prose(piece, MOST_CHARACTERS)
        whole = whole and complete and piece == text.strip()
        named = source_name(f"{name}: {system}")
        drafts.append(DataDraft(named, description, purpose, read_yes_no(personal)))
    return drafts, whole


def source_name(text: str, ordinal: int = 1) -> str:
    """The text as the name of a source in the catalogue: of several alike, the second ends in " (2)"."""
    mark = f" ({ordinal})" if ordinal > 1 else ""
    limit = NAME_LIMIT - len(mark)
    # One character may be compared as eighteen, and the form in which names are compared has a limit of its own.
    while len(name_key(shortened(text, limit) + mark)) > KEY_LIMIT:
        limit //= 2
    return shortened(text, limit) + mark


def _pieces(text: str, source: SourceMap) -> list[tuple[str, str, str]]:
    """Name, purpose and text of each part."""
    found = list(_headings(source.parts).finditer(text)) if source.parts else []
    if not found:
        return [(source.name, source.purpose, text)]
    before = text[: found[0].start()].strip(" \n\u2022-")
    pieces = [(source.name, source.purpose, before)] if before else []
    for heading, following in zip(found, [*found[1:], None], strict=True):
        piece = text[heading.end() : following.start() if following else len(text)].strip()
        label = next(label for label in source.parts if label.casefold() == heading.group("label").casefold())
        if not says_nothing(piece):
            pieces.append((label, source.parts[label], piece))
    return pieces or [(source.name, source.purpose, text)]


def _headings(parts: Mapping[str, str]) -> re.Pattern[str]:
    labels = "|".join(re.escape(label) for label in parts)
    return re.compile(rf"(?:^|(?<=[\n.]))[\s\u2022-]{{0,20}}(?P<label>{labels})\s{{0,20}}:", re.IGNORECASE)

"""What differs between two editions of a card, field by field as they are printed."""

from collections.abc import Iterator
from typing import Final

from registry.cards.rules.compose import compose
from registry.cards.rules.facts import CardChange, CardFacts
from registry.cards.rules.shapes import Digest, Field, Items, Links, Prose, Section, Table
from registry.cards.rules.words import apart

LONGEST: Final = 600
"""How much of a value a change tells, in characters: the part that differs."""
_NO_HASH: Final = "-"


WHOLE: Final = 1_000_000
"""More characters than any value has: a change tells all of it, for whoever marks and folds what it says."""


def changes_between(before: CardFacts, after: CardFacts, longest: int = LONGEST) -> tuple[CardChange, ...]:
    """The fields whose printed value differs, in the order of the later card; what is gone comes last.

    Document control is left out: it tells of the document and not of the system.
    """
    old, new = _fields(before), _fields(after)
    keys = (*new, *(key for key in old if key not in new))
    found = [(key, _text(old.get(key)), _text(new.get(key))) for key in keys]
    return tuple(
        CardChange(key[1], (new.get(key) or old[key]).label, key[0], *apart(before, after, longest))
        for key, before, after in found
        if before != after
    )


def _fields(facts: CardFacts) -> dict[tuple[str, str], Field]:
    # Which hash the document has is not compared, so none is computed.
    sections = compose(facts, _NO_HASH).sections[1:]
    return {(of, field.number): field for section in sections for of, field in _all(section) if field.kept}


def _all(section: Section) -> Iterator[tuple[str, Field]]:
    yield from (("", field) for field in section.fields)
    for group in section.groups:
        yield from ((group.title, field) for field in group.fields)


def _text(field: Field | None) -> str:
    if field is None:
        return "not on the card"
    value = field.value
    if value is None:
        return field.absent
    if isinstance(value, Prose | Digest):
        told = value.text
    elif isinstance(value, Items):
        told = "; ".join(value.lines)
    elif isinstance(value, Links):
        told = "; ".join(f"{each.label}: {each.url}" for each in value.links)
    elif isinstance(value, Table):
        told = "; ".join(", ".join(row) for row in value.rows)
    else:
        told = value
    return told

"""What a card states, field by field as text: for what a format has no place for, and to tell what it leaves out."""

from collections.abc import Iterator
from dataclasses import dataclass

from registry.cards.rules.compose import compose
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.shapes import Digest, Field, Items, Links, Prose, Table, Value
from registry.cards.rules.words import cell, line, prose


@dataclass(frozen=True, slots=True)
class Stated:
    """One field that has something to say. `of` names the metric, source or attribute it belongs to, "" for none."""

    number: str
    label: str
    says: str
    of: str = ""


def everything_stated(facts: CardFacts) -> Iterator[Stated]:
    """Every field of the card that is filled in, in the card's order; what stands in a table of its section only there."""
    for section in compose(facts).sections:
        for field in section.printed:
            yield from _stated(field)
        for group in section.groups:
            for field in (each for each in group.fields if not each.tabled):
                yield from _stated(field, group.title)


def _stated(field: Field, of: str = "") -> Iterator[Stated]:
    if field.value is not None:
        yield Stated(field.number, field.label, as_text(field.value), of)


def as_text(value: Value) -> str:
    """A field's value as plain text: a line for each item and row, cells told apart by " | "."""
    if isinstance(value, str):
        return value
    if isinstance(value, Prose | Digest):
        return value.text
    if isinstance(value, Items):
        return "\n".join(value.lines)
    if isinstance(value, Links):
        return "\n".join(f"{cell(line(link.label))}: {cell(line(link.url))}" for link in value.links)
    return _rows(value)


def _rows(table: Table) -> str:
    return "\n".join(" | ".join(row) for row in (table.header, *table.rows))


def text(typed: str) -> str:
    """A text of several lines somebody typed, without what cannot be printed; "" when there is nothing to read in it."""
    found = prose(typed)
    return found.text if found else ""

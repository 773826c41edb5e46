"""The card as Markdown that reads well as plain text and in which nothing anybody typed can act."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from registry.cards.rules.compose import compose
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.shapes import Digest, Field, Group, Items, Links, Prose, Section, Table
from registry.cards.rules.words import instant, line
from registry.systems.rules.record import is_web_address

_SIGNS: Final = re.compile(r"([\\`*_\[\]<>#|~$])")
_AMPERSAND: Final = re.compile("&")
_IMAGE: Final = re.compile(r"!\[")
_TARGET: Final = re.compile(r"\]\s*([(:])(?!\s*(?:https?://|mailto:))", re.IGNORECASE)


def to_markdown(facts: CardFacts) -> str:
    """The whole card as Markdown (CommonMark with tables).

    Short values are escaped. Texts that people wrote in Markdown stand in quotations, so that they cannot take the
    card's structure apart; HTML, images and links other than http, https and mailto in them are shown as typed.
    """
    card = compose(facts)
    parts = [*_head(facts, card.sha256)]
    for section in card.sections:
        parts += _section(section)
    return "\n\n".join(parts) + "\n"


def _head(facts: CardFacts, sha256: str) -> Iterator[str]:
    what = facts.identity
    yield f"# {what.key} {_plain(line(what.name) or what.key)}"
    yield f"*AI system card, edition {facts.edition.number}, {facts.edition.name}. The record of {instant(facts.origin.at)}.*"
    if facts.is_restricted:
        yield "**Restricted:** only some people may know that this system exists."
    yield f"Content hash (SHA-256 of card.json): `{sha256}`"


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.number} {section.title}"
    if section.statement:
        yield section.statement
    for field in section.printed:
        yield from _field(field)
    for group in section.groups:
        yield from _group(group)
    if section.not_kept:
        yield f"*Not stated, for the register has no field for it:* {_named(section.not_kept)}."
    if section.not_then:
        yield f"*Not on cards of that time:* {_named(section.not_then)}."


def _named(fields: Sequence[Field]) -> str:
    return "; ".join(f"{field.number} {field.label}" for field in fields)


def _group(group: Group) -> Iterator[str]:
    yield f"### {_plain(group.title)}"
    for field in (each for each in group.fields if not each.tabled):
        yield from _field(field)


def _field(field: Field) -> Iterator[str]:
    label, value = _plain(f"{field.number} {field.label}"), field.value
    if value is None:
        yield f"**{label}:** *{field.absent}*"
    elif isinstance(value, str):
        yield f"**{label}:** {_plain(value)}"
    elif isinstance(value, Digest):
        yield f"**{label}:** `{value.text}`"
    else:
        yield f"**{label}**"
        yield _block(value)


def _block(value: Prose | Items | Links | Table) -> str:
    if isinstance(value, Prose):
        return _quoted(value.text)
    if isinstance(value, Items):
        return "\n".join(f"- {_plain(each)}" for each in value.lines)
    if isinstance(value, Links):
        return "\n".join(f"- {_plain(link.label)}: {_address(link.url)}" for link in value.links)
    return _table(value)


def _table(table: Table) -> str:
    rule = ["---:" if at in table.numeric else "---" for at in range(len(table.header))]
    blank = [""] * (len(table.header) - 1)
    parts = dict(table.parts)
    rows = [[_plain(cell) for cell in table.header], rule]
    for at, row in enumerate(table.rows):
        if at in parts:
            rows.append([f"**{_plain(parts[at])}**", *blank])
        rows.append([_plain(cell) for cell in row])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _plain(text: str) -> str:
    """One line on which every sign that Markdown or HTML would read is escaped."""
    flat = " ".join(text.split())
    return _SIGNS.sub(r"\\\1", _AMPERSAND.sub("&amp;", flat)).replace("\\<", "&lt;").replace("\\>", "&gt;")


def _address(url: str) -> str:
    # An address with a sign that would end the link early is printed, not linked.
    if is_web_address(url) and not re.search(r"[\s<>()\[\]\\`\"']", url):
        return f"<{url}>"
    return _plain(url)


def _quoted(text: str) -> str:
    """A text of several lines as a quotation, its own Markdown kept, what could act in it disarmed."""
    safe = _AMPERSAND.sub("&amp;", text).replace("<", "&lt;")
    safe = _TARGET.sub(r"]\\\1", _IMAGE.sub(r"!\\[", safe))
    return "\n".join(f"> {each}".rstrip() for each in safe.splitlines())

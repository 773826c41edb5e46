"""Section 0, document control, and section 15, references: what the document says of itself."""

import re
from collections.abc import Sequence
from typing import Final

from registry.cards.rules.facts import CardChange, CardFacts
from registry.cards.rules.reviewed import sign_off
from registry.cards.rules.shapes import Digest, Field, Links, Need, Section, Table, at_most
from registry.cards.rules.words import (
    apart,
    cell,
    day,
    line,
    made_from,
    not_kept,
    not_then,
    optional,
    pack_said,
    printable,
    said,
)
from registry.kernel.text import counted
from registry.systems.rules.record import Link

TEMPLATE: Final = "2"
"""The edition of the card's sections, order and wording."""

COMPLETENESS_CHART: Final = "completeness"
_VERIFY: Final = (
    "The SHA-256 of the attached card.json is the content hash; “registry card verify” checks all of this document, "
    "“registry audit verify” the ledger it was made from"
)
_SEALED: Final = (
    "Where it stands is printed on every page; once it is approved, Approval and proof says by whom"
)
_UNSIGNED: Final = "It states what the record says, and nobody has put their name to this card"
MOST_CHANGES: Final = 40
"""How many changes are printed; card.json holds all of them, and longer ones whole."""
_CHANGE_SHOWN: Final = 130
_SECTION: Final = re.compile("[0-9]{1,2}(?=[.])")
_NO_SECTION: Final = 100
_DIGEST: Final = re.compile("([0-9a-f]{16})[0-9a-f]{48}")
TERMS: Final = (
    "Not stated: nobody has filled the field in. It does not mean none, no or zero.",
    "Not measured: a number has been asked for and no value is on record.",
    "Guard-rail: the values that are acceptable. Outside it a value is a warning or a breach.",
    "Ledger: the registry's append-only log of every change. Each entry carries the hash of the one before it.",
    "Content hash: the SHA-256 of card.json, which is attached to this document. The same record gives the same hash.",
)


def control(facts: CardFacts, sections: Sequence[Section], sha256: str) -> Section:
    """Section 0: which edition, made from what, how complete. `sections` are all the others."""
    origin = facts.origin
    stated, asked = sum(each.stated for each in sections), sum(each.asked for each in sections)
    return Section(
        0,
        "Document control",
        (
            said("0.1a", "Card", f"{facts.identity.key}, {_edition(facts)}; template {TEMPLATE}"),
            said("0.1b", "Content hash", Digest(sha256)),
            said("0.1c", "Made from", made_from(facts)),
            said("0.1d", "Rule pack", _pack(facts)),
            said("0.2", "Status", f"{facts.edition.name.capitalize()}. {_status(facts)}"),
            *sign_off(facts),
            _changes(facts, sections),
            said("0.5", "Completeness", f"{stated:,} of {counted(asked, 'required field')} stated"),
            said("0.6a", "Ledger leaf", Digest(origin.leaf)),
            said("0.6b", "How to verify", _VERIFY),
        ),
    )


def _changes(facts: CardFacts, sections: Sequence[Section]) -> Field:
    """0.4: what reads otherwise than in the last edition that was approved, under the sections it stands in."""
    since = facts.since
    if since is None:
        return not_then("0.4", "Changes since the last approved edition")
    if since.edition is None:
        return said("0.4", "Changes since the last approved edition", "No edition was approved before")
    label = f"Changes since edition {since.edition}, the last approved"
    titles = {section.number: f"{section.number} {section.title}" for section in sections}
    # What is no longer on the card comes last in the list; here it stands with what else has changed there.
    changes = sorted(since.changes, key=_section_of)
    places = [_section_of(each) for each in changes[:MOST_CHANGES]]
    parts = tuple(
        (at, titles.get(place, "Elsewhere")) for at, place in enumerate(places) if place not in places[:at]
    )
    rows = at_most(
        [
            (cell(line(f"{each.number} {each.label}{f', {each.of}' if each.of else ''}")), *_sides(each))
            for each in changes
        ],
        MOST_CHANGES,
        lambda more: (f"{more:,} more", "in card.json", "and where the registry compares editions"),
    )
    return said("0.4", label, Table(("Field", "Before", "Now"), rows, parts=parts) if rows else "None")


def _section_of(change: CardChange) -> int:
    found = _SECTION.match(change.number)
    return int(found[0]) if found else _NO_SECTION


def _sides(change: CardChange) -> tuple[str, str]:
    """Both sides where they part, in a line or two: what stands now is on the card, a hash whole in its own field."""
    before, after = (cell(line(_DIGEST.sub(r"\1…", text))) for text in (change.before, change.after))
    return apart(before, after, _CHANGE_SHOWN)


def _edition(facts: CardFacts) -> str:
    return f"edition {facts.edition.number}" if facts.edition.number else "a draft of no edition yet"


def _status(facts: CardFacts) -> str:
    return _SEALED if facts.edition.number else _UNSIGNED


def _pack(facts: CardFacts) -> str:
    pack = facts.pack
    return f"{pack_said(facts)}, as of {day(pack.as_of)}, in force from {day(pack.effective_from)}"


def references(facts: CardFacts) -> Section:
    """Section 15: links that belong to the record."""
    links = tuple(
        Link(line(each.label) or printable(each.url), printable(each.url)) for each in facts.identity.links
    )
    return Section(
        15,
        "References",
        (
            optional("15.1", "Links", Links(links) if links else None),
            not_kept("15.2", "Papers, citations, licence of the system", Need.OPTIONAL),
        ),
    )

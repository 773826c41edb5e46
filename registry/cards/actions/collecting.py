"""cards_of(): the card of each of many systems, as it was issued or as a draft made now, or why there is none."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from registry.cards.actions.issuing import issue
from registry.cards.queries.bundles import source_of
from registry.cards.rules.bundles import NO_LONGER_OPEN, NOT_FORESEEN, Line
from registry.cards.rules.frozen import Frozen, Press
from registry.kernel.actor import Actor, the_registry
from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Refusal
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.store.session import Database

log = logging.getLogger("registry.cards")

Sheet = Frozen | bytes | Refusal
"""A card on its way to the printers: to be laid out, or there already, or never to be."""

Draw = Callable[[Iterable[Sheet]], Iterator[bytes | Refusal]]
"""What lays out many sheets at once and gives them back in their order."""


def cards_of(
    database: Database, actor: Actor, numbers: Iterable[int], press: Press, draw: Draw
) -> Iterator[tuple[int, Line, bytes]]:
    """The number of each system, its line in the index and its PDF, in order; no bytes where there is no card.

    A card that cannot be made costs no other. Each is read in a transaction of its own.
    """
    begun: deque[tuple[int, Line]] = deque()

    def sheets() -> Iterator[Sheet]:
        for number in numbers:
            line, sheet = _sheet(database, actor, number, press)
            begun.append((number, line))
            yield sheet

    for drawn in draw(sheets()):
        number, line = begun.popleft()
        if isinstance(drawn, Refusal):
            yield number, line.left_out(drawn), b""
        else:
            yield number, replace(line, sha256=sha256_hex(drawn), size=len(drawn)), drawn


def _sheet(database: Database, actor: Actor, number: int, press: Press) -> tuple[Line, Sheet]:
    line = Line(public_key(SYSTEM_PREFIX, number))
    try:
        with database.transaction(read_only=True) as session:
            source = source_of(session, actor, number, press.rendering)
        line = replace(line, name=source.name, edition=source.edition)
        if source.to_issue is None:
            return line, source.pdf or source.frozen or Refusal(NO_LONGER_OPEN)
        document = issue(database, the_registry(actor.via), source.to_issue, press)
    except Refusal as refusal:
        return line, refusal
    except Exception:  # one record that is damaged in a way nobody foresaw must not cost two thousand others
        log.exception("the card of %s was left out", line.key)
        return line, Refusal(NOT_FORESEEN)
    if document is None:
        return line, Refusal("The edition that held was withdrawn while its document was made. Ask anew.")
    return line, document.pdf

"""cards_of(): the card of each of many systems, as it was issued or as a draft made now, or why there is none."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from registry.cards.actions.issuing import issue
from registry.cards.queries.bundles import source_of
from registry.cards.rules.bundles import NO_LONGER_OPEN, NOT_FORESEEN, Line
from registry.cards.rules.frozen import Frozen, Press
from registry.kernel.actor import Actor, looking_back, the_registry
from registry.kernel.calendar import day_said
from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Refusal
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.store.past import PastBusy, PastRefused, PastUnknown, Reads
from registry.store.replicas import Answer, Ask
from registry.store.session import Database
from registry.systems.queries import restricted_headed_by

log = logging.getLogger("registry.cards")

Sheet = Frozen | bytes | Refusal
"""A card on its way to the printers: to be laid out, or there already, or never to be."""

Draw = Callable[[Iterable[Sheet]], Iterator[bytes | Refusal]]
"""What lays out many sheets at once and gives them back in their order."""


@dataclass(frozen=True, slots=True)
class Register:
    """What cards are of: the register as it is or, where a day is named, as it stood when that past day ended."""

    ask: Ask
    day: date | None = None


def as_it_stood(day: date, reads: Reads) -> Register:
    """The register of a past day, which stands still by itself."""

    def ask(question: Callable[[Session], Answer]) -> Answer:
        with reads() as session:
            return question(session)

    return Register(ask, day)


def cards_of(
    database: Database,
    actor: Actor,
    numbers: Iterable[int],
    press: Press,
    draw: Draw,
    register: Register,
) -> Iterator[tuple[int, Line, bytes]]:
    """The number of each system, its line in the index and its PDF, in order; no bytes where there is no card.

    A card that cannot be made costs no other. Each is read by a question of its own, so it is of one moment. Of a past day a card is the edition
    that held then, as it was issued, or a draft that says of which day it is. Raises what Reads raises where that day cannot be laid out.
    """
    begun: deque[tuple[int, Line]] = deque()
    reader = _looking_back(database, actor) if register.day else actor

    def sheets() -> Iterator[Sheet]:
        for number in numbers:
            line, sheet = _sheet(database, reader, number, press, register)
            begun.append((number, line))
            yield sheet

    for drawn in draw(sheets()):
        number, line = begun.popleft()
        if isinstance(drawn, Refusal):
            yield number, line.left_out(drawn), b""
        else:
            yield number, replace(line, sha256=sha256_hex(drawn), size=len(drawn)), drawn


def _looking_back(database: Database, actor: Actor) -> Actor:
    with database.transaction(read_only=True) as session:
        return looking_back(actor, restricted_headed_by(session, actor))


def _sheet(
    database: Database, reader: Actor, number: int, press: Press, register: Register
) -> tuple[Line, Sheet]:
    day = register.day
    line = Line(public_key(SYSTEM_PREFIX, number), day=day)
    try:
        source = register.ask(lambda session: source_of(session, reader, number, press.rendering, day))
        line = replace(line, name=source.name, edition=source.edition)
        if source.to_issue is None:
            return line, source.pdf or source.frozen or Refusal(NO_LONGER_OPEN)
        document = issue(database, the_registry(reader.via), source.to_issue, press)
    except Refusal as refusal:
        return line, refusal
    except (PastBusy, PastRefused, PastUnknown):
        # That is of the day and of no one record: nothing was read of any.
        raise
    except Exception:  # one record that is damaged in a way nobody foresaw must not cost two thousand others
        log.exception("the card of %s was left out", line.key)
        return line, Refusal(NOT_FORESEEN)
    return line, document.pdf if document else Refusal(_never_issued(day))


def _never_issued(day: date | None) -> str:
    if day is None:
        return "The edition that held was withdrawn while its document was made. Ask anew."
    return f"The edition that held on {day_said(day)} was withdrawn before it was issued: there is no document of it."

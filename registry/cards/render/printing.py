"""Printers: many cards laid out at once by several child processes, and given back in the order they came."""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Final, Self

from registry.cards.render.page import document_of
from registry.cards.rules.bundles import NOT_FORESEEN
from registry.cards.rules.frozen import Frozen
from registry.kernel.errors import Refusal
from registry.output.pdf import Limits, Printer

log = logging.getLogger("registry.cards")

# Sheets taken up ahead of the one that is waited for, for each child: none idles while the next record is read.
_AHEAD: Final = 2


class Printers:
    """So many children, each started when it is first needed and replaced after some dozens of cards."""

    def __init__(self, count: int, limits: Limits | None = None) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="printer")
        self._all = [Printer(limits) for _ in range(count)]
        self._idle: SimpleQueue[Printer] = SimpleQueue()
        for printer in self._all:
            self._idle.put(printer)

    def draw(self, sheets: Iterable[Frozen | bytes | Refusal]) -> Iterator[bytes | Refusal]:
        """The PDF of each, or why there is none, in their order; what is no Frozen passes through as it is."""
        waiting: deque[bytes | Refusal | Future[bytes | Refusal]] = deque()
        for sheet in sheets:
            waiting.append(self._pool.submit(self._drawn, sheet) if isinstance(sheet, Frozen) else sheet)
            if len(waiting) > self._count * _AHEAD:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())

    def _drawn(self, frozen: Frozen) -> bytes | Refusal:
        printer = self._idle.get()
        try:
            page, identity, attached = document_of(frozen)
            return printer.make(page, identity=identity, attachments=attached).pdf
        except Refusal as refusal:
            return refusal
        except Exception:  # whatever is wrong with one card is no reason to make none
            log.exception("the card of %s was left out", frozen.facts.identity.key)
            return Refusal(NOT_FORESEEN)
        finally:
            self._idle.put(printer)

    def close(self) -> None:
        """Take up nothing more, wait for what is begun, and end the children."""
        self._pool.shutdown(cancel_futures=True)
        for printer in self._all:
            printer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _result(waited: bytes | Refusal | Future[bytes | Refusal]) -> bytes | Refusal:
    return waited.result() if isinstance(waited, Future) else waited

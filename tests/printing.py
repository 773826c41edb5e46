"""One process that lays out PDFs, kept for all tests that only want the document.

Outside tests every document has a process of its own, and to start one takes longer than to lay out a card.
That a kept process makes the same bytes, and what stands between it and the world, tests/output/pdf asks.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from registry.output.pdf import Limits, printer
from registry.output.pdf.frames import Reply, Request

_Child = printer._Child
_DOCUMENTS = 500
_WAITING: list[printer._Child] = []
_ALL_ANEW: list[bool] = []


class _Kept:
    """Behaves to a printer as a child for one document does, and goes back to wait when that is made."""

    renders_left = 0

    def __init__(self) -> None:
        self._child = _WAITING.pop() if _WAITING else _Child(Limits(), _DOCUMENTS)
        self._is_well = False

    def ask(self, request: Request) -> Reply:
        reply = self._child.ask(request)
        self._is_well = self._child.renders_left > 0
        return reply

    def end(self) -> None:
        if self._is_well:
            _WAITING.append(self._child)
        else:
            self._child.end()


def _child(limits: Limits, renders: int) -> _Kept | printer._Child:
    ordinary = renders == 1 and limits == Limits() and not _ALL_ANEW
    return _Kept() if ordinary else _Child(limits, renders)


@contextmanager
def kept() -> Iterator[None]:
    """Printers that want a process for one document are lent one that waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printer, "_Child", _child)
        yield
    while _WAITING:
        _WAITING.pop().end()


@contextmanager
def anew() -> Iterator[None]:
    """Every process is started anew, as outside tests."""
    _ALL_ANEW.append(True)
    try:
        yield
    finally:
        _ALL_ANEW.pop()

"""The parent's side: starts the child that lays out PDFs, times it, and turns its end into plain words."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer
from typing import Final, Self

from registry.output.pdf.child import OUT_OF_MEMORY, out_of_memory
from registry.output.pdf.document import Attached, Limits, PdfIdentity, PdfRefused, require_sound
from registry.output.pdf.frames import Reply, Request, read_reply, write_request

_START: Final = "import sys; sys.path.insert(0, sys.argv.pop(1)); from registry.output.pdf.child import main; main(sys.argv[1:])"
# The engine looks for its libraries with the help of any compiler on the path, which costs a fifth of a second.
_ENVIRONMENT: Final = {"PATH": "/nonexistent", "LANG": "C.UTF-8"}
_PASSED_ON: Final = ("LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""Where a system may keep its libraries and fonts; nothing else of the environment reaches the child."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished document."""

    pdf: bytes
    pages: int
    engine: str
    """Programs and fonts that decided the bytes; the same content prints the same bytes where this is the same."""
    refused: int
    """How many things were left out of the content: scripts, styles, and addresses outside the document."""


class Printer:
    """Makes PDFs in a child process that it keeps for a bounded number of documents.

    Safe to share among threads, which then take turns; give each worker its own.
    """

    def __init__(self, limits: Limits | None = None, renders_per_child: int = 50) -> None:
        self.limits = limits or Limits()
        self._renders_per_child = renders_per_child
        self._child: _Child | None = None
        self._turn = Lock()

    def make(self, html: str, *, identity: PdfIdentity, attachments: Sequence[Attached] = ()) -> Printed:
        """The document. Raises PdfRefused with the reason, ValueError for a mistake in identity or attachments."""
        require_sound(html, identity, attachments)
        request = Request(html, identity, tuple(attachments))
        with self._turn:
            child = self._child or _Child(self.limits, self._renders_per_child)
            self._child = None
            try:
                reply = child.ask(request)
            except BaseException:
                child.end()
                raise
            if child.renders_left:
                self._child = child
            else:
                child.end()
        return Printed(reply.pdf, reply.pages, reply.engine, reply.refused)

    def close(self) -> None:
        """End the child, if one is waiting."""
        with self._turn:
            if self._child is not None:
                self._child.end()
                self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Child:
    """One running child."""

    def __init__(self, limits: Limits, renders: int) -> None:
        self.limits = limits
        self.renders_left = renders
        self._overran = False
        here = str(Path(__file__).resolve().parents[3])
        arguments = [here, str(limits.cpu_seconds), str(limits.memory_mb), str(renders)]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-I", "-c", _START, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT | {name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            cwd="/",
            start_new_session=True,
        )

    def ask(self, request: Request) -> Reply:
        """The child's reply. Raises PdfRefused when it refuses, overruns its limits or dies."""
        watch = Timer(self.limits.wall_seconds, self._stop_overrun)
        watch.daemon = True
        watch.start()
        try:
            reply = self._talk(request)
        finally:
            watch.cancel()
        self.renders_left -= 1
        if reply is None:
            raise PdfRefused(self._why_it_died())
        if reply.refusal is not None:
            raise PdfRefused(reply.refusal)
        return reply

    def end(self) -> None:
        """Stop the child and whatever it may have started, and wait for it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._kill()
        self._process.wait()

    def _talk(self, request: Request) -> Reply | None:
        if self._process.stdin is None or self._process.stdout is None:
            return None
        try:
            write_request(self._process.stdin, request)
            return read_reply(self._process.stdout)
        except (BrokenPipeError, ValueError):
            return None

    def _stop_overrun(self) -> None:
        self._overran = True
        self._kill()

    def _kill(self) -> None:
        # The process group, which is the child's own: it leads a session. A child already waited for is left alone.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _why_it_died(self) -> str:
        if self._overran:
            return _too_long(self.limits.wall_seconds, "")
        code = self._process.wait()
        if code in {-signal.SIGXCPU, -signal.SIGKILL}:
            return _too_long(self.limits.cpu_seconds, "of computing time ")
        if code < 0 or code == OUT_OF_MEMORY:
            # The engine's C libraries do not raise when memory runs out: they abort.
            return out_of_memory(self.limits.memory_mb)
        return f"The PDF engine ended without a result (exit {code})."


def _too_long(seconds: int, of_what: str) -> str:
    return (
        f"The document needs more than {seconds} seconds {of_what}to be laid out as a PDF. "
        "Shorten its longest tables and texts, or make it in parts."
    )

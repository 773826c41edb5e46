"""The process that lays out PDFs and nothing else: reads requests from its input, writes replies to its output."""

import gc
import mimetypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from registry.output.giving_way import give_way
from registry.output.pdf import walls
from registry.output.pdf.document import PdfRefused
from registry.output.pdf.frames import Reply, Request, read_request, write_reply
from registry.output.places import static_dir

Composer = Callable[[Request], Reply]

MISSING_ENGINE: Final = (
    "PDFs need three system libraries that are not installed here. On Debian or Ubuntu: "
    "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter"
)
_SELDOM: Final = (20_000, 20, 20)

OUT_OF_MEMORY: Final = 86
"""The exit code that says so when there is no memory left for saying it."""

TOO_DEEP: Final = "The document nests lists, quotations or tables too deeply to be laid out as a PDF."


def main(arguments: list[str]) -> None:
    """Take `cpu_seconds memory_mb renders`, raise the walls, then serve until the input closes."""
    cpu_seconds, memory_mb, renders = map(int, arguments)
    give_way()
    walls.limit_resources(cpu_seconds, memory_mb, renders)
    requests, replies = _conversation()
    walls.leave_network()
    # Loading makes objects that all stay: to look through them over and over for garbage is a fifth of the start.
    gc.disable()
    compose = _composer()
    gc.freeze()
    gc.enable()
    # A document's boxes stay until it is finished as well.
    gc.set_threshold(*_SELDOM)
    mimetypes.init()
    walls.close_doors(
        (Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[3] / "registry", static_dir())
    )
    try:
        for _ in range(renders):
            walls.allow_next(cpu_seconds)
            request = read_request(requests)
            if request is None:
                break
            reply = answer(compose, request, memory_mb)
            write_reply(replies, reply)
            if reply.refusal is not None:
                break
    except MemoryError:  # while reading the page or sending the document
        os._exit(OUT_OF_MEMORY)


def answer(compose: Composer, request: Request, memory_mb: int) -> Reply:
    """The composer's reply, or its failure as a refusal in plain words."""
    try:
        return compose(request)
    except PdfRefused as refusal:
        says = str(refusal)
    except MemoryError:
        says = out_of_memory(memory_mb)
    except RecursionError:
        says = TOO_DEEP
    except Exception as error:  # noqa: BLE001 - whatever a hostile document provokes is a refusal, not a crash
        says = f"The document could not be laid out as a PDF ({type(error).__name__}: {error})."
    return Reply(b"", refusal=says)


def out_of_memory(memory_mb: int) -> str:
    """The refusal for a document that needs more memory than it is given."""
    return (
        f"The document needs more than {memory_mb} MB of memory to be laid out as a PDF. "
        "Shorten its longest tables and texts, or make it in parts."
    )


def _composer() -> Composer:
    try:
        from registry.output.pdf.composed import compose  # noqa: PLC0415 - only here may the engine be loaded
    except (ImportError, OSError):
        return _no_engine
    return compose


def _no_engine(_: Request) -> Reply:
    raise PdfRefused(MISSING_ENGINE)


def _conversation() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent, with ordinary input and output turned away so that no stray print can break in."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return requests, replies

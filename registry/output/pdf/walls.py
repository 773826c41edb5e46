"""The walls around the child that lays out PDFs: limits of the system, no network, no writing, no foreign file."""

import ctypes
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEW_USER_SPACE: Final = 0x10000000
_NEW_NETWORK_SPACE: Final = 0x40000000

_FORBIDDEN_FAMILIES: Final = (
    "socket.",
    "subprocess.",
    "shutil.",
    "ftplib.",
    "smtplib.",
    "http.client.",
    "pty.",
)
_FORBIDDEN: Final = _set_of("""
    os.exec os.fork os.forkpty os.posix_spawn os.spawn os.system os.kill os.killpg os.link os.symlink
    os.remove os.rename os.rmdir os.mkdir os.truncate os.chmod os.chown os.putenv ctypes.dlopen
""")


def limit_resources(cpu_seconds: int, memory_mb: int, renders: int) -> None:
    """Bound what this process may use, for good. Room for `renders` documents of `cpu_seconds` each."""
    memory = memory_mb * 1024 * 1024
    _limit(resource.RLIMIT_AS, memory, memory)
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_NOFILE, 128, 128)
    _limit(resource.RLIMIT_CPU, cpu_seconds, (cpu_seconds + 1) * renders)


def allow_next(cpu_seconds: int) -> None:
    """Give the next document its own computing time, counted from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + cpu_seconds, None)


def _limit(kind: int, soft: int, hard: int | None) -> None:
    ceiling = resource.getrlimit(kind)[1]
    most = ceiling if hard is None else hard if ceiling == resource.RLIM_INFINITY else min(hard, ceiling)
    resource.setrlimit(kind, (soft if most == resource.RLIM_INFINITY else min(soft, most), most))


def leave_network() -> None:
    """Move into a network of our own with nothing in it, where the system lets an ordinary process do so."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).unshare(_NEW_USER_SPACE | _NEW_NETWORK_SPACE)


def write_nothing() -> None:
    """From now on this process can make no file longer, for good."""
    _limit(resource.RLIMIT_FSIZE, 0, 0)


def close_doors(readable: tuple[Path, ...]) -> None:
    """From now on refuse, for good: sockets, other programs, writing files, and reading files outside `readable`.

    An audit hook cannot be taken out again by code that runs later in the process (PEP 578).
    """
    write_nothing()
    roots = tuple(f"{os.path.realpath(path)}{os.sep}" for path in readable)

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _check_opening(roots, *arguments)
        elif event in _FORBIDDEN or event.startswith(_FORBIDDEN_FAMILIES):
            raise PermissionError(f"{event} is closed while a PDF is made")

    sys.addaudithook(guard)


def _check_opening(roots: tuple[str, ...], path: object, mode: str | None, flags: int) -> None:
    if isinstance(path, int):
        return
    writes = set(mode or "") & set("wax+") or (flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    name = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
    if writes or not name.startswith(roots):
        raise PermissionError(f"{name} is closed while a PDF is made")

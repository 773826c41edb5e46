"""Check a card that a stranger handed in, in a process of its own: whatever the file does to its reader, it does it there."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from registry.cards.render.checking import LARGEST
from registry.cards.render.checking_child import OUT_OF_MEMORY
from registry.cards.render.verdicts import Check, Checked
from registry.kernel.canonical import sha256_hex
from registry.output.at_once import AtOnce
from registry.output.pdf import Limits

LIMITS: Final = Limits(cpu_seconds=20, memory_mb=1_024, wall_seconds=40)
"""What one check may cost. A card takes a second, most of it to start the process."""

_START: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1));"
    "from registry.cards.render.checking_child import main; main(sys.argv[1:])"
)
_ENVIRONMENT: Final = {"PATH": "/nonexistent", "LANG": "C.UTF-8"}
_MOST_SAID: Final = 1_000_000
# Anybody may ask.
AT_ONCE: Final = AtOnce(2, "Many files are being checked just now. Try again in a moment.", again_after=10)


@dataclass(frozen=True, slots=True)
class Found:
    """What a check came to, whether the file could be read as a card, and the ledger's key in its seal, if it has one."""

    checked: Checked
    is_card: bool = False
    key: str | None = None


def check_apart(pdf: bytes, *, key: str = "", limits: Limits = LIMITS) -> Found:
    """What check_card() finds without making the document again. Never raises for what a file holds.

    Raises Unavailable while too many others are being checked.
    """
    if len(pdf) > LARGEST:
        return _refused(pdf, "it is larger than any card")
    with AT_ONCE.one_more():
        told, code = _asked(pdf, key, limits)
    if told is None:
        return _refused(pdf, _why_it_died(code, limits))
    checks = tuple(Check(name, passed, says) for name, passed, says in told["checks"])
    return Found(Checked(checks, told["pdf_sha256"]), told["is_card"], told["key"])


def _asked(pdf: bytes, key: str, limits: Limits) -> tuple[dict[str, Any] | None, int | None]:
    """What the child says and with which code it ended; of one that was stopped for the time it took, None."""
    here = str(Path(__file__).resolve().parents[3])
    command = [sys.executable, "-I", "-c", _START, here, str(limits.cpu_seconds), str(limits.memory_mb)]
    passed_on = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and our own words; the file is data on its input
            command,
            input=json.dumps(key).encode() + b"\n" + pdf,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT | passed_on,
            cwd="/",
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, None
    try:
        return (json.loads(ended.stdout[:_MOST_SAID]) if ended.returncode == 0 else None), ended.returncode
    except ValueError:
        return None, ended.returncode


def _why_it_died(code: int | None, limits: Limits) -> str:
    if code == OUT_OF_MEMORY:
        return f"to read it takes more than {limits.memory_mb} MB of memory, which no card does"
    if code is None or code < 0:
        return f"to read it takes more than {limits.cpu_seconds} seconds, which no card does"
    return f"whatever reads it ends without a result (exit {code})"


def _refused(pdf: bytes, why: str) -> Found:
    says = f"This is no card as it was issued: {why}."
    return Found(Checked((Check("file", False, says),), sha256_hex(pdf)))

"""The process in which a card that a stranger handed in is read: little memory, little time, no network, no file written."""

import json
import os
import sys
from typing import Final

from registry.cards.render.checking import check_card
from registry.cards.render.rendering import rendering_hash
from registry.output.pdf import walls

OUT_OF_MEMORY: Final = 86
"""The exit code that says so when there is no memory left for saying it."""


def main(arguments: list[str]) -> None:
    """Take `cpu_seconds memory_mb`, raise the walls, read the key on one line and then the file, and say what was found."""
    cpu_seconds, memory_mb = map(int, arguments)
    # What it looks into of the installation it looks into before the walls stand.
    rendering_hash()
    walls.limit_resources(cpu_seconds, memory_mb, 1)
    walls.leave_network()
    walls.write_nothing()
    try:
        key = json.loads(sys.stdin.buffer.readline())
        checked = check_card(sys.stdin.buffer.read(), key=key, renders=False)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    seal = checked.frozen.seal if checked.frozen else None
    found = {
        "checks": [[each.name, each.passed, each.says] for each in checked.checks],
        "pdf_sha256": checked.pdf_sha256,
        "is_card": checked.frozen is not None,
        "key": seal.anchor.key if seal else None,
    }
    sys.stdout.buffer.write(json.dumps(found).encode())
